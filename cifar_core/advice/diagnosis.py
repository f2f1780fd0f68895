"""All rules asked in turn."""

from collections.abc import Callable

from cifar_core.advice.finding import Finding, History
from cifar_core.advice.generalization import find_overfitting, find_plateau, find_still_improving, find_val_above_train
from cifar_core.advice.stability import find_chance_level, find_dead_relus, find_divergence, find_spike

RULES: tuple[Callable[[History], Finding | None], ...] = (
    find_chance_level,
    find_spike,
    find_overfitting,
    find_dead_relus,
    find_plateau,
    find_still_improving,
    find_val_above_train,
)


def diagnose(history: History) -> list[Finding]:
    """Return what the rules find, the gravest first; a diverged run has nothing but its divergence to speak of."""
    divergence = find_divergence(history)
    if divergence is not None:
        return [divergence]
    return [finding for finding in (rule(history) for rule in RULES) if finding is not None]
