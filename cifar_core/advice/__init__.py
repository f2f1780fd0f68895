"""What a run's curves say, by rules that are stated, each with one experiment to try next. Free of torch."""

from cifar_core.advice.course import LossCourse
from cifar_core.advice.diagnosis import RULES, diagnose
from cifar_core.advice.finding import Changes, Finding, History, Row
from cifar_core.advice.generalization import find_overfitting, find_plateau, find_still_improving, find_val_above_train
from cifar_core.advice.stability import find_chance_level, find_dead_relus, find_divergence, find_spike

__all__ = [
    "RULES",
    "Changes",
    "Finding",
    "History",
    "LossCourse",
    "Row",
    "diagnose",
    "find_chance_level",
    "find_dead_relus",
    "find_divergence",
    "find_overfitting",
    "find_plateau",
    "find_spike",
    "find_still_improving",
    "find_val_above_train",
]
