"""What a run is doing."""

import json
import time
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from cifar_core.files import write_text_atomically
from cifar_core.formats import FORMAT
from cifar_core.runs.layout import RunFiles

StatusName = Literal["queued", "running", "paused", "stopped", "completed", "diverged", "failed", "lost"]

ACTIVE: frozenset[StatusName] = frozenset(("queued", "running", "paused"))
RESUMABLE: frozenset[StatusName] = frozenset(("stopped", "failed", "lost"))


class RunError(ValueError):
    """A run's record cannot be read, or what was asked of the run is not possible now."""


class RunStatus(BaseModel):
    """One moment of a run. Times are seconds since 1970, accuracies in [0, 1].

    Attributes:
        format: Of the record; a higher one than this release's means that a newer release wrote it.
        status: queued, running, paused; stopped, completed, diverged, failed; lost if its worker died without a word.
        message: One sentence for people.
        attempt: How often it was started; a worker that finds a higher number than its own gives up.
        pid: The worker's process, once it runs.
        pid_started: When that process started, which tells it from a later one with the same number.
        hostname: Where the worker runs.
        heartbeat: When the worker last wrote.
        submitted_at: When it was last put into the queue.
        started_at: When its latest attempt began.
        finished_at: When it ended.
        device: Resolved, e.g. "cuda:0".
        epoch: Epochs finished.
        num_epochs: Epochs to do.
        step: Optimizer updates done.
        num_steps: Updates to do.
        seconds_left: Estimate.
        images_per_second: Latest training throughput.
        best_epoch: The epoch with the highest val accuracy.
        seconds: Spent training, over all attempts.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    status: StatusName = "queued"
    message: str = ""
    attempt: int = 0
    pid: int | None = None
    pid_started: float | None = None
    hostname: str = ""
    heartbeat: float | None = None
    submitted_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None
    device: str = ""
    epoch: int = 0
    num_epochs: int = 0
    step: int = 0
    num_steps: int = 0
    seconds_left: float | None = None
    images_per_second: float | None = None
    best_epoch: int | None = None
    best_val_accuracy: float | None = None
    last_val_accuracy: float | None = None
    test_accuracy_best: float | None = None
    test_accuracy_last: float | None = None
    seconds: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there are numbers of a first step."""
        return bool(self.step or self.epoch)

    @property
    def is_active(self) -> bool:
        """Whether it waits, runs or pauses."""
        return self.status in ACTIVE

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.status in RESUMABLE

    @property
    def progress(self) -> float:
        """Share of the steps done, in [0, 1]."""
        return min(self.step / self.num_steps, 1.0) if self.num_steps else 0.0

    @property
    def steps_per_epoch(self) -> float:
        """Updates of one epoch; 1 before that is known."""
        return self.num_steps / max(self.num_epochs, 1) or 1.0


def read_status(run_dir: Path) -> RunStatus:
    """Return the status as last written.

    Raises:
        RunError: There is none, or it is not readable.
    """
    path = RunFiles(run_dir).status
    try:
        content = path.read_bytes()
        return _read_newer(content) or RunStatus.model_validate_json(content)
    except (OSError, ValidationError) as error:
        raise RunError(f"record unreadable: {run_dir.name}/{path.name}: {_first_line(error)}") from error


def _read_newer(content: bytes) -> RunStatus | None:
    """Return what a newer release's status says in the words of this one; None if it is not such a status."""
    try:
        stored = json.loads(content)
    except ValueError:
        return None
    if not isinstance(stored, dict) or not isinstance(stored.get("format"), int) or stored["format"] <= FORMAT:
        return None
    known = get_args(StatusName)
    if stored.get("status") in known:
        return None
    message = f"Its status is {stored.get('status')!r}, which this release does not know."
    return RunStatus.model_validate(stored | {"status": "stopped", "message": message})


def write_status(run_dir: Path, status: RunStatus) -> None:
    """Replace the status as a whole."""
    write_text_atomically(RunFiles(run_dir).status, status.model_dump_json(indent=1))


def change_status(run_dir: Path, **changes: Any) -> RunStatus:
    """Write the status with some fields replaced, and return it. Only for whoever owns the run just now."""
    status = read_status(run_dir).model_copy(update=changes)
    write_status(run_dir, status)
    return status


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: There is none, or it is not readable.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"record unreadable: {path.parent.name}/{path.name}: {_first_line(error)}") from error
    if not isinstance(value, dict):
        raise RunError(f"record unreadable: {path.parent.name}/{path.name} is not a JSON object")
    return value


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
