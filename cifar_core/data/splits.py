"""Which images train, which choose, and which are kept for the end."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import DataConfig
from cifar_core.data.chosen import ChosenImages, Contents, look_up, without_choices
from cifar_core.data.dataset import DataError, Dataset

SplitName = Literal["train", "val", "test"]
SPLIT_NAMES: tuple[SplitName, ...] = ("train", "val", "test")
UNUSED = "unused"
# Of fewer, batch norm makes nothing.
_FEWEST_TRAIN = 2


@dataclass(frozen=True)
class Splits:
    """Dataset indices of each split, ascending int64; no image is in two.

    Official training images that a run leaves out (`data.train_fraction`, `only`, `exclude`) are in none of them.
    """

    train: NDArray[np.int64]
    val: NDArray[np.int64]
    test: NDArray[np.int64]

    def indices(self, name: str) -> NDArray[np.int64]:
        """Return one split's dataset indices."""
        if name not in SPLIT_NAMES:
            raise ValueError(f"split {name!r} is not allowed; allowed: {', '.join(SPLIT_NAMES)}")
        return getattr(self, name)

    def split_of(self, index: int) -> str:
        """Return the split an image belongs to; "unused" for one that no split holds."""
        return next((name for name in SPLIT_NAMES if _contains(self.indices(name), index)), UNUSED)


def splits_of(dataset: Dataset, config: DataConfig, contents: Contents = MappingProxyType({})) -> Splits:
    """Return the splits a run of this config uses: its train split holds what it trains on, and no more.

    Val and test are drawn first, so they are the same whichever images are then chosen from train.

    Args:
        dataset: The images.
        config: Of its data.
        contents: The images that it refers to.

    Raises:
        DataError: They are not at hand, hold an image of val or test, or leave next to none to train on.
    """
    splits = _splits_before_choice(dataset, config)
    chosen = look_up(config, contents)
    for setting, images in chosen.items():
        _check_no_leak(dataset, splits, images, f"data.{setting} = {getattr(config, setting)!r}")
    train = splits.train
    if "only" in chosen:
        train = np.intersect1d(train, chosen["only"].indices)
    if "exclude" in chosen:
        train = np.setdiff1d(train, chosen["exclude"].indices)
    if len(train) < _FEWEST_TRAIN:
        settings = " and ".join(f"data.{setting}" for setting in chosen)
        raise DataError(f"{settings} leave {len(train)} training images; allowed: at least {_FEWEST_TRAIN}")
    return replace(splits, train=train)


def without_selections(dataset: Dataset, config: DataConfig) -> Splits:
    """Return the splits as they would be if nothing was chosen: enough for who asks where an image belongs."""
    return _splits_before_choice(dataset, without_choices(config))


def _splits_before_choice(dataset: Dataset, config: DataConfig) -> Splits:
    splits = create_splits(dataset, config.val_fraction, config.split_seed)
    return replace(splits, train=subset_of_train(dataset, splits, config.train_fraction, config.split_seed))


def _check_no_leak(dataset: Dataset, splits: Splits, images: ChosenImages, setting: str) -> None:
    """Training that was chosen by looking at val or test images makes their accuracy a flattering one."""
    if images.indices[-1] >= dataset.num_images:
        raise DataError(f"{setting} names image {images.indices[-1]}; allowed: 0 to {dataset.num_images - 1}")
    counts = {name: int(np.isin(images.indices, splits.indices(name)).sum()) for name in ("val", "test")}
    if any(counts.values()):
        words = " and ".join(f"{count:,} of {name}" for name, count in counts.items() if count)
        raise DataError(
            f"{setting} would leak: of its {len(images.indices):,} images {words}; allowed: training images alone"
        )


def images_of_epoch(
    dataset: Dataset, config: DataConfig, splits: Splits, contents: Contents = MappingProxyType({})
) -> NDArray[np.int64]:
    """Return what an epoch goes through: the train split, and after it the repeats of what is oversampled.

    The k-th repeat of an image has the number index + k * num_images: what is drawn by number is drawn anew for it, and
    the remainder tells which image it is.
    """
    oversampled = look_up(config, contents).get("oversample")
    if oversampled is None:
        return splits.train
    repeated = np.intersect1d(splits.train, oversampled.indices)
    repeats = [repeated + number * dataset.num_images for number in range(1, config.oversample_weight)]
    return np.concatenate([splits.train, *repeats])


