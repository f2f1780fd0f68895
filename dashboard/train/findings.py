"""What the rules find in a run's curves, kept up as it grows: what was looked at once is not looked at again."""

import threading
from typing import Any
from weakref import WeakKeyDictionary

from cifar_core.advice import Finding, History, LossCourse, diagnose
from cifar_core.runs import RunRecord, RunStatus
from cifar_core.runs.steps import Bookmark
from dashboard.session.cache import get_dataset

# All steps, or nearly: a spike is short.
_MOST_STEPS = 4000


class _Reading:
    """How far one record was read, and what was found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bookmark: Bookmark | None = None
        self._losses = LossCourse()
        self._read: tuple[Any, ...] = ()
        self._findings: list[Finding] = []

    def find(self, record: RunRecord, status: RunStatus) -> list[Finding]:
        with self._lock:
            losses = self._follow(record)
            epochs = [row for row in record.epoch_rows() if {"val/loss", "val/accuracy"} <= row.keys()]
            steps = losses.last_step if status.status == "diverged" else (losses.leap, losses.leap_step)
            read = (steps, epochs, status.status, status.steps_per_epoch)
            if read != self._read:
                self._findings = diagnose(_history(record, status, epochs, losses))
                self._read = read
            return self._findings

    def _follow(self, record: RunRecord) -> LossCourse:
        rows, self._bookmark, goes_on = record.step_rows_on(_MOST_STEPS, self._bookmark)
        self._losses = (self._losses if goes_on else LossCourse()).follow(rows)
        return self._losses


_readings: WeakKeyDictionary[RunRecord, _Reading] = WeakKeyDictionary()


def find_all(record: RunRecord, status: RunStatus) -> list[Finding]:
    """Return what the rules find in a run's curves so far."""
    return _readings.setdefault(record, _Reading()).find(record, status)


def _history(record: RunRecord, status: RunStatus, epochs: list[dict[str, Any]], losses: LossCourse) -> History:
    return History(
        config=record.stored_config().config,
        epochs=epochs,
        losses=losses,
        steps_per_epoch=status.steps_per_epoch,
        has_ended=status.status == "completed",
        has_diverged=status.status == "diverged",
        num_classes=get_dataset().num_classes,
    )
