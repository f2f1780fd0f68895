"""The learning rate as a pure function of the step, so that a run can continue anywhere."""

import math

from cifar_core.config import (
    CosineScheduleConfig,
    LinearScheduleConfig,
    OneCycleScheduleConfig,
    ScheduleConfig,
    StepScheduleConfig,
)

# The ends of the one-cycle schedule, relative to its peak: torch.optim.lr_scheduler.OneCycleLR's defaults.
_ONE_CYCLE_START = 1 / 25
_ONE_CYCLE_END = _ONE_CYCLE_START / 1e4


def compute_learning_rate(schedule: ScheduleConfig, peak: float, step: int, num_steps: int) -> float:
    """Return the learning rate of one step.

    Args:
        schedule: Its shape.
        peak: The configured learning rate, which the shape scales.
        step: 0-based index of the optimizer update.
        num_steps: Updates of the whole run.
    """
    match schedule:
        case StepScheduleConfig():
            return peak * schedule.factor ** (step * (schedule.num_drops + 1) // num_steps)
        case LinearScheduleConfig():
            climbing, progress = _warm_up(schedule.warmup_fraction, step, num_steps)
            return peak * (climbing if progress is None else 1 - progress)
        case CosineScheduleConfig():
            climbing, progress = _warm_up(schedule.warmup_fraction, step, num_steps)
            return peak * (climbing if progress is None else _anneal(1.0, 0.0, progress))
        case OneCycleScheduleConfig():
            return peak * _one_cycle_factor(schedule.warmup_fraction, step, num_steps)
        case _:
            return peak


def _warm_up(warmup_fraction: float, step: int, num_steps: int) -> tuple[float, float | None]:
    """Return the factor while the learning rate climbs, and after that how far in [0, 1] the way down is, else None."""
    num_warmup = round(warmup_fraction * num_steps)
    if step < num_warmup:
        return (step + 1) / (num_warmup + 1), None
    return 1.0, (step - num_warmup) / max(num_steps - num_warmup, 1)


def _one_cycle_factor(warmup_fraction: float, step: int, num_steps: int) -> float:
    top = max(warmup_fraction * num_steps - 1, 1e-9)
    if step <= top:
        return _anneal(_ONE_CYCLE_START, 1.0, step / top)
    return _anneal(1.0, _ONE_CYCLE_END, min((step - top) / max(num_steps - 1 - top, 1e-9), 1.0))


def _anneal(start: float, end: float, progress: float) -> float:
    """Half a cosine from start (progress 0) to end (progress 1)."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
