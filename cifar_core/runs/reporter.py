"""What `fit` talks to in a worker: it takes down events, and answers whether to stop."""

import json
import math
import os
import time
from pathlib import Path
from typing import Any

from cifar_core.files import write_text_atomically
from cifar_core.runs.commands import is_discarded, obey_commands, pending_end
from cifar_core.runs.continuation import is_look_at_test
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.journal import append_row
from cifar_core.runs.keeper import StatusKeeper, SupersededError
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import now
from cifar_core.training.device import GIVEN_DEVICE
from cifar_core.training.events import (
    EpochDone,
    Event,
    NetworkCompiled,
    StepsDone,
    TrainingStarted,
    WeightsRefused,
    event_row,
)
from cifar_core.training.monitor import Monitor

_COMMANDS_SECONDS = 0.2
_STATUS_SECONDS = 0.5
_PARKING = "Parking: it ends after this epoch, and can be taken up again."


def read_learning_rate_changes(record: RunRecord) -> list[tuple[int, float]]:
    """Return what was done to the learning rate while the run went on: from which step (0-based), times what."""
    changes = (event for event in record.events() if event["kind"] == "learning_rate")
    return [(int(event["step"]), float(event["factor"])) for event in changes]


def _read_park_after(record: RunRecord) -> int | None:
    try:
        return record.meta().park_after
    except RunError:
        return None


def _doubt(record: RunRecord) -> str:
    damage = record.event_damage()
    return f"Left out as damaged: {damage}, so a change of the learning rate may be missing." if damage else ""


def _discarded(record: RunRecord) -> SupersededError:
    return SupersededError(f"{record.run_id} is to be deleted")


class StoppedUnbegunError(Exception):
    """Somebody asked the run to stop before this attempt took a step."""


