"""Runs that differ in their seed alone, side by side: how much of a difference between settings is luck."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation.intervals import mean_interval
from cifar_core.runs import RunSummary
from cifar_core.runs.remembered import once_a_list
from dashboard.components import DotRow, dots
from dashboard.drawing.tables import TableColumn, offer_csv, show_table
from dashboard.runs.bundles import list_groups, name_groups
from dashboard.runs.outcomes import describe_outcomes, means_frame, outcome_rows, outcomes_frame
from dashboard.session import state
from dashboard.session.redraw import ask_for_redraw

_SHARE, _POINTS = "%.1f %%", "%.1f points"
SEED_COLUMNS = {
    "name": TableColumn("Name"),
    "num_runs": TableColumn("Runs", "%d"),
    "seeds": TableColumn("Seeds"),
    "mean_val": TableColumn("Mean best val", _SHARE),
    "low_val": TableColumn("95 % interval from", _SHARE),
    "high_val": TableColumn("95 % interval to", _SHARE),
    "deviation_val": TableColumn("± val", _POINTS),
    "mean_test": TableColumn("Mean test", _SHARE),
    "deviation_test": TableColumn("± test", _POINTS),
}
_MEANING = (
    "95 % interval of the mean (Student's t): where the mean of many more seeds would lie. ±: sample standard "
    "deviation, in percentage points: how far runs that differ in chance alone lie apart."
)
_CHART = "runs_outcomes"
_MOST_DRAWN = 20  # settings, a row of the chart each


def render_seeds(runs: Sequence[RunSummary]) -> None:
    """Draw what runs that differ in their seed alone came to, if there are any."""
    groups = list_groups(runs)
    if not groups:
        return
    trained = "one setting was" if len(groups) == 1 else f"{len(groups)} settings were"
    st.markdown("**Over seeds**")
    seen = _look_at(runs)
    number = f"{sum(map(len, groups))} completed runs in all"
    st.caption(f"{trained.capitalize()} trained with several seeds, {number}. {seen.words}")
    if seen.rows:
        _render_outcomes(seen.rows)
    if len(groups) > _MOST_DRAWN:
        st.caption(f"The best {_MOST_DRAWN} of {len(groups)} are drawn; all are in the table.")
    frame = seeds_frame(runs)
    show_table(frame, SEED_COLUMNS, "Means over seeds, a row for each setting")
    st.caption(_MEANING)
    offer_csv("Seeds as CSV", frame, "seeds.csv")


@dataclass(frozen=True)
class _Seen:
    """What groups of seeds came to.

    Attributes:
        words: How far seeds lie apart.
        rows: Of dots, for the best groups.
    """

    words: str
    rows: list[DotRow]


@once_a_list
def _look_at(runs: Sequence[RunSummary]) -> _Seen:
    outcomes = outcomes_frame(list_groups(runs))
    drawn = outcomes[outcomes["group"] < _MOST_DRAWN]
    return _Seen(describe_outcomes(outcomes), outcome_rows(drawn, means_frame(drawn)))


def _render_outcomes(rows: Sequence[DotRow]) -> None:
    label = "Val accuracy of each run, a row for each setting, with mean and interval"
    dots(rows, label, key=_CHART, on_press=_open)
    st.caption(
        "Full dots: best epoch, which val chose. Hollow dots: last epoch, which nothing chose. Bars: mean and its 95 % "
        "interval; it may reach beyond the chart where seeds are few. Click a dot to open its run."
    )


def _open(run_id: str) -> None:
    state.choose_run(run_id)
    ask_for_redraw()


@once_a_list
def seeds_frame(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Return a row for each group of two or more completed runs whose settings differ in `training.seed` alone.

    Runs on other data are another group, demos are in none. The best mean on val first. Accuracies in per cent;
    deviations are the sample standard deviation (divided by n - 1), in percentage points. Columns as in SEED_COLUMNS.
    """
    groups = list_groups(runs)
    rows = [{"name": name} | _average(group) for group, name in zip(groups, name_groups(groups), strict=True)]
    frame = pd.DataFrame(rows, columns=list(SEED_COLUMNS))
    return frame.sort_values("mean_val", ascending=False, kind="stable", ignore_index=True)


def _average(runs: Sequence[RunSummary]) -> dict[str, Any]:
    val = pd.Series([run.status.best_val_accuracy for run in runs], dtype=float)
    test = pd.Series([run.status.test_accuracy_best for run in runs], dtype=float)
    low, high = mean_interval(val.dropna().tolist())
    return {
        "num_runs": len(runs),
        "seeds": ", ".join(str(run.config.training.seed) for run in runs if run.config is not None),
        "mean_val": 100 * val.mean(),
        "low_val": 100 * low,
        "high_val": 100 * high,
        "deviation_val": 100 * val.std(),
        "mean_test": 100 * test.mean(),
        "deviation_test": 100 * test.std(),
    }
