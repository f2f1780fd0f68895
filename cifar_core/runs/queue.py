"""One training at a time on each device: who is dead, and who is next."""

from functools import cache
from pathlib import Path

from cifar_core.runs.executor import Executor
from cifar_core.runs.index import RunIndex, RunSummary
from cifar_core.runs.status import RunError, RunStatus, change_status, now, read_status
from cifar_core.training.device import DeviceError, resolve_device


def dispatch(runs_dir: Path, executor: Executor, index: RunIndex | None = None) -> None:
    """Mark runs whose worker is gone as lost, then start the next run of every device that is free.

    Safe to call from any process at any time: decisions are made under one lock.

    Args:
        runs_dir: Where the runs are.
        executor: What starts workers, and knows whether they live.
        index: Of the same directory, if there is one at hand already.
    """
    index = index or RunIndex(runs_dir)
    for summary in queue_order(index.summaries()):
        _find_device(summary)  # may import torch, for seconds: not while others wait for the lock
    with index.locked() as summaries:
        active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
        busy = {summary.status.device for summary in active if not _is_over(runs_dir / summary.run_id, executor)}
        for summary in queue_order(summaries):
            _start_if_free(runs_dir / summary.run_id, summary, busy, executor)


def queue_order(summaries: list[RunSummary]) -> list[RunSummary]:
    """Return the queued runs, the next one first: higher priority, then earlier submission."""
    queued = [
        summary
        for summary in summaries
        if summary.status.status == "queued" and summary.config and not summary.is_read_only
    ]
    return sorted(queued, key=lambda summary: (-summary.priority, summary.status.submitted_at, summary.run_id))


def needs_dispatch(summaries: list[RunSummary], runs_dir: Path, executor: Executor) -> bool:
    """Whether a decision is due; cheaper than making one."""
    if queue_order(summaries):
        return True
    active = [summary for summary in summaries if summary.status.status in ("running", "paused")]
    return any(not executor.poll(runs_dir / summary.run_id) for summary in active)


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
        message = "The worker ended without a word. Resume continues from the last finished epoch."
        change_status(run_dir, status="lost", message=message, finished_at=now(), seconds_left=None)
    return True


def _start_if_free(run_dir: Path, summary: RunSummary, busy: set[str], executor: Executor) -> None:
    device, problem = _find_device(summary)
    if problem:
        change_status(run_dir, status="failed", message=problem, finished_at=now())
    if problem or device in busy:
        return
    _mark_started(run_dir, summary.status, device)
    try:
        executor.submit(run_dir)
    except OSError as error:
        change_status(run_dir, status="failed", message=f"The worker did not start: {error}", finished_at=now())
    else:
        busy.add(device)


def _find_device(summary: RunSummary) -> tuple[str, str]:
    """Return the device the run would train on, and why there is none (one of the two is empty)."""
    assert summary.config is not None  # noqa: S101 queue_order leaves out those that cannot be read
    try:
        return _resolved(summary.config.training.device), ""
    except DeviceError as error:
        return "", str(error)


@cache
def _resolved(name: str) -> str:
    """Devices do not come and go while a process lives; asking for them imports torch."""
    return resolve_device(name)


def _mark_started(run_dir: Path, status: RunStatus, device: str) -> None:
    """The attempt's number is raised before its worker exists: an earlier worker, if one still lives, gives up."""
    change_status(
        run_dir,
        status="running",
        message="Starting.",
        attempt=status.attempt + 1,
        pid=None,
        pid_started=None,
        hostname="",
        heartbeat=now(),
        started_at=now(),
        finished_at=None,
        device=device,
        seconds_left=None,
    )
