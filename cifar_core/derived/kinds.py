"""What can be derived, each from a dataset and some options: a function that returns named arrays."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset, choices_in
from cifar_core.data.duplicates import find_near_duplicates
from cifar_core.data.similarity import scale_features
from cifar_core.data.splits import splits_of
from cifar_core.data.traits import compute_class_statistics, compute_traits
from cifar_core.derived.answers import derive_answers, derive_tsne
from cifar_core.derived.audits import derive_audit
from cifar_core.derived.heads import derive_head, derive_out_of_fold
from cifar_core.derived.robustness import derive_robustness
from cifar_core.overrides import parse_config
from cifar_core.selections import find_contents, read_kept

Arrays = dict[str, NDArray[np.generic]]
Options = Mapping[str, str | int]
OnProgress = Callable[[float], None]


class UnfinishedError(RuntimeError):
    """There is no result, for a reason that may be gone the next time; the message tells how far it came."""


_FEATURES_AT_ONCE = 2_000


def derive_traits(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """Each image's `Traits`, and the classes' `ClassStatistics`, by the names of their fields."""
    statistics = compute_class_statistics(dataset, lambda share: on_progress(0.3 * share))
    traits = compute_traits(dataset, statistics, lambda share: on_progress(0.3 + 0.7 * share))
    return asdict(traits) | asdict(statistics)


def derive_duplicates(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """The pairs of `NearDuplicates`, by the names of its fields."""
    return asdict(find_near_duplicates(dataset, on_progress))


def derive_features(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """A network's penultimate features of its training images, each scaled to length 1.

    Options:
        checkpoint: Path of the weights; their config says which images train.

    Returns:
        `indices` (N,) dataset indices, `features` (N, D) float16.
    """
    from cifar_core.inference.features import extract_features
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    path = Path(str(options["checkpoint"]))
    data = read_checkpoint_header(path).config.data
    indices = splits_of(dataset, data, read_kept(path.parent.parent, data)).train
    classifier, parts = load_classifier(path), []
    for chunk in np.array_split(indices, max(1, len(indices) // _FEATURES_AT_ONCE)):
        parts.append(scale_features(extract_features(classifier, dataset.images, chunk)))
        on_progress(sum(map(len, parts)) / len(indices))
    return {"indices": indices, "features": np.concatenate(parts).astype(np.float16)}


def derive_range_test(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """A learning-rate range test, by the names of `RangeTest`'s fields.

    Options:
        As `trial_options` makes them.

    Raises:
        UnfinishedError: Its time ran out: what it saw is no result, and the next one who asks starts anew.
    """
    from cifar_core.training.range_test import CutShortError, run_range_test

    config, contents = _read_trial(options)
    try:
        return asdict(run_range_test(config, dataset, on_progress, contents))
    except CutShortError as error:
        raise UnfinishedError(str(error)) from error


def derive_probe(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """How fast a config trains here, by the names of `Probe`'s fields.

    Options:
        As `trial_options` makes them.
    """
    from cifar_core.training.probe import probe_speed

    config, contents = _read_trial(options)
    return asdict(probe_speed(config, dataset, contents))


def derive_paces(dataset: Dataset, options: Options, on_progress: OnProgress) -> Arrays:
    """How long an epoch of several configs takes here.

    Options:
        As `paces_options` makes them.

    Returns:
        `epoch_seconds` (N,) float64, in their order.
    """
    from cifar_core.training.probe import probe_speed

    trees = json.loads(str(options["configs"]))
    seconds = []
    for tree in trees:
        config, contents = _read_trial({**options, "config": json.dumps(tree)})
        seconds.append(probe_speed(config, dataset, contents).epoch_seconds)
        on_progress(len(seconds) / len(trees))
    return {"epoch_seconds": np.concatenate(seconds)}


def trial_options(config: RunConfig, runs_dir: Path) -> dict[str, str | int]:
    """Return what trying a config out depends on besides the images; also where its selections are, if it has some.

    Args:
        config: Of the run to be.
        runs_dir: Where its selections are kept.
    """
    return {"config": config.model_dump_json()} | _where([config], runs_dir)


def paces_options(configs: Sequence[RunConfig], runs_dir: Path) -> dict[str, str | int]:
    """Return what trying several out depends on, likewise."""
    trees = [json.loads(config.model_dump_json()) for config in configs]
    return {"configs": json.dumps(trees)} | _where(configs, runs_dir)


def _where(configs: Sequence[RunConfig], runs_dir: Path) -> dict[str, str | int]:
    return {"runs_dir": str(runs_dir.resolve())} if any(choices_in(config.data) for config in configs) else {}


def _read_trial(options: Options) -> tuple[RunConfig, Contents]:
    """Return a config to try, and the images that it refers to."""
    config = parse_config(str(options["config"]))
    if not choices_in(config.data):
        return config, {}
    return config, find_contents(Path(str(options["runs_dir"])), config.data)


KINDS: dict[str, Callable[[Dataset, Options, OnProgress], Arrays]] = {
    "traits": derive_traits,
    "duplicates": derive_duplicates,
    "answers": derive_answers,
    "tsne": derive_tsne,
    "features": derive_features,
    "head": derive_head,
    "out_of_fold": derive_out_of_fold,
    "robustness": derive_robustness,
    "range_test": derive_range_test,
    "probe": derive_probe,
    "paces": derive_paces,
    "audit": derive_audit,
}
