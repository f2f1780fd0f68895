"""Curves of several runs over each other, or of groups of them that differ in their seed alone."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from cifar_core.evaluation.bands import Band, bands_frame
from cifar_core.runs import RunSummary
from dashboard.components import line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.bands import describe_edges
from dashboard.drawing.chart_style import yardsticks
from dashboard.drawing.curve_charts import CURVES, Drawn, overlay_chart
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import short_name
from dashboard.runs.bundles import Bundle, bundle_runs, list_groups, name_bundles
from dashboard.session import address, state
from dashboard.session.banding import choose_band, chosen_band, read_band

_DEFAULT = ["val/accuracy", "val/loss"]
_ACROSS = 2
_ON = "on"


def render_overlay(runs: Sequence[RunSummary], drawn: Sequence[RunSummary], colours: Mapping[str, str]) -> None:
    """Draw some curves of several runs over each other, a chart each.

    Args:
        runs: All that are listed.
        drawn: Which of them; later ones lie beneath.
        colours: Of each drawn run, by its id.
    """
    drawn = [run for run in drawn if run.config is not None]
    readable, groups = [run for run in drawn if not run.is_imported], list_groups(runs)
    st.markdown("**Curves**")
    sentence = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        curves = _choose_curves()
        is_folded = bool(groups) and _choose_folding()
    bundles = bundle_runs(readable, groups if is_folded else ())
    imported = _tell_of_imported(len(drawn) - len(readable))
    sentence.caption(imported if imported and not bundles else f"{_introduce(bundles, is_folded)} {imported}")
    if not readable:
        return
    names = name_bundles(bundles)
    bands = {curve: _read_bands(bundles, names, curve) for curve in curves}
    if curves and not any(band.epochs for by_name in bands.values() for band in by_name.values()):
        st.caption("No finished epoch yet in these runs: the first one brings the first point.")
        return
    looks = [_draw(bundle, names[bundle.of.run_id], colours[bundle.of.run_id]) for bundle in reversed(bundles)]
    lines = yardsticks(is_practice=any(run.data_source == "practice" for run in readable))
    columns = st.columns(_ACROSS) if len(curves) > 1 else [st.container()]
    for place, curve in enumerate(curves):
        chart = overlay_chart(bands[curve], curve, looks, lines, chosen_band())
        with columns[place % len(columns)]:
            line_chart(encode_chart(chart, f"{CURVES[curve]} of these runs over epochs"), key=f"overlay_{curve}")
    if curves:
        offer_csv("Curves as CSV", lambda: _join(bands, is_folded), "curves.csv")


def _choose_curves() -> list[str]:
    return st.pills(
        "Curves",
        list(CURVES),
        selection_mode="multi",
        default=_DEFAULT,
        format_func=CURVES.__getitem__,
        key=state.RUNS_CURVE,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        wrap=True,
    )


def _choose_folding() -> bool:
    """Draw the switch that folds seeds into bands and, where it is on, how far these reach."""
    is_folded = address.FOLDED.value() == _ON
    state.set_widget(state.RUNS_FOLDED, is_folded)
    st.toggle(
        "Group seeds",
        key=state.RUNS_FOLDED,
        on_change=_follow_folding,
        help="Runs that differ in their seed alone become one line, their mean, with a band. A ticked run brings all "
        "completed ones with its settings along.",
    )
    if is_folded:
        choose_band(state.RUNS_BAND)
    return is_folded


def _follow_folding() -> None:
    address.FOLDED.choose(_ON if state.widget_value(state.RUNS_FOLDED) else None)
    address.step_on()


def _read_bands(bundles: Sequence[Bundle], names: Mapping[str, str], curve: str) -> dict[str, Band]:
    return {names[bundle.of.run_id]: read_band(bundle.run_ids, curve) for bundle in bundles}


def _join(bands: Mapping[str, Mapping[str, Band]], is_folded: bool) -> pd.DataFrame:
    """Return the curves in one table: a column each, or of groups of seeds a row for each of a curve's epochs."""
    frames = {curve: bands_frame(by_name) for curve, by_name in bands.items()}
    if is_folded:
        return pd.concat([frame.assign(curve=curve) for curve, frame in frames.items()], ignore_index=True)
    columns = [frame.set_index(["group", "epoch"])["mean"].rename(curve) for curve, frame in frames.items()]
    return pd.concat(columns, axis=1).reset_index().rename(columns={"group": "run"})


def _draw(bundle: Bundle, name: str, colour: str) -> Drawn:
    is_baseline = address.BASELINE.value() in bundle.run_ids
    return Drawn(name, colour, is_baseline, state.chosen_run() in bundle.run_ids)


def _tell_of_imported(number: int) -> str:
    """Say why some of the runs that are ticked have no line; nothing if all have one."""
    if not number:
        return ""
    what = "One that is ticked was" if number == 1 else f"{number} that are ticked were"
    return f"{what} imported: of a training elsewhere there are no curves."


def _introduce(bundles: Sequence[Bundle], is_folded: bool) -> str:
    """Say in a sentence what the charts show."""
    if not bundles:
        return "No run is ticked: tick some in the list to see their curves over each other."
    if is_folded and any(bundle.is_several for bundle in bundles):
        words = describe_edges(chosen_band())
        return f"{words[0].upper()}{words[1:]}. The legend says of how many seeds."
    if len(bundles) == 1:
        return f"**{literal(short_name(bundles[0].of))}**, epoch by epoch; tick more runs above to lay them over it."
    dotted = next((each.of for each in bundles if each.of.run_id == address.BASELINE.value()), None)
    beneath = f"; the baseline {literal(short_name(dotted))} is dotted" if dotted is not None else ""
    return f"{len(bundles)} runs over each other, epoch by epoch{beneath}: tick others above to change which."