def labels_for_training(
    dataset: Dataset, config: DataConfig, contents: Contents = MappingProxyType({})
) -> NDArray[np.int64]:
    """Return all labels as training sees them: noise first, then the classes that somebody gave instead.

    The noise falls on the same images whichever are chosen, so that a run without those suspected of noise differs from
    one with them by these alone.

    Raises:
        DataError: The images to be relabelled come without classes, or with one that there is not.
    """
    labels = dataset.labels
    if config.label_noise:
        train = _splits_before_choice(dataset, config).train
        labels = noisy_labels(dataset, train, config.label_noise, config.split_seed)
    relabelled = look_up(config, contents).get("relabel")
    if relabelled is None:
        return labels
    if relabelled.labels is None:
        raise DataError(f"data.relabel = {config.relabel!r} says no classes; allowed: a selection with labels")
    if relabelled.labels.min() < 0 or relabelled.labels.max() >= dataset.num_classes:
        raise DataError(f"data.relabel = {config.relabel!r}: a class is not one of 0 to {dataset.num_classes - 1}")
    labels = labels.copy()
    labels[relabelled.indices] = relabelled.labels
    return labels


def create_splits(dataset: Dataset, val_fraction: float, seed: int) -> Splits:
    """Hold out the same share of every class of the official training images.

    Args:
        dataset: Its first `num_train` images are divided, the rest is test.
        val_fraction: In (0, 1); CIFAR-10 with 0.1 gives 45,000 train and 5,000 val.
        seed: Decides which images are held out.
    """
    labels = dataset.labels[: dataset.num_train]
    is_val = np.zeros(dataset.num_train, dtype=bool)
    for class_idx in range(dataset.num_classes):
        members = np.flatnonzero(labels == class_idx)
        generator = np.random.default_rng([seed, class_idx])
        is_val[generator.permutation(members)[: round(val_fraction * len(members))]] = True
    return Splits(
        train=np.flatnonzero(~is_val),
        val=np.flatnonzero(is_val),
        test=np.arange(dataset.num_train, dataset.num_images),
    )


def subset_of_train(dataset: Dataset, splits: Splits, fraction: float, seed: int) -> NDArray[np.int64]:
    """Return the same share of each class of the train split, ascending, at least two images of each.

    A larger fraction holds every image of a smaller one, so that learning curves differ by what is added alone.
    """
    if fraction >= 1:
        return splits.train
    labels, chosen = dataset.labels[splits.train], []
    for class_idx in range(dataset.num_classes):
        members = splits.train[labels == class_idx]
        order = np.random.default_rng([seed, class_idx, 1]).permutation(members)
        chosen.append(order[: max(2, round(fraction * len(members)))])
    return np.sort(np.concatenate(chosen))


def noisy_labels(dataset: Dataset, train: NDArray[np.int64], noise: float, seed: int) -> NDArray[np.int64]:
    """Return all labels, those of a share of the training images replaced by another class each, drawn evenly.

    A larger share replaces every label that a smaller one does, by the same class.
    """
    labels = dataset.labels.copy()
    random = np.random.default_rng([seed, 2])
    order = random.permutation(dataset.num_images)
    steps = random.integers(1, dataset.num_classes, dataset.num_images)
    affected = order[np.isin(order, train)][: round(noise * len(train))]
    labels[affected] = (labels[affected] + steps[affected]) % dataset.num_classes
    return labels


def stratified_sample(dataset: Dataset, num_images: int) -> NDArray[np.int64]:
    """Return ascending indices of so many images, or of all if there are fewer.

    The same share of each class of the official training images and of the test images; the same ones at each call.
    """
    if num_images >= dataset.num_images:
        return np.arange(dataset.num_images)
    share = num_images / dataset.num_images
    is_test = np.arange(dataset.num_images) >= dataset.num_train
    chosen = []
    for group in range(2 * dataset.num_classes):
        members = np.flatnonzero((dataset.labels + dataset.num_classes * is_test) == group)
        chosen.append(np.random.default_rng([0, group]).permutation(members)[: round(share * len(members))])
    return np.sort(np.concatenate(chosen))


def _contains(ascending: NDArray[np.int64], index: int) -> bool:
    place = int(np.searchsorted(ascending, index))
    return place < len(ascending) and int(ascending[place]) == index
