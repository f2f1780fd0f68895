"""Our way: `fit` in a worker, with metrics, checkpoints and predictions on."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._store import IdleExecutor
from benchmarks._ways import FIT, Pace
from benchmarks._ways.clock import NUM_EPOCHS
from benchmarks._ways.task import Task
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.training.events import FitResult
from cifar_core.training.fit import fit
from cifar_core.training.monitor import Monitor


def measure(task: Task) -> dict[str, Pace]:
    """Measure the last epoch of a worker's run that has the process for itself, as a user's has it."""
    return {FIT: pace_of_run(task, lambda monitor: monitor, lambda: 0.0)}


def pace_of_run(task: Task, watch: Callable[[Monitor], Monitor], seconds_of_others: Callable[[], float]) -> Pace:
    """Train as a worker does, and return how fast the last epoch went.

    Args:
        task: What to train.
        watch: Returns the monitor that the run gets instead of the worker's.
        seconds_of_others: Asked when it has ended: how much of that epoch others took.

    Raises:
        RuntimeError: The run did not come to its end.
    """

    def train(config: Any, _: Any, outputs: Any, monitor: Monitor, *rest: Any) -> FitResult:
        return fit(config, task.dataset, outputs, watch(monitor), *rest)

    config = with_overrides(task.config, {"training.num_epochs": NUM_EPOCHS})
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, train, IdleExecutor())
        row, status = record.epoch_rows()[-1], record.status()
    if status.status != "completed":
        raise RuntimeError(f"{status.status}: {status.message}")
    num_images, others = len(task.train), seconds_of_others()
    trained = num_images / float(row["images_per_second"])
    return Pace(num_images / (trained - others), num_images / (float(row["seconds"]) - others))
