"""How both settings got there: val over epochs, a line and a band over the seeds of each."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation.bands import Band, bands_frame, fold_curves
from cifar_core.runs import RunError, RunSummary
from cifar_core.runs.groups import find_sisters
from dashboard.compare.charts import RUN_COLOURS
from dashboard.compare.reading import Pair
from dashboard.components import line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.bands import count_seeds, describe_edges
from dashboard.drawing.curve_charts import CURVES, Drawn, overlay_chart
from dashboard.drawing.tables import offer_csv
from dashboard.session import state
from dashboard.session.banding import choose_band, chosen_band
from dashboard.session.cache import get_store, list_readable_runs

_CURVES = ("val/accuracy", "val/loss")


def render_curves(pair: Pair) -> None:
    """Draw val accuracy and loss of A and B, of all their seeds where there are several."""
    runs = list_readable_runs()
    rows = {letter: _list_rows(run, runs) for letter, run in zip("AB", pair.runs, strict=True)}
    names = {letter: f"{letter}, {count_seeds(len(of))}" for letter, of in rows.items()}
    sentence = st.container()
    if any(len(of) > 1 for of in rows.values()):
        choose_band(state.COMPARE_BAND)
    words = describe_edges(chosen_band())
    sentence.caption(f"Val after each epoch; {words}. A seed that diverged is not among them.")
    columns, tables = st.columns(2), []
    for curve, column in zip(_CURVES, columns, strict=True):
        bands: dict[str, Band] = {names[letter]: fold_curves(of, curve) for letter, of in rows.items()}
        drawn = [Drawn(names[letter], RUN_COLOURS[letter]) for letter in rows]
        chart = overlay_chart(bands, curve, drawn, (), chosen_band())
        with column:
            line_chart(encode_chart(chart, f"{CURVES[curve]} of A and B over epochs"), key=f"compare_{curve}")
        tables.append(bands_frame(bands).assign(curve=curve))
    offer_csv("Curves as CSV", pd.concat(tables, ignore_index=True), "curves.csv")


def _list_rows(run: RunSummary, runs: list[RunSummary]) -> list[list[dict[str, Any]]]:
    """Return the rows of epochs of a run and of those that differ from it in their seed alone."""
    sisters = [each.run_id for each in find_sisters(run, runs).values()]
    found = []
    for run_id in dict.fromkeys([run.run_id, *sisters]):
        try:
            found.append(get_store().record(run_id).epoch_rows())
        except RunError:
            continue
    return found
