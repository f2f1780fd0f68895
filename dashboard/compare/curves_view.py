"""How both settings got there: val over epochs, a line and a band over the seeds of each."""

import pandas as pd
import streamlit as st

from cifar_core.evaluation.bands import Band, bands_frame
from cifar_core.runs import RunSummary
from cifar_core.runs.groups import find_sisters, hold_out_alike
from dashboard.compare.charts import RUN_COLOURS
from dashboard.compare.reading import Pair
from dashboard.components import line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.bands import count_seeds, describe_edges
from dashboard.drawing.curve_charts import CURVES, Drawn, overlay_chart
from dashboard.drawing.tables import offer_csv
from dashboard.session import state
from dashboard.session.banding import choose_band, chosen_band, read_band
from dashboard.session.cache import list_readable_runs

_CURVES = ("val/accuracy", "val/loss")


def render_curves(pair: Pair) -> None:
    """Draw val accuracy and loss of A and B, of all their seeds where there are several."""
    runs = list_readable_runs()
    seeds = {letter: _list_seeds(run, runs) for letter, run in zip("AB", pair.runs, strict=True)}
    names = {letter: f"{letter}, {count_seeds(len(of))}" for letter, of in seeds.items()}
    sentence = st.container()
    if any(len(of) > 1 for of in seeds.values()):
        choose_band(state.COMPARE_BAND)
    words = describe_edges(chosen_band())
    own = "" if hold_out_alike(*pair.runs) else ", of the images that each holds out: not all are the same ones"
    sentence.caption(f"Val after each epoch{own}; {words}. A seed that diverged is not among them.")
    columns, tables = st.columns(2), []
    for curve, column in zip(_CURVES, columns, strict=True):
        bands: dict[str, Band] = {names[letter]: read_band(of, curve) for letter, of in seeds.items()}
        drawn = [Drawn(names[letter], RUN_COLOURS[letter]) for letter in seeds]
        chart = overlay_chart(bands, curve, drawn, (), chosen_band())
        with column:
            line_chart(encode_chart(chart, f"{CURVES[curve]} of A and B over epochs"), key=f"compare_{curve}")
        tables.append(bands_frame(bands).assign(curve=curve))
    offer_csv("Curves as CSV", pd.concat(tables, ignore_index=True), "curves.csv")


def _list_seeds(run: RunSummary, runs: list[RunSummary]) -> list[str]:
    """Return the ids of a run and of those that differ from it in their seed alone."""
    return list(dict.fromkeys([run.run_id, *(each.run_id for each in find_sisters(run, runs).values())]))
