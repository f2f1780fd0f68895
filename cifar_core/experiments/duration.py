"""How long runs take here, by those that have been trained on this machine before."""

import socket
from collections.abc import Iterable, Mapping
from statistics import median

from cifar_core.config import RunConfig
from cifar_core.runs import RunSummary

# Settings that an epoch takes as long with, whatever they are.
_OF_DATA = {"label_noise", "split_seed", "normalization"}
_OF_TRAINING = {"seed", "num_epochs", "early_stopping_patience", "evaluate_test", "label_smoothing"}
_LATEST = 5


def pace_of(config: RunConfig) -> str:
    """Return a text that is the same for settings with which an epoch takes about as long."""
    parts = (
        config.model.model_dump_json(),
        config.augmentation.model_dump_json(),
        config.data.model_dump_json(exclude=_OF_DATA),
        config.training.model_dump_json(exclude=_OF_TRAINING),
        config.optimizer.name,
    )
    return "/".join(parts)


def read_paces(runs: Iterable[RunSummary], source: str) -> dict[str, float]:
    """Return how many seconds an epoch takes here, the look at val included, by `pace_of`.

    Args:
        runs: Newest first. Those of other machines, and those that ended before their time, tell nothing.
        source: Where the images are from, as `Dataset.source` has it: of other ones there may be more.
    """
    here, seen = socket.gethostname(), dict[str, list[float]]()
    for run in runs:
        status = run.status
        is_of_here = status.hostname == here and run.data_source == source
        if run.config is not None and is_of_here and status.status == "completed" and status.seconds and status.epoch:
            seen.setdefault(pace_of(run.config), []).append(status.seconds / status.epoch)
    return {pace: median(seconds[:_LATEST]) for pace, seconds in seen.items()}


def expect_seconds(configs: Iterable[RunConfig], paces: Mapping[str, float]) -> float | None:
    """Return about how long runs take here one after another; None if that is not known of all of them.

    Args:
        configs: A run each.
        paces: Seconds of an epoch, as `read_paces` has them.
    """
    times = [(paces.get(pace_of(config)), config.training.num_epochs) for config in configs]
    known = [pace * num_epochs for pace, num_epochs in times if pace is not None]
    return sum(known) if len(known) == len(times) else None
