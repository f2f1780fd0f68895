"""One training at a time on each device: who is dead, and who is next."""

import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.processes import count_oom_kills
from cifar_core.runs.commands import send_command
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import Executor
from cifar_core.runs.fairness import fair_order, last_served
from cifar_core.runs.index import LOCK_SECONDS, RunIndex, RunSummary
from cifar_core.runs.leftovers import sweep_run
from cifar_core.runs.status import LESS_MEMORY, change_status, insist_on_status, now, read_status
from cifar_core.training.device import DeviceError, resolve_device

_KILLED = "The worker was killed by the system, probably out of memory."

_log = logging.getLogger(__name__)


def dispatch(
    runs_dir: Path, executor: Executor, index: RunIndex | None = None, lock_seconds: float = LOCK_SECONDS
) -> None:
    """Mark runs whose worker is gone as lost, then start the next run of every device that is free.

    Safe to call from any process at any time: decisions are made under one lock.

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
        _find_device(summary)  # may import torch, for seconds: not while others wait for the lock
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
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    active = [summary for summary in active if not _is_over(runs_dir / summary.run_id, executor)]
    _end_demos(runs_dir, active, queue_order(summaries))
    busy = {summary.status.device for summary in active}
    refused: dict[str, Exception] = {}
    waiting = queue_order(summaries)
    for summary in waiting:
        try:
            _start_if_free(runs_dir / summary.run_id, summary, busy, executor, waiting)
        except (OSError, RunError) as error:
            _log.warning("Run %s was not started: %s", summary.run_id, explain(error))
            refused[summary.run_id] = error
    return refused


def queue_order(summaries: list[RunSummary]) -> list[RunSummary]:
    """Return the queued runs, the next one first: people take turns, as `fairness` says."""
    queued = [
        summary
        for summary in summaries
        if summary.status.status == "queued" and summary.config and not summary.is_read_only
    ]
    return fair_order(queued, last_served(summaries))


def take_next(runs_dir: Path, mine: Sequence[Path], executor: Executor) -> Path | None:
    """Start what is due; return the next run for this process if that is one of `mine`.

    Whoever waits before them is started first, by a worker of its own; then there is nothing for this process.

    Args:
        runs_dir: Where the runs are.
        mine: Runs that this process was told to go on with.
        executor: What starts other workers, and knows whether they live.

    Raises:
        RunError: The lock cannot be had.
    """
    with RunIndex(runs_dir).locked() as summaries:
        waiting = queue_order(summaries)
        names = {path.name: path for path in mine}
        own = next((summary for summary in waiting if summary.run_id in names), None)
        if own is None or not _is_first(own, waiting) or _is_busy(runs_dir, own, summaries, executor):
            start_free(runs_dir, executor, summaries)
            return None
        _mark_started(names[own.run_id], _find_device(own)[0])
        return names[own.run_id]


def _is_first(summary: RunSummary, waiting: list[RunSummary]) -> bool:
    """Whether nobody waits longer for the device of a run."""
    device = _find_device(summary)
    return next(other for other in waiting if _find_device(other) == device) is summary


def _is_busy(runs_dir: Path, summary: RunSummary, summaries: list[RunSummary], executor: Executor) -> bool:
    device, problem = _find_device(summary)
    return bool(problem) or any(
        other.status.device == device and executor.poll(runs_dir / other.run_id)
        for other in summaries
        if other.status.status in ("running", "paused")
    )


def needs_dispatch(summaries: list[RunSummary], runs_dir: Path, executor: Executor) -> bool:
    """Whether a decision is due; cheaper than making one."""
    if queue_order(summaries):
        return True
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    return any(not executor.poll(runs_dir / summary.run_id) for summary in active)


def _end_demos(runs_dir: Path, active: list[RunSummary], waiting: list[RunSummary]) -> None:
    """Have demos leave the devices that somebody waits for; what they have learned so far is kept."""
    wanted = {_find_device(summary)[0] for summary in waiting if not summary.is_demo}
    for summary in active:
        if summary.is_demo and summary.status.device in wanted:
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


def _list_companions(summary: RunSummary, waiting: Sequence[RunSummary]) -> list[str]:
    """Return the ids of who of those that wait belongs to the same experiment and device, the next one first."""
    if summary.experiment is None:
        return []
    device = _find_device(summary)
    others = [other for other in waiting if other.experiment == summary.experiment and other is not summary]
    return [other.run_id for other in others if _find_device(other) == device]


def _start_if_free(
    run_dir: Path, summary: RunSummary, busy: set[str], executor: Executor, queued: Sequence[RunSummary]
) -> None:
    """Start a worker on a queued run, or mark the run as failed if that does not work.

    Raises:
        OSError: It did not work; the run waits on if not even that could be noted.
        RunError: Its record is not readable.
    """
    device, problem = _find_device(summary)
    if problem:
        change_status(run_dir, status="failed", message=problem, finished_at=now())
    if problem or device in busy:
        return
    waiting = read_status(run_dir)
    _mark_started(run_dir, device)
    try:
        executor.submit(run_dir, [run_dir.parent / run_id for run_id in _list_companions(summary, queued)])
    except OSError as error:
        message = f"The worker did not start: {explain(error)}."
        with suppress(OSError):
            insist_on_status(run_dir, waiting)
            change_status(run_dir, status="failed", message=message, finished_at=now())
        raise
    busy.add(device)


def find_device(config: RunConfig) -> tuple[str, str]:
    """Return the device a run would train on, and why there is none (one of the two is empty)."""
    try:
        return _resolved(config.training.device), ""
    except DeviceError as error:
        return "", str(error)


def _find_device(summary: RunSummary) -> tuple[str, str]:
    assert summary.config is not None  # noqa: S101 queue_order leaves out those that cannot be read
    return find_device(summary.config)


@cache
def _resolved(name: str) -> str:
    """Devices do not come and go while a process lives; asking for them imports torch."""
    return resolve_device(name)


def _mark_started(run_dir: Path, device: str) -> None:
    """The attempt's number is raised before its worker exists: an earlier worker, if one still lives, gives up."""
    change_status(
        run_dir,
        status="running",
        message="Starting.",
        attempt=read_status(run_dir).attempt + 1,
        pid=None,
        pid_started=None,
        hostname=socket.gethostname(),
        heartbeat=now(),
        started_at=now(),
        finished_at=None,
        device=device,
        oom_kills=count_oom_kills(),
        seconds_left=None,
    )