class Reporter(Monitor):
    """Writes metrics and status, and obeys commands, for one attempt at a run.

    Attributes:
        remark: What a continued run could not find out about its past, in one sentence; empty if nothing.
    """

    def __init__(self, run_dir: Path, keeper: StatusKeeper) -> None:
        self._record = RunRecord(run_dir)
        self._keeper = keeper
        # Plain flags: an Event's lock could deadlock with the signal handler, which runs in the same thread.
        self._is_stopping = False
        self._is_paused = False
        self._is_parking = False
        self._park_after = _read_park_after(self._record)
        self._next_step = 0
        self._factors = read_learning_rate_changes(self._record)
        self.remark = _doubt(self._record)
        self._commands_at = 0.0
        self._status_at = 0.0
        self._started_at = time.perf_counter()
        self._first_step = 0
        self._paused_seconds = 0.0

    def ask_to_stop(self) -> None:
        """End the run after its present step, before its first one if it prepares still, also while it pauses."""
        self._is_stopping = True

    def on_event(self, event: Event) -> None:
        """Append the event to the metrics and bring the status up to date.

        Raises:
            SupersededError: The run belongs to somebody else.
        """
        self._keeper.check()
        append_row(self._record.files.metrics, {**event_row(event), "time": round(now(), 3)})
        match event:
            case TrainingStarted():
                self._note_start(event)
            case NetworkCompiled():
                self._note_compilation(event)
            case StepsDone():
                self._note_steps(event)
            case EpochDone():
                self._note_epoch(event)
            case WeightsRefused():
                self._keeper.update(message=event.words)

    def while_preparing(self) -> None:
        """Obey who wants it ended, between pieces of work of some seconds each; all else waits for the first step.

        A look at test takes no step: it is soon over, and its run is completed already.

        Raises:
            StoppedUnbegunError: Somebody wants the run stopped.
            SupersededError: The run belongs to somebody else, or to nobody any more.
        """
        self._keeper.check()
        if is_discarded(self._record.run_dir):
            raise _discarded(self._record)
        is_told = self._is_stopping or pending_end(self._record.run_dir) == "stopped"
        if is_told and not is_look_at_test(self._record):
            raise StoppedUnbegunError

    def before_step(self, step: int) -> bool:
        """Read commands a few times a second; hold the training here while it is paused.

        A new learning rate holds from this step on.

        Raises:
            SupersededError: The run belongs to somebody else.
        """
        self._next_step = step
        if time.perf_counter() - self._commands_at >= _COMMANDS_SECONDS:
            self._obey_commands()
        if self._is_paused and not self._is_stopping:
            self._hold()
        return not self._is_stopping

    def before_epoch(self, epoch: int) -> bool:
        """Whether to go on: nobody wants the run parked, and its own number of epochs is not reached.

        Raises:
            SupersededError: The run belongs to somebody else.
        """
        self._obey_commands()
        has_reached = self._park_after is not None and epoch > self._park_after
        return self._is_stopping or not (self._is_parking or has_reached)

    def learning_rate_factor(self, step: int) -> float:
        """Return the product of all changes up to a step (0-based)."""
        return math.prod(factor for first, factor in self._factors if first <= step)

    def _obey_commands(self) -> None:
        """Only what the latest of several says about pausing and parking counts; a stop is never taken back.

        Raises:
            SupersededError: The run belongs to somebody else, or to nobody any more.
        """
        self._commands_at = time.perf_counter()
        self._keeper.check()
        for command in obey_commands(self._record.run_dir):
            if command.name == "stop":
                self._is_stopping = True
            elif command.name == "discard":
                raise _discarded(self._record)
            elif command.name == "learning_rate":
                self._change_learning_rate(command.arguments.get("factor"))
            else:
                self._is_paused = command.name == "pause"
                self._park(command.name == "park")

    def _park(self, is_wanted: bool) -> None:
        """Keep in mind whether to end at the next epoch's boundary, and say so until then."""
        if is_wanted != self._is_parking:
            self._is_parking = is_wanted
            self._keeper.update(message=_PARKING if is_wanted else "")

    def _change_learning_rate(self, factor: Any) -> None:
        """From the step on that comes next; recorded first, so that a continued run changes at the same step."""
        if isinstance(factor, int | float) and factor > 0:
            self._record.record_event("learning_rate", step=self._next_step, factor=float(factor))
            self._factors.append((self._next_step, float(factor)))

    def _hold(self) -> None:
        self._keeper.update(status="paused", message="Paused.", images_per_second=None, seconds_left=None)
        self._record.record_event("paused", step=self._keeper.status.step)
        paused_at = time.perf_counter()
        while self._is_paused and not self._is_stopping:
            time.sleep(_COMMANDS_SECONDS)
            self._obey_commands()
        self._paused_seconds += time.perf_counter() - paused_at
        self._keeper.update(status="running", message=_PARKING if self._is_parking else "")
        self._record.record_event("continued", step=self._keeper.status.step)

    def _note_start(self, event: TrainingStarted) -> None:
        self._started_at = time.perf_counter()
        self._first_step = self._next_step = (event.first_epoch - 1) * event.steps_per_epoch
        self._note_precision(event)
        self._keeper.update(
            device=os.environ.get(GIVEN_DEVICE, event.device),
            message="Compiling the network: that takes some tens of seconds." if event.is_compiling else "",
            num_steps=event.num_steps,
            step=self._first_step,
            epoch=event.first_epoch - 1,
        )

    def _note_precision(self, event: TrainingStarted) -> None:
        """Only who trains knows the number format: it may have been measured first."""
        environment = self._record.environment() | {"precision": event.precision}
        if event.precision_timing:
            environment["precision_timing"] = event.precision_timing
        write_text_atomically(self._record.files.environment, json.dumps(environment, indent=1))

    def _note_compilation(self, event: NetworkCompiled) -> None:
        """It counts as training, but tells nothing of how long the steps will take."""
        self._started_at = time.perf_counter()
        self._keeper.update(message="", seconds=(self._keeper.status.seconds or 0.0) + event.seconds)

    def _note_steps(self, event: StepsDone) -> None:
        """Every report is a row of the metrics, but the status is a file written anew: twice a second will do."""
        if time.perf_counter() - self._status_at < _STATUS_SECONDS:
            return
        self._status_at = time.perf_counter()
        self._keeper.note(
            step=event.step, images_per_second=event.images_per_second, seconds_left=self._seconds_left(event.step)
        )

    def _note_epoch(self, event: EpochDone) -> None:
        changes: dict[str, Any] = {"last_val_accuracy": event.val_accuracy}
        if event.is_best:
            changes |= {"best_epoch": event.epoch, "best_val_accuracy": event.val_accuracy}
        self._keeper.update(
            epoch=event.epoch,
            step=event.step,
            seconds=(self._keeper.status.seconds or 0.0) + event.seconds,
            seconds_left=self._seconds_left(event.step),
            images_per_second=event.images_per_second,
            **changes,
        )

    def _seconds_left(self, step: int) -> float | None:
        """Steps to do at the pace of this attempt so far, looks at val included."""
        done = step - self._first_step
        elapsed = time.perf_counter() - self._started_at - self._paused_seconds
        return (self._keeper.status.num_steps - step) * elapsed / done if done > 0 else None
