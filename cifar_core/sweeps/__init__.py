"""Sweeps: many configurations tried, the best of them told with what luck has a share in."""

from cifar_core.sweeps.plan import Budget, Halving, Plan, PlanError, create_plan, read_budget, read_plan
from cifar_core.sweeps.record import Promotion, Sweep, Trial
from cifar_core.sweeps.report import (
    Fresh,
    Luck,
    compare_winner,
    interval_on_test,
    measure_luck,
    report_fresh,
    sweep_facts,
)
from cifar_core.sweeps.sampling import find_importance, require_optuna
from cifar_core.sweeps.space import Dimension, is_searched, read_space
from cifar_core.sweeps.steps import is_over, is_search_over
from cifar_core.sweeps.store import SweepStore

__all__ = [
    "Budget",
    "Dimension",
    "Fresh",
    "Halving",
    "Luck",
    "Plan",
    "PlanError",
    "Promotion",
    "Sweep",
    "SweepStore",
    "Trial",
    "compare_winner",
    "create_plan",
    "find_importance",
    "interval_on_test",
    "is_over",
    "is_search_over",
    "is_searched",
    "measure_luck",
    "read_budget",
    "read_plan",
    "read_space",
    "report_fresh",
    "require_optuna",
    "sweep_facts",
]
