"""Whose turn it is: people take turns at the queue, however many runs each of them has put there."""

from collections.abc import Mapping, Sequence

from cifar_core.runs.exceptions import RunError
from cifar_core.runs.index import RunSummary
from cifar_core.runs.remembered import once_a_list


def fair_order(waiting: Sequence[RunSummary], served: Mapping[str, float]) -> list[RunSummary]:
    """Return runs that wait as they are to be started, the next one first.

    Next is always the first run of who was served longest ago. Somebody's own runs go by priority, then by when they
    were submitted. Runs without an owner are nobody's: all of them together have one turn. Demos, which nobody asked
    for, come last.

    Who was never served comes right before whoever had the latest turn at that moment: soon, and yet nobody who waits
    is overtaken for ever by ever new names.

    Args:
        waiting: In any order.
        served: When a run was last started for somebody, in seconds since 1970, by `turn_of`.
    """
    asked = [run for run in waiting if not run.is_demo]
    return _take_turns(asked, served) + sorted((run for run in waiting if run.is_demo), key=_own_order)


@once_a_list
def last_served(runs: Sequence[RunSummary]) -> dict[str, float]:
    """Return when a run was last started for each person, by `turn_of`; demos are nobody's wish."""
    served: dict[str, float] = {}
    for run in runs:
        if run.status.started_at is not None and not run.is_demo:
            whose = turn_of(run)
            served[whose] = max(served.get(whose, 0.0), run.status.started_at)
    return served


def turn_of(run: RunSummary) -> str:
    """Return a text that is the same for all runs that share a turn."""
    return run.owner.casefold()


def priority_of_first(run_id: str, waiting: Sequence[RunSummary]) -> int:
    """Return the priority with which a run is the next one of its owner's.

    Raises:
        RunError: It is none of those that wait.
    """
    chosen = next((run for run in waiting if run.run_id == run_id), None)
    if chosen is None:
        raise RunError(f"run {run_id} does not wait; allowed: a queued run")
    return max(run.priority for run in waiting if turn_of(run) == turn_of(chosen)) + 1


def _take_turns(waiting: Sequence[RunSummary], served: Mapping[str, float]) -> list[RunSummary]:
    """In rounds: who has had a turn comes after all who wait for theirs."""
    queues: dict[str, list[RunSummary]] = {}
    for run in sorted(waiting, key=_own_order):
        queues.setdefault(turn_of(run), []).append(run)
    people = sorted(queues, key=lambda whose: _place(whose, queues[whose], served))
    longest = max(map(len, queues.values()), default=0)
    return [queues[whose][turn] for turn in range(longest) for whose in people if turn < len(queues[whose])]


def _place(whose: str, own: Sequence[RunSummary], served: Mapping[str, float]) -> tuple[float, bool, float, str]:
    """What people are sorted by: their latest turn, or the latest of all when they came."""
    since = min(run.status.submitted_at for run in own)
    if whose in served:
        return served[whose], True, since, whose
    return max((turn for turn in served.values() if turn <= since), default=0.0), False, since, whose


def _own_order(run: RunSummary) -> tuple[int, float, str]:
    return -run.priority, run.status.submitted_at, run.run_id
