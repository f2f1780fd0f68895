"""Our way: `fit` in a worker, with metrics, checkpoints and predictions on; and the limit of the device."""

import tempfile
import time
from pathlib import Path

from benchmarks._store import IdleExecutor
from benchmarks._ways import FIT, FLOAT32, LIMIT, Pace
from benchmarks._ways.clock import NUM_EPOCHS
from benchmarks._ways.task import Task, finish
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.training.device import reproducible
from cifar_core.training.fit import fit
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on


def measure(task: Task) -> dict[str, Pace]:
    """Measure the second epoch of a worker's run, its steps and all of it, and the limit before and after.

    The machine's speed drifts: the limit is what was reached on the two sides of the run together.
    """
    precision = task.config.training.precision
    before = _run_limit(task, precision)
    pace = _run_fit(task)
    after = _run_limit(task, precision)
    plain = _run_limit(task, "float32")
    return {FIT: pace, LIMIT: Pace(2 / (1 / before + 1 / after)), FLOAT32: Pace(plain)}


def _run_fit(task: Task) -> Pace:
    config = with_overrides(task.config, {"training.num_epochs": NUM_EPOCHS})
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, lambda settings, _, *rest: fit(settings, task.dataset, *rest), IdleExecutor())
        row, status = record.epoch_rows()[-1], record.status()
        if status.status != "completed":
            raise RuntimeError(f"{status.status}: {status.message}")
    return Pace(float(row["images_per_second"]), len(task.train) / float(row["seconds"]))


def _run_limit(task: Task, precision: str) -> float:
    """Steps on one batch that lies on the device already."""
    config = with_overrides(task.config, {"training.precision": precision})
    with reproducible(task.device, config.training.num_threads):
        state = create_training_state(config, task.dataset, task.device)
        batch = next(iterate_batches(state, 1))
        state.model.train()
        for _ in range(3):
            train_on(state, batch)
        steps = max(state.steps_per_epoch, 4)
        finish(task.device)
        started = time.perf_counter()
        for _ in range(steps):
            train_on(state, batch)
        finish(task.device)
        return steps * len(batch.targets) / (time.perf_counter() - started)
