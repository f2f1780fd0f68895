"""Stores of runs that nobody trains by themselves."""

import json
import math
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.executor import LOCAL, local_slots
from cifar_core.runs.journal import append_row
from cifar_core.runs.slots import Slot
from cifar_core.runs.status import change_status
from cifar_core.training.events import EpochDone, StepsDone, TrainingStarted, event_row

_STEPS_A_ROW = 20
_NUM_PATTERNS, _NUM_PATTERN_EPOCHS = 15, 10


class IdleExecutor:
    """An executor that starts nothing: whoever submits a run trains it, or does not."""

    engine, decides, raises_attempts = LOCAL, True, False

    def slots(self, device: str = "") -> list[Slot]:
        """Return this machine's."""
        return local_slots(device)

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start nothing."""

    def was_killed(self, run_dir: Path) -> bool:
        """Nobody kills."""
        return False

    def poll(self, run_dir: Path) -> bool:
        """Whether the worker lives: it is this process."""
        return True

    def cancel(self, run_dir: Path) -> None:
        """Stop nothing."""

    def logs(self, run_dir: Path) -> str:
        """Return nothing."""
        return ""

    def tend(self) -> None:
        """See to nothing."""


def fill_store(runs_dir: Path, num_runs: int) -> RunStore:
    """Return a store of so many runs that were never trained."""
    store = RunStore(runs_dir, executor=IdleExecutor())
    first = store.submit(PRESETS["notebook"].config, name="first")
    for place in range(1, num_runs):
        shutil.copytree(runs_dir / first, runs_dir / f"20250101-{place // 60:02d}{place % 60:02d}-brave-otter")
    return store


def fill_with_ended(runs_dir: Path, num_runs: int) -> RunStore:
    """Return a store of so many ended runs with curves: of several settings, seeds and people, a minute apart."""
    store = RunStore(runs_dir, executor=IdleExecutor())
    patterns = [_end(store, place) for place in range(_NUM_PATTERNS)]
    for place in range(_NUM_PATTERNS, num_runs):
        hours, minutes = divmod(place, 60)
        run_id = f"2025{1 + hours // 24 // 28:02d}{1 + hours // 24 % 28:02d}-{hours % 24:02d}{minutes:02d}-brave-otter"
        shutil.copytree(runs_dir / patterns[place % _NUM_PATTERNS], runs_dir / run_id)
    return store


def _end(store: RunStore, place: int) -> str:
    settings = {"training.seed": place % 5, "optimizer.learning_rate": 0.001 * 2 ** (place // 5)}
    config = with_overrides(PRESETS["notebook"].config, settings | {"training.num_epochs": _NUM_PATTERN_EPOCHS})
    run_id = store.submit(config, name=f"pattern {place}", owner=("", "Ada", "Ben")[place % 3])
    record, accuracy = store.record(run_id), 0.5 + 0.01 * place
    for number in range(1, _NUM_PATTERN_EPOCHS + 1):
        append_row(record.files.metrics, _epoch_row(100 * number - 1, 100))
    predictions = record.files.predictions_path("val", _NUM_PATTERN_EPOCHS)
    predictions.parent.mkdir()
    predictions.touch()
    facts = {"epoch": _NUM_PATTERN_EPOCHS, "num_epochs": _NUM_PATTERN_EPOCHS, "best_epoch": _NUM_PATTERN_EPOCHS}
    accuracies = {"best_val_accuracy": accuracy, "last_val_accuracy": accuracy, "test_accuracy_best": accuracy}
    change_status(record.run_dir, status="completed", finished_at=time.time(), seconds=60.0, **facts, **accuracies)
    return run_id


def write_run(runs_dir: Path, num_rows: int, num_epochs: int, *, has_ended: bool) -> str:
    """Write what a run of so many reports within epochs leaves behind; return its id.

    Args:
        runs_dir: Of a store.
        num_rows: Reports within epochs, spread over them.
        num_epochs: All of them finished.
        has_ended: Whether the run is over.
    """
    store = RunStore(runs_dir, executor=IdleExecutor())
    run_id = store.submit(with_overrides(PRESETS["notebook"].config, {"training.num_epochs": num_epochs}))
    record, num_steps = store.record(run_id), _STEPS_A_ROW * num_rows
    per_epoch = num_rows // num_epochs
    append_row(record.files.metrics, event_row(TrainingStarted("cpu", "float32", 2, 1, num_steps, per_epoch, 1)))
    with record.files.metrics.open("a", encoding="utf-8") as file:
        for place in range(num_rows):
            file.write(json.dumps(step_row(place, per_epoch), separators=(",", ":")) + "\n")
            if place % per_epoch == per_epoch - 1:
                file.write(json.dumps(_epoch_row(place, per_epoch), separators=(",", ":")) + "\n")
    facts = {"epoch": num_epochs, "num_epochs": num_epochs, "step": num_steps, "num_steps": num_steps}
    name = "completed" if has_ended else "running"
    change_status(record.run_dir, status=name, attempt=1, started_at=time.time() - 3600, **facts)
    return run_id


def step_row(place: int, per_epoch: int) -> dict[str, Any]:
    """Return the report of a place, of so many in an epoch; no two are alike."""
    loss, speed = math.exp(-place / 5000) + 0.01 * math.sin(place), 400 + math.sin(place)
    rate = 0.001 * (1 + math.cos(place / 5000))
    return event_row(
        StepsDone(1 + place // per_epoch, _STEPS_A_ROW * place, loss, 0.5, rate, speed, 1 + math.cos(place))
    )


def _epoch_row(place: int, per_epoch: int) -> dict[str, Any]:
    step, loss = _STEPS_A_ROW * place, math.exp(-place / 5000)
    return event_row(
        EpochDone(1 + place // per_epoch, step, loss, 0.5, loss, 0.5 + 1e-6 * place, 0.001, 12.0, 400.0, False)
    )
