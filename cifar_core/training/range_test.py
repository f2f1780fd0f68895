"""The learning-rate range test: raise the rate step by step and watch where the loss falls, and where it bursts."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cifar_core.augmentation import Batch
from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset
from cifar_core.training.device import reproducible, resolve_device
from cifar_core.training.optimizer import set_learning_rate
from cifar_core.training.state import TrainingState, create_training_state, iterate_batches
from cifar_core.training.step import train_on

OnProgress = Callable[[float], None]

_NUM_STEPS, _FEWEST_STEPS = 96, 48
# What steps are spared for, and what ends the test unfinished. A busy machine is slower than its first steps promise.
_SECONDS, _MOST_SECONDS = 45.0, 300.0
_TIMED_STEPS = range(2, 5)  # the first steps of a device are slow
# Relative to the optimizer's usual learning rate.
_FROM, _TO = 1e-3, 1e3
_SMOOTHING = 0.9
_BURST = 3.0
# Of the median over the first quarter; less of a fall may be chance.
_FALLS_TO = 0.98
_FEWEST_LOSSES = 12  # fewer, before a burst, are too few to see a fall in


class CutShortError(RuntimeError):
    """The time ran out before the whole range was tried; the message says how far the test came."""


@dataclass(frozen=True)
class RangeTest:
    """What one pass of rising learning rates showed.

    Attributes:
        learning_rates: (N,) float64, each a fixed factor above the one before.
        losses: (N,) float64, of the batch before each step.
        smoothed: (N,) float64, their running mean without its bias towards the start.
        suggested: (1,) float64, a tenth of the rate at which the smoothed loss is lowest; NaN if it never fell.
        is_burst: (1,) bool, whether the test ended because the loss burst, before the whole range was tried.
    """

    learning_rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    suggested: NDArray[np.float64]
    is_burst: NDArray[np.bool_]


def run_range_test(
    config: RunConfig,
    dataset: Dataset,
    on_progress: OnProgress = lambda share: None,
    contents: Contents = MappingProxyType({}),
) -> RangeTest:
    """Train a new network of this config while its learning rate grows exponentially (Smith, 2015).

    From a thousandth to a thousand times the optimizer's usual rate, in 96 steps, or down to 48 over the same range
    where these would take longer than 45 seconds. It ends early when the smoothed loss is three times its lowest or no
    number: higher rates would burst, too. Network, optimizer, batches and augmentation are those of a run; only the
    schedule is replaced.

    Args:
        config: Of the run to find a rate for.
        dataset: The images.
        on_progress: Told the share that is done.
        contents: The images that `config.data` refers to.

    Raises:
        DataError: They are not at hand, or none that may be trained on.
        DeviceError: The configured device is not on this machine.
        CutShortError: Five minutes were not enough for the whole range: what was seen of it allows no verdict.
    """
    device = resolve_device(config.training.device)
    with reproducible(device, config.training.num_threads):
        state = create_training_state(config, dataset, device, contents=contents)
        rates: list[float] = []
        losses: list[float] = []
        lowest, mean, is_burst = math.inf, 0.0, False
        for (rate, share), batch in zip(_pace(config), _endless_batches(state), strict=False):
            loss = _step(state, batch, rate)
            if not math.isfinite(loss):
                is_burst = True
                break
            rates.append(rate)
            losses.append(loss)
            mean = _SMOOTHING * mean + (1 - _SMOOTHING) * loss
            smoothed = mean / (1 - _SMOOTHING ** len(losses))
            lowest = min(lowest, smoothed)
            on_progress(share)
            if smoothed > _BURST * lowest:
                is_burst = True
                break
    return summarize_range(np.array(rates), np.array(losses), is_burst=is_burst)


def summarize_range(
    learning_rates: NDArray[np.float64], losses: NDArray[np.float64], *, is_burst: bool = False
) -> RangeTest:
    """Smooth the losses of rising learning rates and suggest one of them.

    A tenth of the rate at the lowest point is far enough from the burst to train with, and near enough to be fast.

    Args:
        learning_rates: (N,) rising.
        losses: (N,).
        is_burst: Whether the last of them burst, or the one after them was no number.
    """
    weights = _SMOOTHING ** np.arange(len(losses))
    smoothed = np.array(
        [np.average(losses[: place + 1], weights=weights[: place + 1][::-1]) for place in range(len(losses))]
    )
    suggested, quarter = math.nan, len(losses) // 4
    if len(losses) >= _FEWEST_LOSSES and smoothed[quarter:].min() < _FALLS_TO * np.median(smoothed[:quarter]):
        suggested = float(f"{learning_rates[quarter + int(smoothed[quarter:].argmin())] / 10:.2g}")
    return RangeTest(learning_rates, losses, smoothed, np.array([suggested]), np.array([is_burst]))


def _spread(config: RunConfig, num_steps: int, start: float | None = None) -> NDArray[np.float64]:
    usual = type(config.optimizer).model_fields["learning_rate"].default
    return np.geomspace(start or _FROM * usual, _TO * usual, num_steps)


def _pace(config: RunConfig) -> Iterator[tuple[float, float]]:
    """Yield each rate, and the share of the test that is done after it; between two, the step is timed."""
    rates, fastest, step = _spread(config, _NUM_STEPS), math.inf, 0
    started = time.perf_counter()
    while step < len(rates):
        before = time.perf_counter()
        if before - started > _MOST_SECONDS:
            raise CutShortError(_describe_cut(rates, step))
        yield float(rates[step]), (step + 1) / len(rates)
        if step in _TIMED_STEPS:  # the fastest: a machine that was busy for a moment is not a slow one
            fastest = min(fastest, time.perf_counter() - before)
        step += 1
        if step == _TIMED_STEPS.stop:
            rates = _spare(config, rates, step, fastest)


def _spare(config: RunConfig, rates: NDArray[np.float64], done: int, seconds: float) -> NDArray[np.float64]:
    """Return the rates with fewer left to do, up to the same highest one, if a step takes so many seconds."""
    affordable = max(int(_SECONDS / max(seconds, 1e-6)), _FEWEST_STEPS)
    if affordable >= len(rates):
        return rates
    return np.concatenate([rates[:done], _spread(config, affordable - done, rates[done])])


def _describe_cut(rates: NDArray[np.float64], step: int) -> str:
    reached = f"{rates[step - 1]:.2g}" if step else "none"
    return (
        f"the time ran out after {step} of {len(rates)} steps, at a learning rate of {reached} on the way from "
        f"{rates[0]:.2g} to {rates[-1]:.2g}. Of higher ones nothing is known, so nothing is suggested"
    )


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
