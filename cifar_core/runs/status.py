"""What a run is doing."""

import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.files import insist_on_text, write_text_atomically
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.salvage import fit_model, read_object, unreadable

StatusName = Literal["queued", "running", "paused", "parked", "stopped", "completed", "diverged", "failed", "lost"]
# 2: a run can be parked. Releases that know only 1 show such a run as stopped, which it can be resumed from as well.
_FORMAT = 2

ACTIVE: frozenset[StatusName] = frozenset(("queued", "running", "paused"))
RESUMABLE: frozenset[StatusName] = frozenset(("parked", "stopped", "failed", "lost"))


# What a damaged record may hold instead breaks dates, charts and the process table.
Count = Annotated[int, Field(ge=0, le=2**53)]
Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
Measure = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Pid = Annotated[int, Field(ge=1, lt=2**31)]


# What helps a run that found no memory.
LESS_MEMORY = "A new run with a smaller batch or width needs less."


class RunStatus(BaseModel):
    """One moment of a run. Times are seconds since 1970, accuracies in [0, 1].

    Attributes:
        format: Of the record; a higher one than this release's means that a newer release wrote it.
        status: queued, running, paused; parked, to be taken up again; stopped, completed, diverged, failed; lost if its
            worker died without a word.
        message: One sentence for people.
        oom_kills: How many processes its system had killed for want of memory when this attempt began.
        attempt: How often it was started; a worker that finds a higher number than its own gives up.
        pid: The worker's process, once it runs.
        pid_started: When that process started, which tells it from a later one with the same number.
        hostname: Where the worker runs, or was started.
        engine: Which engine started it: "local", or another one that looks after it and starts it again; empty in
            records of older releases.
        heartbeat: When the worker last wrote.
        submitted_at: When it was last put into the queue.
        started_at: When its latest attempt began.
        finished_at: When it ended.
        device: As its host calls it, e.g. "cuda:0".
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

    format: int = _FORMAT
    status: StatusName = "queued"
    message: str = ""
    attempt: Count = 0
    oom_kills: Count | None = None
    pid: _Pid | None = None
    pid_started: float | None = None
    hostname: str = ""
    engine: str = ""
    heartbeat: Moment | None = None
    submitted_at: Moment = 0.0
    started_at: Moment | None = None
    finished_at: Moment | None = None
    device: str = ""
    epoch: Count = 0
    num_epochs: Count = 0
    step: Count = 0
    num_steps: Count = 0
    seconds_left: Measure | None = None
    images_per_second: Measure | None = None
    best_epoch: Count | None = None
    best_val_accuracy: Share | None = None
    last_val_accuracy: Share | None = None
    test_accuracy_best: Share | None = None
    test_accuracy_last: Share | None = None
    seconds: Measure | None = None

    @property
    def resumption(self) -> str:
        """Where it goes on if it is resumed, in a sentence."""
        if self.epoch:
            return "Resumed, it continues from its last finished epoch."
        return "It ended before its first epoch was done: resumed, it starts again from the beginning."

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
    """Return the status as last written; what of it is damaged has its default.

    Raises:
        RunError: There is none, or it is not readable.
    """
    return _read(run_dir)[0]


def damaged_fields(run_dir: Path) -> tuple[str, ...]:
    """Return the names of what cannot be read of a status.

    Raises:
        RunError: None of it can.
    """
    return _read(run_dir)[1]


def _read(run_dir: Path) -> tuple[RunStatus, tuple[str, ...]]:
    path = RunFiles(run_dir).status
    stored = read_object(path)
    status, left_out = fit_model(RunStatus, stored | _in_words_of_this_release(stored))
    if "status" in left_out or "status" not in stored:
        raise unreadable(path, f"status {str(stored.get('status'))[:40]!r}; allowed: {', '.join(get_args(StatusName))}")
    return status, left_out


def _in_words_of_this_release(stored: dict[str, Any]) -> dict[str, Any]:
    """Return what a newer release's status has to be called here."""
    number, name = stored.get("format"), stored.get("status")
    is_newer = isinstance(number, int) and number > _FORMAT and isinstance(name, str)
    if not is_newer or name in get_args(StatusName):
        return {}
    return {"status": "stopped", "message": f"Its status is {name!r}, which this release does not know."}


def write_status(run_dir: Path, status: RunStatus) -> None:
    """Replace the status as a whole."""
    write_text_atomically(RunFiles(run_dir).status, status.model_dump_json(indent=1))


def insist_on_status(run_dir: Path, status: RunStatus) -> None:
    """Replace the status, over its old one's own blocks if the disk is full: how a run ended must not be lost.

    Raises:
        OSError: Not even that could be done.
    """
    insist_on_text(RunFiles(run_dir).status, status.model_dump_json(indent=1))


def change_status(run_dir: Path, **changes: Any) -> RunStatus:
    """Write the status with some fields replaced, and return it. Only for whoever owns the run just now."""
    status = read_status(run_dir).model_copy(update=changes)
    write_status(run_dir, status)
    return status


def now() -> float:
    """Seconds since 1970."""
    return time.time()
