"""Ended runs that wait again: wholly, or they stay as they were."""

from collections.abc import Callable
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.files import insist_on_text
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.runs.commands import clear_commands
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunRecord, write_config
from cifar_core.runs.status import change_status, insist_on_status, now

# Starts what is due; raises if that is this run and it cannot be started.
Start = Callable[[Path], None]


def resume(record: RunRecord, start: Start) -> None:
    """Queue a run to go on from its last finished epoch; only for whoever holds the lock.

    Raises:
        RunError: Its status does not allow that, or its record is not readable.
        OSError: It cannot be written.
    """
    status = record.status()
    if not status.is_resumable:
        raise RunError(f"run {record.run_id} is {status.status}; allowed: stopped, failed or lost runs can be resumed")
    record.config()
    record.record_event("resumed", epoch=status.epoch)
    _queue(record, start)


def extend(record: RunRecord, num_epochs: int, start: Start) -> None:
    """Queue a run for so many epochs more; only for whoever holds the lock.

    Raises:
        RunError: Its status does not allow that, or the number is not allowed.
        OSError: It cannot be written.
    """
    status, config = record.status(), record.config()
    if status.status not in ("completed", "stopped") or not record.checkpoint_path("last").exists():
        raise RunError(f"run {record.run_id} is {status.status}; allowed: completed or stopped runs can be extended")
    longer = _lengthen(config, max(status.epoch, 1) + num_epochs)
    record.record_event("extended", epoch=status.epoch, num_epochs=longer.training.num_epochs)
    before = record.files.config.read_text(encoding="utf-8")
    try:
        write_config(record.run_dir, longer)
        _queue(record, start, num_epochs=longer.training.num_epochs)
    except (OSError, RunError):
        insist_on_text(record.files.config, before)
        raise


def _lengthen(config: RunConfig, num_epochs: int) -> RunConfig:
    try:
        return with_overrides(config, {"training.num_epochs": num_epochs})
    except ConfigError as error:
        raise RunError(str(error)) from error


def _queue(record: RunRecord, start: Start, **changes: int) -> None:
    before = record.status()
    changed = {"message": "", "submitted_at": now(), "finished_at": None} | changes
    clear_commands(record.run_dir)
    try:
        change_status(record.run_dir, status="queued", **changed)
        start(record.run_dir)
    except (OSError, RunError):
        insist_on_status(record.run_dir, before)
        raise
