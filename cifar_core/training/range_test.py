"""The learning-rate range test: raise the rate step by step and watch where the loss falls, and where it bursts."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.augmentation import Batch
from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from cifar_core.training.device import reproducible, resolve_device
from cifar_core.training.optimizer import set_learning_rate
from cifar_core.training.state import TrainingState, create_training_state, iterate_batches
from cifar_core.training.step import train_on

OnProgress = Callable[[float], None]

_NUM_STEPS, _FEWEST_STEPS = 120, 20
_SECONDS = 40.0
# Relative to the optimizer's usual learning rate.
_FROM, _TO = 1e-4, 1e3
_SMOOTHING = 0.9
_BURST = 3.0
# Of the median over the first quarter; less of a fall may be chance.
_FALLS_TO = 0.98


@dataclass(frozen=True)
class RangeTest:
    """What one pass of rising learning rates showed.

    Attributes:
        learning_rates: (N,) float64, each a fixed factor above the one before.
        losses: (N,) float64, of the batch before each step.
        smoothed: (N,) float64, their running mean without its bias towards the start.
        suggested: (1,) float64, a tenth of the rate at which the smoothed loss is lowest; NaN if it never fell.
    """

    learning_rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    suggested: NDArray[np.float64]


def run_range_test(config: RunConfig, dataset: Dataset, on_progress: OnProgress = lambda share: None) -> RangeTest:
    """Train a new network of this config while its learning rate grows exponentially (Smith, 2015).

    It ends when the smoothed loss is three times its lowest or no number, at the latest after 120 steps; fewer where
    these would take longer than 40 seconds. Network, optimizer, batches and augmentation are those of a run; only the
    schedule is replaced.

    Args:
        config: Of the run to find a rate for.
        dataset: The images.
        on_progress: Told the share that is done.

    Raises:
        DeviceError: The configured device is not on this machine.
    """
    device = resolve_device(config.training.device)
    with reproducible(device, config.training.num_threads):
        state = create_training_state(config, dataset, device)
        batches = _endless_batches(state)
        losses: list[float] = []
        rates = _spread(config, _NUM_STEPS)
        lowest, mean, started = math.inf, 0.0, time.perf_counter()
        for step, batch in enumerate(batches):
            if step == 2:  # the first step of a device is slow
                started = time.perf_counter()
            elif step == 4:
                affordable = int(_SECONDS * 2 / max(time.perf_counter() - started, 1e-6))
                if affordable < _NUM_STEPS:
                    rates = np.concatenate([rates[:4], _spread(config, max(affordable, _FEWEST_STEPS), rates[4])])
            if step >= len(rates):
                break
            loss = _step(state, batch, float(rates[step]))
            if not math.isfinite(loss):
                break
            losses.append(loss)
            mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
            smoothed = mean / (1 - _SMOOTHING ** len(losses))
            lowest = min(lowest, smoothed)
            on_progress((step + 1) / len(rates))
            if smoothed > _BURST * lowest:
                break
    return summarize_range(rates[: len(losses)], np.array(losses))


def summarize_range(learning_rates: NDArray[np.float64], losses: NDArray[np.float64]) -> RangeTest:
    """Smooth the losses of rising learning rates and suggest one of them.

    A tenth of the rate at the lowest point is far enough from the burst to train with, and near enough to be fast.

    Args:
        learning_rates: (N,) rising.
        losses: (N,).
    """
    weights = _SMOOTHING ** np.arange(len(losses))
    smoothed = np.array(
        [np.average(losses[: place + 1], weights=weights[: place + 1][::-1]) for place in range(len(losses))]
    )
    suggested, quarter = math.nan, len(losses) // 4
    if quarter and smoothed[quarter:].min() < _FALLS_TO * np.median(smoothed[:quarter]):
        suggested = float(f"{learning_rates[quarter + int(smoothed[quarter:].argmin())] / 10:.2g}")
    return RangeTest(learning_rates, losses, smoothed, np.array([suggested]))


def _spread(config: RunConfig, num_steps: int, start: float | None = None) -> NDArray[np.float64]:
    usual = type(config.optimizer).model_fields["learning_rate"].default
    return np.geomspace(start or _FROM * usual, _TO * usual, num_steps)


def _endless_batches(state: TrainingState) -> Iterator[Batch]:
    epoch = 1
    while True:
        yield from iterate_batches(state, epoch)
        epoch += 1


def _step(state: TrainingState, batch: Batch, learning_rate: float) -> float:
    set_learning_rate(state.optimizer, learning_rate)
    state.model.train()
    loss, _ = train_on(state, batch)
    return float(loss)
