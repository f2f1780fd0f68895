"""What a dispatcher asks of its engine, and the executor it makes of that."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cifar_core.failures import explain
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunRecord
from cifar_core.runs.slots import Slot, fitting
from cifar_core.runs.status import change_status, now, read_status
from cifar_core.runs.watch import HeartbeatWatch

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """How a task ended, with no retries left.

    Attributes:
        was_killed: Whether the system ended its worker.
        problem: Why the worker could not begin, in a sentence; empty if it did.
    """

    was_killed: bool = False
    problem: str = ""


class Tasks(Protocol):
    """An engine: one task a run, which the engine starts again elsewhere when its node dies."""

    name: str

    def slots(self) -> list[Slot]:
        """Return those of all nodes that live."""

    def start(self, run_dir: Path, slot: Slot) -> Any:
        """Start a task on such a device, on the slot's node if that lives, and return a handle."""

    def ending(self, handle: Any) -> Ending | None:
        """Return how a task ended; None while it waits, runs, or is started again."""

    def kill(self, handle: Any) -> None:
        """End a task and its worker at once, and start it nowhere again."""


class TaskExecutor:
    """Starts a task a run. Its runs live as long as their tasks; those that others started, as long as they write."""

    decides = True
    raises_attempts = True

    def __init__(self, tasks: Tasks) -> None:
        self.engine = tasks.name
        self._tasks = tasks
        self._slots: list[Slot] = []
        self._handles: dict[str, Any] = {}
        self._killed: set[str] = set()
        self._watch = HeartbeatWatch()

    def slots(self, device: str = "") -> list[Slot]:
        """Return those of all nodes; none for a device that no node has now: a run waits for one that joins."""
        return fitting(device, self._slots)

    def look_at_nodes(self) -> list[Slot]:
        """Ask the engine which slots there are now, and return them: it is not asked anew for each run that waits."""
        self._slots = self._tasks.slots()
        return self._slots

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start the run's task, on the node that its status names if that one lives.

        If an earlier worker of the run still lives, it gives up when the new one begins.
        """
        status = read_status(run_dir)
        self._killed.discard(run_dir.name)
        self._handles[run_dir.name] = self._tasks.start(run_dir, Slot(status.hostname, status.device))

    def has(self, run_id: str) -> bool:
        """Whether there is a task of the run, ended or not, that nobody has heard the end of."""
        return run_id in self._handles

    def living(self) -> list[str]:
        """Return the ids of the runs whose tasks have not ended."""
        return sorted(run_id for run_id, handle in self._handles.items() if self._tasks.ending(handle) is None)

    def forget_ended(self, run_ids: Sequence[str]) -> None:
        """Drop what is known of tasks whose runs have ended."""
        for run_id in run_ids:
            handle = self._handles.get(run_id)
            if handle is not None and self._tasks.ending(handle) is not None:
                del self._handles[run_id]

    def poll(self, run_dir: Path) -> bool:
        """Ask the engine if it has the run's task, else watch its heartbeat."""
        handle = self._handles.get(run_dir.name)
        if handle is None:
            return self._is_elsewhere(run_dir)
        ending = self._tasks.ending(handle)
        if ending is not None and ending.problem:
            _note_failure(run_dir, ending.problem)
        return ending is None

    def was_killed(self, run_dir: Path) -> bool:
        """Ask how the task's worker ended."""
        handle = self._handles.get(run_dir.name)
        ending = None if handle is None else self._tasks.ending(handle)
        return ending is not None and ending.was_killed

    def cancel(self, run_dir: Path) -> None:
        """End the task, and write that the run ended: its worker no longer can."""
        handle = self._handles.get(run_dir.name)
        if handle is not None and run_dir.name not in self._killed:
            self._killed.add(run_dir.name)
            self._tasks.kill(handle)
        if read_status(run_dir).is_active:
            change_status(run_dir, status="stopped", message="Discarded.", finished_at=now())

    def logs(self, run_dir: Path) -> str:
        """Return the tail of the run's log."""
        return RunRecord(run_dir).log_tail()

    def tend(self) -> None:
        """There is nothing to see to."""

    def _is_elsewhere(self, run_dir: Path) -> bool:
        try:
            return not self._watch.is_silent(run_dir, read_status(run_dir))
        except RunError:
            return False


def _note_failure(run_dir: Path, problem: str) -> None:
    """Say why a run could not begin on any node."""
    try:
        if read_status(run_dir).status in ("running", "paused"):
            change_status(run_dir, status="failed", message=problem, finished_at=now())
    except (OSError, RunError) as error:
        _log.warning("Run %s failed, which cannot be noted: %s", run_dir.name, explain(error))
