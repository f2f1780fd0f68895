"""Our way: `fit` in a worker, with metrics, checkpoints and predictions on; and the limit of the device."""

import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks._store import IdleExecutor
from benchmarks._ways import FIT, FLOAT32, LIMIT, Pace
from benchmarks._ways.clock import NUM_EPOCHS
from benchmarks._ways.task import Task, finish
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.training.device import reproducible
from cifar_core.training.events import Event, FitResult
from cifar_core.training.fit import fit
from cifar_core.training.monitor import Monitor
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.stepper import Stepper

# The run's updates between two turns of the limits, or a part of its epoch if that is a short one.
_BETWEEN, _PART = 20, 1 / 16
# Updates of a turn at least: the first one finds its weights out of the caches.
_MIN_TURN = 2
# Before its first turn each limit warms up.
_NUM_WARM_UP = 5


def measure(task: Task) -> dict[str, Pace]:
    """Measure the second epoch of a worker's run, its steps and all of it, and the limit, a few steps each in turn.

    The machine's speed drifts within seconds, so the limits take their turns within the run's epoch; their time is
    taken off the run's. They begin after its first quarter, when the checkpoint of the epoch before is written: what
    that costs the run is the run's alone.
    """
    with reproducible(task.device, task.config.training.num_threads):
        limits = {LIMIT: _Limit(task, task.config.training.precision), FLOAT32: _Limit(task, "float32")}
    config = with_overrides(task.config, {"training.num_epochs": NUM_EPOCHS})
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, _fit_in_turn(task, list(limits.values())), IdleExecutor())
        row, status = record.epoch_rows()[-1], record.status()
    if status.status != "completed":
        raise RuntimeError(f"{status.status}: {status.message}")
    of_others = sum(limit.seconds for limit in limits.values())
    trained = len(task.train) / float(row["images_per_second"])
    paces = {FIT: Pace(len(task.train) / (trained - of_others), len(task.train) / (float(row["seconds"]) - of_others))}
    return paces | {name: limit.pace for name, limit in limits.items()}


class _Limit:
    """Steps on one batch that lies on the device already.

    Attributes:
        num_steps_an_epoch: Of a run with the same settings.
        seconds: Spent on them.
    """

    def __init__(self, task: Task, precision: str) -> None:
        config = with_overrides(task.config, {"training.precision": precision})
        state = create_training_state(config, task.dataset, task.device)
        self._batch = next(iterate_batches(state, 1))
        self._learning_rate = config.optimizer.learning_rate
        self._device = task.device
        self._stepper = Stepper(state)
        state.model.train()
        self.num_steps_an_epoch = state.steps_per_epoch
        self._step(_NUM_WARM_UP)
        self._num_steps, self.seconds = 0, 0.0

    def take_turn(self, num_steps: int) -> None:
        """Make so many updates."""
        finish(self._device)
        started = time.perf_counter()
        self._step(num_steps)
        finish(self._device)
        self.seconds += time.perf_counter() - started
        self._num_steps += num_steps

    @property
    def pace(self) -> Pace:
        """How fast its turns were."""
        return Pace(self._num_steps * len(self._batch.targets) / self.seconds)

    def _step(self, num_steps: int) -> None:
        for _ in range(num_steps):
            self._stepper.step(self._batch, self._learning_rate)


def _fit_in_turn(task: Task, limits: list[_Limit]) -> Callable[..., FitResult]:
    def train(config: Any, _: Any, outputs: Any, monitor: Monitor, *rest: Any) -> FitResult:
        return fit(config, task.dataset, outputs, _InTurn(monitor, limits), *rest)

    return train


class _InTurn(Monitor):
    """Hands all on to another monitor, and lets the limits take their turns in the run's last epoch."""

    def __init__(self, monitor: Monitor, limits: list[_Limit]) -> None:
        self._monitor = monitor
        self._limits = cycle(limits)
        self._an_epoch = limits[0].num_steps_an_epoch
        self._between = max(1, min(_BETWEEN, int(self._an_epoch * _PART)))

    def on_event(self, event: Event) -> None:
        self._monitor.on_event(event)

    def before_step(self, step: int) -> bool:
        of_last_epoch = step - (NUM_EPOCHS - 1) * self._an_epoch
        if of_last_epoch >= self._an_epoch // 4 and of_last_epoch % self._between == 0:
            next(self._limits).take_turn(max(self._between, _MIN_TURN))
        return self._monitor.before_step(step)

    def before_epoch(self, epoch: int) -> bool:
        return self._monitor.before_epoch(epoch)

    def learning_rate_factor(self, step: int) -> float:
        return self._monitor.learning_rate_factor(step)
