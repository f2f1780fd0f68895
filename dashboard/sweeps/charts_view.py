"""A sweep by one setting, by two, and in the order in which its configurations were tried."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.runs import RunSummary
from cifar_core.sweeps import Dimension, Sweep, find_importance
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import message
from dashboard.drawing.shares import COLUMN_FORMAT, in_per_cent
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import setting, setting_names
from dashboard.session import address
from dashboard.session.parameter import Parameter
from dashboard.sweeps.charts import (
    best_figure,
    best_frame,
    contour_figure,
    importance_figure,
    importance_frame,
    is_numeric,
    results_frame,
    setting_figure,
)
from dashboard.sweeps.trial_rows import trials_frame
from dashboard.sweeps.words import rung_title

_ACROSS, _UPWARDS = "sweep_across", "sweep_upwards"
_FOUR_DIGITS = "%.4g"  # those that a value has that was searched
_NONE_YET = "Nothing to draw yet: the first result comes with the first run."


def render_one(sweep: Sweep, dimensions: Sequence[Dimension], runs: Mapping[str, RunSummary]) -> None:
    """Draw the results over a setting, and which settings mattered."""
    frame = results_frame(sweep, dimensions, runs)
    if frame.empty:
        st.info(_NONE_YET)
        return
    by_path = {each.path: each for each in dimensions}
    titles = _titles(dimensions)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        path = _choose(address.ACROSS, _ACROSS, titles, "Setting")
        each = by_path[path]
        words = () if is_numeric(each) else tuple(setting(choice) for choice in each.choices)
        alt = f"Val accuracy over {titles[path]}, a point each configuration"
        show_figure(setting_figure, frame, path, titles[path], each.is_log, words, key="sweep_one", alt=alt)
        if frame["diverged"].any():
            st.caption("Crosses diverged: they count as guessing.")
        offer_csv("Results as CSV", partial(frame.drop, columns="name"), "sweep_results.csv")
    with right:
        _render_importance(sweep, dimensions)


def _render_importance(sweep: Sweep, dimensions: Sequence[Dimension]) -> None:
    st.markdown("**Which setting mattered?**", help=explain("By the first choice's figures.", "PED-ANOVA"))
    try:
        importance, words = find_importance(dimensions, sweep.plan.sampler, sweep.tried())
    except ConfigError as error:
        importance, words = {}, f"Importance is not told here: {error}."
    if importance:
        frame = importance_frame(importance)
        show_figure(importance_figure, frame, key="sweep_importance", alt="Importance of each setting")
        st.caption(message(words))
    else:
        st.info(message(words), icon=":material/help:")


def render_two(sweep: Sweep, dimensions: Sequence[Dimension], runs: Mapping[str, RunSummary]) -> None:
    """Draw what lies between the results of two settings."""
    numeric = [each for each in dimensions if is_numeric(each)]
    if len(numeric) < 2:
        st.info("Two settings with numbers are needed: between choices lies nothing. One setting shows each by itself.")
        return
    frame = results_frame(sweep, dimensions, runs)
    if frame.empty:
        st.info(_NONE_YET)
        return
    by_path, titles = {each.path: each for each in numeric}, _titles(numeric)
    left, right = st.columns(2)
    with left:
        across = _choose(address.ACROSS, _ACROSS, titles, "To the right")
    rest = {path: title for path, title in titles.items() if path != across}
    with right:
        upwards = _choose(address.UPWARDS, _UPWARDS, rest, "Upwards")
    # All configurations have a result after the first choice; those after more epochs would be few.
    part = frame[frame["rung"] == frame["rung"].min()].reset_index(drop=True)
    pair = (by_path[across], by_path[upwards])
    alt = f"Val accuracy by {titles[across]} and {titles[upwards]}"
    show_figure(contour_figure, part, *pair, (titles[across], titles[upwards]), key="sweep_two", alt=alt)
    st.caption(_describe_surface(sweep, part))


def _describe_surface(sweep: Sweep, part: pd.DataFrame) -> str:
    after = rung_title(sweep.rungs[int(part["rung"].iloc[0])])
    return (
        f"{after}, {len(part)} points. Between them it is smoothed over neighbours, whatever their other settings are; "
        "where the ground is empty, no point is near and nothing is known."
    )


def render_best(sweep: Sweep, dimensions: Sequence[Dimension], runs: Mapping[str, RunSummary]) -> None:
    """Draw how good the best was, configuration by configuration."""
    told = results_frame(sweep, dimensions, runs)
    if told.empty:
        st.info(_NONE_YET)
        return
    frame = best_frame(told)
    show_figure(
        best_figure, frame, key="sweep_best", alt="The best val accuracy so far, configuration by configuration"
    )
    st.caption(
        "A line that has long been flat says that more of the same brings little. It also rises by luck alone: the "
        "more are tried, the luckier the best of them."
    )
    offer_csv("Results as CSV", frame, "sweep_best.csv")


def render_runs(sweep: Sweep, runs: Mapping[str, RunSummary]) -> None:
    """Draw all configurations as a table."""
    frame = trials_frame(sweep, runs)
    if frame.empty:
        st.info("The first configurations are being chosen.")
        return
    results = [rung_title(until) for until in sweep.rungs]
    columns = {str(name): st.column_config.NumberColumn(format=_FOUR_DIGITS) for name in frame.select_dtypes("float")}
    columns |= {name: st.column_config.NumberColumn(format=COLUMN_FORMAT) for name in results}
    shown = in_per_cent(frame, results)
    st.dataframe(shown, hide_index=True, key="sweep_table", column_config=columns, placeholder="–")
    offer_csv("Configurations as CSV", frame, "sweep.csv")


def _titles(dimensions: Sequence[Dimension]) -> dict[str, str]:
    names = setting_names(each.path for each in dimensions)
    return {path: name.capitalize() for path, name in names.items()}


def _choose(parameter: Parameter, key: str, titles: Mapping[str, str], label: str) -> str:
    bound = address.bind(parameter, key, list(titles))
    return str(st.selectbox(label, list(titles), format_func=titles.__getitem__, **bound) or next(iter(titles)))
