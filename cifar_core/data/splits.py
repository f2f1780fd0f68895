"""Which images train, which choose, and which are kept for the end."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import DataConfig
from cifar_core.data.dataset import Dataset

SplitName = Literal["train", "val", "test"]
SPLIT_NAMES: tuple[SplitName, ...] = ("train", "val", "test")
UNUSED = "unused"


@dataclass(frozen=True)
class Splits:
    """Dataset indices of each split, ascending int64; no image is in two.

    Official training images that a run leaves out (`data.train_fraction`) are in none of them.
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


def splits_of(dataset: Dataset, config: DataConfig) -> Splits:
    """Return the splits a run of this config uses: its train split holds what it trains on, and no more."""
    splits = create_splits(dataset, config.val_fraction, config.split_seed)
    return replace(splits, train=subset_of_train(dataset, splits, config.train_fraction, config.split_seed))


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
