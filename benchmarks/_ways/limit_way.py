"""The limit of the device: the same steps on one fixed batch, some at a time within a run of `fit`."""

import time
from itertools import cycle

from benchmarks._ways import FLOAT32, IN_TURN, LIMIT, Pace
from benchmarks._ways.clock import NUM_EPOCHS
from benchmarks._ways.fit_way import pace_of_run
from benchmarks._ways.task import Task, finish
from cifar_core.overrides import with_overrides
from cifar_core.training.device import reproducible
from cifar_core.training.events import Event
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

    def watch(monitor: Monitor) -> Monitor:
        return _InTurn(monitor, list(limits.values()))

    pace = pace_of_run(task, watch, lambda: sum(limit.seconds for limit in limits.values()))
    return {IN_TURN: pace} | {name: limit.pace for name, limit in limits.items()}


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
