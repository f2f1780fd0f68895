"""One training at a time in each slot: who is dead, and who is next."""

import logging
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.processes import count_oom_kills
from cifar_core.runs.commands import pending_end, send_command
from cifar_core.runs.continuation import take_back
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import LOCAL, Executor
from cifar_core.runs.fairness import fair_order, last_served
from cifar_core.runs.index import LOCK_SECONDS, RunIndex, RunSummary
from cifar_core.runs.leftovers import sweep_run
from cifar_core.runs.ownership import hold_queue, may_hold_queue
from cifar_core.runs.record import RunRecord
from cifar_core.runs.slots import Slot, find_free
from cifar_core.runs.status import LESS_MEMORY, RunStatus, change_status, insist_on_status, now, read_status
from cifar_core.training.device import DeviceError

_KILLED = "The worker was killed by the system, probably out of memory."

_log = logging.getLogger(__name__)


def dispatch(
    runs_dir: Path, executor: Executor, index: RunIndex | None = None, lock_seconds: float = LOCK_SECONDS
) -> None:
    """Mark runs whose worker is gone as lost, then start the next run in every slot that is free.

    Safe to call from any process at any time: decisions are made under one lock, and only by the owner of the queue.

    Args:
        runs_dir: Where the runs are.
        executor: What starts workers, and knows whether they live.
        index: Of the same directory, if there is one at hand already.
        lock_seconds: How long to wait for others who decide.

    Raises:
        RunError: The lock cannot be had.
    """
    index = index or RunIndex(runs_dir)
    for summary in queue_order(index.summaries()):
        _list_slots(summary, executor)  # may import torch, for seconds: not while others wait for the lock
    with index.locked(lock_seconds) as summaries:
        start_free(runs_dir, executor, summaries)


def start_free(runs_dir: Path, executor: Executor, summaries: list[RunSummary]) -> dict[str, Exception]:
    """Decide as `dispatch` does; only for whoever holds the lock.

    Args:
        runs_dir: Where the runs are.
        executor: What starts workers, and knows whether they live.
        summaries: The runs as they are now.

    Returns:
        Why runs that were due could not be started, by their ids.
    """
    if not may_decide(runs_dir, executor, summaries):
        return {}
    waiting = queue_order(summaries)
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    active = [summary for summary in active if not _is_over(runs_dir / summary.run_id, executor)]
    busy = Counter(slot_of(summary.status) for summary in active)
    refused: dict[str, Exception] = {}
    left: list[RunSummary] = []
    for summary in waiting:
        try:
            if not _start_if_free(runs_dir / summary.run_id, summary, busy, executor, waiting):
                left.append(summary)
        except (OSError, RunError) as error:
            _log.warning("Run %s was not started: %s", summary.run_id, explain(error))
            refused[summary.run_id] = error
    _end_demos(runs_dir, active, left, executor)
    if executor.engine == LOCAL and busy.total():
        hold_queue(runs_dir)
    return refused


def may_decide(runs_dir: Path, executor: Executor, summaries: list[RunSummary]) -> bool:
    """Whether this process may start runs and call them lost; only for whoever holds the lock."""
    return executor.decides and (executor.engine != LOCAL or may_hold_queue(runs_dir, summaries))


def queue_order(summaries: list[RunSummary]) -> list[RunSummary]:
    """Return the queued runs, the next one first: people take turns, as `fairness` says."""
    queued = [
        summary
        for summary in summaries
        if summary.status.status == "queued" and summary.config and not summary.is_read_only
    ]
    return fair_order(queued, last_served(summaries))


def take_next(ended: Path, mine: Sequence[Path], executor: Executor) -> Path | None:
    """Start what is due; return the next run for this process if that is one of `mine`.

    Whoever waits before them is started first, by a worker of its own; then there is nothing for this process.

    Args:
        ended: The run that this process has just trained.
        mine: Runs that it was told to go on with.
        executor: What starts other workers, and knows whether they live.

    Raises:
        RunError: The lock cannot be had.
    """
    runs_dir, here = ended.parent, slot_of(read_status(ended))
    with RunIndex(runs_dir).locked() as summaries:
        names = {path.name: path for path in mine}
        waiting = [summary for summary in queue_order(summaries) if here in _list_slots(summary, executor)[0]]
        first = waiting[0].run_id if waiting else ""
        is_mine = first in names and may_decide(runs_dir, executor, summaries)
        if not is_mine or _is_taken(here, runs_dir, summaries, executor) or end_unstarted(names[first]):
            start_free(runs_dir, executor, summaries)
            return None
        _mark_started(names[first], here, executor)
        return names[first]


def _is_taken(slot: Slot, runs_dir: Path, summaries: list[RunSummary], executor: Executor) -> bool:
    """Whether others train on a device, as many as may share it."""
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    there = [summary for summary in active if slot_of(summary.status) == slot]
    num_living = sum(executor.poll(runs_dir / summary.run_id) for summary in there)
    return num_living >= executor.slots(slot.device).count(slot)


