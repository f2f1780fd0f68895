"""How long runs take here, and when those that wait begin, by those that have been trained on this machine before."""

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from cifar_core.config import RunConfig
from cifar_core.runs import RunSummary
from cifar_core.runs.queue import slot_of
from cifar_core.runs.remembered import once_a_run
from cifar_core.runs.slots import Slot

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


@once_a_run
def _pace_of_run(run: RunSummary) -> str:
    return "" if run.config is None else pace_of(run.config)


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
            seen.setdefault(_pace_of_run(run), []).append(status.seconds / status.epoch)
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


@dataclass(frozen=True)
class Wait:
    """How long a run waits.

    Attributes:
        place: In the queue, from 1.
        seconds: Until it begins, about.
        is_least: Whether it may be longer: of some run before it nobody knows how long it takes.
    """

    place: int
    seconds: float
    is_least: bool


def expect_waits(
    runs: Iterable[RunSummary],
    waiting: Sequence[RunSummary],
    paces: Mapping[str, float],
    list_slots: Callable[[RunConfig], Sequence[Slot]],
) -> dict[str, Wait]:
    """Return how long each run waits, by its id: until the first slot that fits is free of all that are before it.

    Args:
        runs: All.
        waiting: Those that wait, the next one first.
        paces: Seconds of an epoch, as `read_paces` has them.
        list_slots: Where a run with such settings may train; none where that is not known.
    """
    until: _FreeAt = {}
    for run in runs:
        if run.status.status in ("running", "paused"):
            slot = slot_of(run.status)
            number = next(number for number in range(len(until) + 1) if (slot, number) not in until)
            until[slot, number] = _add(None, run.status.seconds_left)
    waits: dict[str, Wait] = {}
    for place, run in enumerate(waiting, 1):
        if run.config is not None:
            key = _find_first_free(list_slots(run.config), until)
            seconds, is_known = until.get(key, (0.0, True))
            waits[run.run_id] = Wait(place, seconds, not is_known)
            until[key] = _add((seconds, is_known), _seconds_of(run, paces))
    return waits


# When each slot is free, and whether that is known; of a device that several runs share, each place by its number.
_FreeAt = dict[tuple[Slot, int], tuple[float, bool]]


def _find_first_free(slots: Sequence[Slot], until: _FreeAt) -> tuple[Slot, int]:
    keys = [(slot, slots[:place].count(slot)) for place, slot in enumerate(slots)]
    return min(keys, key=lambda key: until.get(key, (0.0, True))[0], default=(Slot("", ""), 0))


def _seconds_of(run: RunSummary, paces: Mapping[str, float]) -> float | None:
    """What is left of a run that waits."""
    pace = paces.get(_pace_of_run(run))
    return None if pace is None else pace * max(run.status.num_epochs - run.status.epoch, 0)


def _add(so_far: tuple[float, bool] | None, seconds: float | None) -> tuple[float, bool]:
    total, is_known = so_far or (0.0, True)
    return total + (seconds or 0.0), is_known and seconds is not None
