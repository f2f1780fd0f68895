"""Sweeps: many configurations tried, the best of them told with what luck has a share in."""

from cifar_core.sweeps.forecast import (
    SweepProgress,
    expect_promotion_seconds,
    expect_run_seconds,
    expect_search_seconds,
    expect_trials,
    list_stages,
    measure_progress,
    sample_configs,
)
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
from cifar_core.sweeps.searchable import Searchable, begin_with, list_searchable, write_range
from cifar_core.sweeps.space import Dimension, is_searched, read_space
from cifar_core.sweeps.standing import count_val
from cifar_core.sweeps.steps import is_over, is_search_over
from cifar_core.sweeps.store import SweepStore
from cifar_core.sweeps.surface import Surface, smooth_between

__all__ = [
    "Budget",
    "Dimension",
    "Fresh",
    "Halving",
    "Luck",
    "Plan",
    "PlanError",
    "Promotion",
    "Searchable",
    "Surface",
    "Sweep",
    "SweepProgress",
    "SweepStore",
    "Trial",
    "begin_with",
    "compare_winner",
    "count_val",
    "create_plan",
    "expect_promotion_seconds",
    "expect_run_seconds",
    "expect_search_seconds",
    "expect_trials",
    "find_importance",
    "interval_on_test",
    "is_over",
    "is_search_over",
    "is_searched",
    "list_searchable",
    "list_stages",
    "measure_luck",
    "measure_progress",
    "read_budget",
    "read_plan",
    "read_space",
    "report_fresh",
    "require_optuna",
    "sample_configs",
    "smooth_between",
    "sweep_facts",
    "write_range",
]
