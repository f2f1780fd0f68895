"""Ended runs that wait again: wholly, or they stay as they were."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from cifar_core.config import RunConfig
from cifar_core.files import insist_on_text
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.runs.commands import clear_commands
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunRecord, write_config
from cifar_core.runs.slimming import can_train_on
from cifar_core.runs.status import change_status, insist_on_status, now

# What an extension changes of a completed run's status.
_COMPLETED = {"status", "message", "finished_at", "num_epochs"}

# Starts what is due; raises if one of these runs is, and cannot be started.
Start = Callable[..., None]


def resume(records: Sequence[RunRecord], start: Start, until: int | None = None) -> None:
    """Queue runs, all or none, to go on from their last finished epochs; only for whoever holds the lock.

    Args:
        records: Of the runs.
        start: What starts them.
        until: Park them again once so many epochs are done; not before their end if None.

    Raises:
        RunError: The status of one does not allow that, or its record is not readable.
        OSError: It cannot be written.
    """
    for record in records:
        check_trained_here(record)
        status = record.status()
        if not status.is_resumable:
            raise RunError(
                f"run {record.run_id} is {status.status}; allowed: parked, stopped, failed or lost runs can be resumed"
            )
        record.config()
    for record in records:
        record.record_event("resumed", epoch=record.status().epoch)
        _set_goal(record, until)
    _queue(records, start)


def extend(record: RunRecord, num_epochs: int, start: Start) -> None:
    """Queue a run for so many epochs more; only for whoever holds the lock.

    Raises:
        RunError: Its status does not allow that, or the number is not allowed.
        OSError: It cannot be written.
    """
    check_trained_here(record)
    status, config = record.status(), record.config()
    if status.status not in ("completed", "stopped") or not record.checkpoint_path("last").exists():
        raise RunError(f"run {record.run_id} is {status.status}; allowed: completed or stopped runs can be extended")
    if not can_train_on(record):
        raise RunError(
            f"run {record.run_id} has no optimizer state any more; allowed: a fork, another run from its weights"
        )
    longer = _lengthen(config, max(status.epoch, 1) + num_epochs)
    was = status.model_dump(include=_COMPLETED) if status.status == "completed" else None
    record.record_event("extended", epoch=status.epoch, num_epochs=longer.training.num_epochs, was=was)
    _queue_changed(record, longer, start, num_epochs=longer.training.num_epochs)


def take_back_extension(record: RunRecord) -> bool:
    """Make a completed run what it was before it was extended, if its extension waits still; return whether it is.

    Only for whoever holds the lock.

    Raises:
        OSError: It cannot be written.
        RunError: Its record is not readable.
    """
    status, events = record.status(), record.events()
    last = events[-1] if events else {}
    was = last.get("was") if last.get("kind") == "extended" and last.get("epoch") == status.epoch else None
    if status.status != "queued" or not isinstance(was, dict) or not was.keys() >= _COMPLETED:
        return False
    before = record.files.config.read_text(encoding="utf-8")
    try:
        write_config(record.run_dir, _lengthen(record.config(), was["num_epochs"]))
        change_status(record.run_dir, **{name: was[name] for name in _COMPLETED})
    except (OSError, RunError):
        insist_on_text(record.files.config, before)
        raise
    record.record_event("extension_taken_back", epoch=status.epoch)
    return True


def look_at_test(record: RunRecord, start: Start) -> None:
    """Queue a completed run to predict test and end again; only for whoever holds the lock.

    Raises:
        RunError: Its status does not allow that, or it has looked at test before.
        OSError: It cannot be written.
    """
    check_trained_here(record)
    status, config = record.status(), record.config()
    if status.status != "completed" or status.test_accuracy_last is not None:
        has = "has looked at test" if status.test_accuracy_last is not None else f"is {status.status}"
        raise RunError(f"run {record.run_id} {has}; allowed: a completed run that has not looked at test")
    looking = with_overrides(config, {"training.evaluate_test": True})
    _queue_changed(record, looking, start)


def check_trained_here(record: RunRecord) -> None:
    """Raise RunError of a run that was imported: it cannot be trained on."""
    try:
        imported_from = record.meta().imported_from
    except RunError:  # what is damaged says nothing of that
        return
    if imported_from:
        raise RunError(f"run {record.run_id} was imported, and is not trained here; allowed: runs that began here")


def _queue_changed(record: RunRecord, config: RunConfig, start: Start, **changes: int) -> None:
    """Queue a run with other settings, or leave both as they were."""
    before = record.files.config.read_text(encoding="utf-8")
    try:
        write_config(record.run_dir, config)
        _set_goal(record, None)
        _queue([record], start, **changes)
    except (OSError, RunError):
        insist_on_text(record.files.config, before)
        raise


def _lengthen(config: RunConfig, num_epochs: int) -> RunConfig:
    try:
        return with_overrides(config, {"training.num_epochs": num_epochs})
    except ConfigError as error:
        raise RunError(str(error)) from error


def _set_goal(record: RunRecord, until: int | None) -> None:
    """What was meant for one attempt is not for the next."""
    with suppress(RunError):  # what people say of it is damaged, and says nothing of parking either
        if record.meta().park_after != until:
            record.change_meta(park_after=until)


def _queue(records: Sequence[RunRecord], start: Start, **changes: int) -> None:
    before = [(record.run_dir, record.status()) for record in records]
    began = now()
    try:
        for place, (run_dir, _) in enumerate(before):
            clear_commands(run_dir)
            changed = {"message": "", "submitted_at": began + place / 1000, "finished_at": None} | changes
            change_status(run_dir, status="queued", **changed)
        start(*(run_dir for run_dir, _ in before))
    except (OSError, RunError):
        for run_dir, status in before:
            insist_on_status(run_dir, status)
        raise
