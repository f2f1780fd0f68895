"""Ended runs that wait again: wholly, or they stay as they were."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from cifar_core.config import RunConfig
from cifar_core.files import insist_on_text
from cifar_core.overrides import ConfigError, config_difference, with_overrides
from cifar_core.runs.commands import clear_commands
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunRecord, write_config
from cifar_core.runs.slimming import can_train_on
from cifar_core.runs.status import change_status, insist_on_status, now

# What changes of an ended run's status when it waits again, and how its record tells why it does.
_ENDED = {"status", "message", "finished_at", "num_epochs"}
_EXTENDED, _TEST_WANTED, _TAKEN_BACK = "extended", "test_wanted", "taken_back"

# As what a run ends that waits: removed from the queue, or to be taken up again.
Ending = Literal["stopped", "parked"]

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
    longer = _changed(config, {"training.num_epochs": max(status.epoch, 1) + num_epochs})
    _note(record, longer, _EXTENDED, num_epochs=longer.training.num_epochs)
    _queue_changed(record, longer, start, num_epochs=longer.training.num_epochs)


def take_back(record: RunRecord, ending: Ending) -> bool:
    """Make a run what it was before it was extended or asked for test, if it waits still; return whether it is.

    Only for whoever holds the lock. A run that had been stopped is parked all the same if that is what is asked. One
    that was resumed waits as it would have waited anyhow, and is not taken back.

    Raises:
        OSError: It cannot be written.
        RunError: Its record is not readable.
    """
    status, events = record.status(), record.events()
    last = events[-1] if events else {}
    kind, was, settings = (last.get(name) for name in ("kind", "was", "settings"))
    if status.status != "queued" or kind not in (_EXTENDED, _TEST_WANTED) or last.get("epoch") != status.epoch:
        return False
    if not isinstance(was, dict) or not isinstance(settings, dict) or not was.keys() >= _ENDED:
        return False
    if ending == "parked" and was["status"] != "completed":
        return False
    before = record.files.config.read_text(encoding="utf-8")
    try:
        write_config(record.run_dir, _changed(record.config(), settings))
        change_status(record.run_dir, **{name: was[name] for name in _ENDED})
    except (OSError, RunError):
        insist_on_text(record.files.config, before)
        raise
    record.record_event(_TAKEN_BACK, epoch=status.epoch, of=kind)
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
    looking = _changed(config, {"training.evaluate_test": True})
    _note(record, looking, _TEST_WANTED)
    _queue_changed(record, looking, start)


def count_extensions(record: RunRecord) -> int:
    """Count how often a run was extended and went on."""
    return sum({_EXTENDED: 1, _TAKEN_BACK: -1}[kind] for kind in _kinds(record, _EXTENDED))


def is_look_at_test(record: RunRecord) -> bool:
    """Whether a run waits or goes on for nothing but a look at test."""
    return [event.get("kind") for event in record.events()][-1:] == [_TEST_WANTED]


def is_test_taken_back(record: RunRecord) -> bool:
    """Whether test was to be looked at and somebody took the run out of the queue before it was."""
    return _kinds(record, _TEST_WANTED)[-1:] == [_TAKEN_BACK]


def check_trained_here(record: RunRecord) -> None:
    """Raise RunError of a run that was imported: it cannot be trained on."""
    try:
        imported_from = record.meta().imported_from
    except RunError:  # what is damaged says nothing of that
        return
    if imported_from:
        raise RunError(f"run {record.run_id} was imported, and is not trained here; allowed: runs that began here")


def _kinds(record: RunRecord, of: str) -> list[str]:
    """Return the kinds of a record's events that are of a kind or took such a one back, in their order."""
    kinds = [(event.get("kind"), event.get("of", event.get("kind"))) for event in record.events()]
    return [str(kind) for kind, what in kinds if what == of]


def _note(record: RunRecord, config: RunConfig, kind: str, **facts: int) -> None:
    """Record why an ended run is to wait again with other settings, and what `take_back` needs."""
    status = record.status()
    settings = {path: before for path, (before, _) in config_difference(record.config(), config).items()}
    record.record_event(kind, epoch=status.epoch, was=status.model_dump(include=_ENDED), settings=settings, **facts)


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


def _changed(config: RunConfig, settings: Mapping[str, Any]) -> RunConfig:
    try:
        return with_overrides(config, settings)
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
