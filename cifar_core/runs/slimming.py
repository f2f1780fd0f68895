"""Completed runs without their optimizer's state: half of what a run takes on disk, and of use to more epochs alone.

Trained on with a new optimizer, a run would be another one than it says it is. So it cannot be extended any more; a
fork, which says what it is, goes on from its weights.
"""

from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunRecord
from cifar_core.training.exceptions import CheckpointError
from cifar_core.training.optimizer_state import count_optimizer_bytes, drop_optimizer, has_optimizer


def count_spare_bytes(record: RunRecord) -> int:
    """Return how many bytes `slim` would free; 0 of a run that is not completed, or has no readable checkpoint."""
    try:
        if record.status().status != "completed":
            return 0
        return count_optimizer_bytes(record.checkpoint_path("last"))
    except (RunError, CheckpointError):
        return 0


def can_train_on(record: RunRecord) -> bool:
    """Whether a run's last checkpoint has all that more epochs need; one that is broken says so when it is read."""
    try:
        return has_optimizer(record.checkpoint_path("last"))
    except CheckpointError:
        return True


def slim(record: RunRecord) -> int:
    """Drop the optimizer's state of a completed run; only for whoever holds the lock. Return how many bytes are free.

    Raises:
        RunError: It is not completed, or its checkpoint is not readable.
        OSError: It cannot be written.
    """
    status = record.status().status
    if status != "completed":
        raise RunError(f"run {record.run_id} is {status}; allowed: a completed run")
    try:
        return drop_optimizer(record.checkpoint_path("last"))
    except CheckpointError as error:
        raise RunError(f"run {record.run_id}: {error}; allowed: a run with its last weights") from error