def needs_dispatch(summaries: list[RunSummary], runs_dir: Path, executor: Executor) -> bool:
    """Whether a decision is due here; cheaper than making one."""
    if not executor.decides:
        return False
    if queue_order(summaries):
        return True
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    return any(not executor.poll(runs_dir / summary.run_id) for summary in active)


def slot_of(status: RunStatus) -> Slot:
    """Return where a run trains, or last did."""
    return Slot(status.hostname or socket.gethostname(), status.device)


def end_unstarted(run_dir: Path) -> bool:
    """End a run that waits and was told to stop or to park by somebody who does not decide; return whether it was.

    Raises:
        OSError: It cannot be written.
        RunError: Its record is not readable.
    """
    ending = pending_end(run_dir)
    if ending is not None and not take_back(RunRecord(run_dir), ending):
        change_status(run_dir, status=ending, message="Removed from the queue.", finished_at=now())
    return ending is not None


def _end_demos(runs_dir: Path, active: list[RunSummary], waiting: list[RunSummary], executor: Executor) -> None:
    """Have demos leave the devices that somebody waits for; what they have learned so far is kept."""
    wanted = {slot for summary in waiting if not summary.is_demo for slot in _list_slots(summary, executor)[0]}
    for summary in active:
        if summary.is_demo and slot_of(summary.status) in wanted:
            with suppress(OSError):  # the disk is full: it ends by itself before long
                send_command(runs_dir / summary.run_id, "stop")


def _is_over(run_dir: Path, executor: Executor) -> bool:
    """Whether the run has left its device. A worker that died without a word makes it lost."""
    if executor.poll(run_dir):
        return False
    try:
        status = read_status(run_dir)
    except RunError:
        return True
    # Read after the look at the process: it may have ended well in between, and what it wrote then stands.
    if status.status in ("running", "paused"):
        words = f"{_KILLED} {LESS_MEMORY}" if executor.was_killed(run_dir) else "The worker ended without a word."
        message = f"{words} {status.resumption}"
        ended = {"status": "lost", "message": message, "finished_at": now(), "seconds_left": None}
        try:
            insist_on_status(run_dir, status.model_copy(update=ended))
        except OSError as error:
            _log.warning("Run %s has lost its worker, which cannot be noted: %s", run_dir.name, explain(error))
        sweep_run(run_dir)
    return True


def _list_companions(summary: RunSummary, slot: Slot, waiting: Sequence[RunSummary], executor: Executor) -> list[str]:
    """Return the ids of who of those that wait may follow in the same process: of one experiment, on one device."""
    if summary.experiment is None:
        return []
    others = [other for other in waiting if other.experiment == summary.experiment and other is not summary]
    return [other.run_id for other in others if slot in _list_slots(other, executor)[0]]


def _start_if_free(
    run_dir: Path, summary: RunSummary, busy: Counter[Slot], executor: Executor, queued: Sequence[RunSummary]
) -> bool:
    """Start a worker on a queued run, or mark the run as failed if that does not work.

    Returns:
        Whether it waits no longer: False if every slot that it may have is taken.

    Raises:
        OSError: It did not work; the run waits on if not even that could be noted.
        RunError: Its record is not readable.
    """
    slots, problem = _list_slots(summary, executor)
    if problem:
        change_status(run_dir, status="failed", message=problem, finished_at=now())
        return True
    slot = find_free(slots, busy)
    if slot is None:
        return False
    if end_unstarted(run_dir):
        return True
    waiting = read_status(run_dir)
    _mark_started(run_dir, slot, executor)
    try:
        executor.submit(run_dir, [run_dir.parent / each for each in _list_companions(summary, slot, queued, executor)])
    except OSError as error:
        message = f"The worker did not start: {explain(error)}."
        with suppress(OSError):
            insist_on_status(run_dir, waiting)
            change_status(run_dir, status="failed", message=message, finished_at=now())
        raise
    busy[slot] += 1
    return True


def find_slots(config: RunConfig, executor: Executor) -> tuple[list[Slot], str]:
    """Return where a run may train, and why it can nowhere (one of the two is empty, or both while it has to wait)."""
    try:
        return executor.slots(config.training.device), ""
    except DeviceError as error:
        return [], str(error)


def _list_slots(summary: RunSummary, executor: Executor) -> tuple[list[Slot], str]:
    assert summary.config is not None  # noqa: S101 queue_order leaves out those that cannot be read
    return find_slots(summary.config, executor)


def _mark_started(run_dir: Path, slot: Slot, executor: Executor) -> None:
    """The attempt's number is raised before its worker exists: an earlier worker, if one still lives, gives up.

    An engine's worker begins somewhere else, and perhaps again: what starts it there raises the number.
    """
    change_status(
        run_dir,
        status="running",
        message="Starting.",
        attempt=read_status(run_dir).attempt + (not executor.raises_attempts),
        pid=None,
        pid_started=None,
        hostname=slot.host,
        engine=executor.engine,
        heartbeat=now(),
        started_at=now(),
        finished_at=None,
        device=slot.device,
        oom_kills=count_oom_kills(),
        seconds_left=None,
    )
