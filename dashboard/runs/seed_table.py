"""Runs that differ in their seed alone, averaged: how much of a difference between settings is luck."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.runs import RunSummary
from cifar_core.runs.groups import group_by_settings
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import short_name

_DEVIATION = "Sample standard deviation, in percentage points: how far runs that differ in chance alone lie apart"
SEED_COLUMNS: dict[str, Any] = {
    "name": st.column_config.TextColumn("Name of the first", pinned=True),
    "num_runs": st.column_config.NumberColumn("Runs", format="%d"),
    "seeds": "Seeds",
    "mean_val": st.column_config.NumberColumn("Mean best val", format="%.1f %%"),
    "deviation_val": st.column_config.NumberColumn("± val", format="%.1f points", help=_DEVIATION),
    "mean_test": st.column_config.NumberColumn("Mean test", format="%.1f %%"),
    "deviation_test": st.column_config.NumberColumn("± test", format="%.1f points", help=_DEVIATION),
}


def render_seeds(runs: Sequence[RunSummary]) -> None:
    """Average runs that differ in their seed alone, if there are any."""
    frame = seeds_frame(runs)
    if frame.empty:
        return
    st.markdown("**Over seeds**")
    trained = "one setting was" if len(frame) == 1 else f"{len(frame)} settings were"
    st.caption(
        f"{trained.capitalize()} trained with several seeds, {frame['num_runs'].sum()} completed runs in all: a "
        "difference between settings that is no larger than these deviations may be luck."
    )
    st.dataframe(frame, hide_index=True, column_config=SEED_COLUMNS, placeholder="–")
    offer_csv("Seeds as CSV", frame, "seeds.csv")


def seeds_frame(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Return a row for each group of two or more completed runs whose settings differ in `training.seed` alone.

    Runs on other data are another group, demos are in none. Accuracies in per cent; deviations are the sample standard
    deviation (divided by n - 1), in percentage points. Columns as in SEED_COLUMNS.
    """
    repeated = [group for group in group_by_settings(runs) if len(group) > 1]
    return pd.DataFrame([_average(group) for group in repeated], columns=list(SEED_COLUMNS))


def _average(runs: Sequence[RunSummary]) -> dict[str, Any]:
    val = pd.Series([run.status.best_val_accuracy for run in runs], dtype=float)
    test = pd.Series([run.status.test_accuracy_best for run in runs], dtype=float)
    return {
        "name": short_name(runs[0]),
        "num_runs": len(runs),
        "seeds": ", ".join(str(run.config.training.seed) for run in runs if run.config is not None),
        "mean_val": 100 * val.mean(),
        "deviation_val": 100 * val.std(),
        "mean_test": 100 * test.mean(),
        "deviation_test": 100 * test.std(),
    }
