"""Runs: every training, how its settings differ, and its curves over those of others."""

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.components.follower import follow_runs
from dashboard.drawing.tables import offer_csv
from dashboard.runs.actions import render_actions
from dashboard.runs.overlay import render_overlay
from dashboard.runs.seed_table import SEED_COLUMNS, seeds_frame
from dashboard.runs.table import runs_frame
from dashboard.runs.ticks import select_runs
from dashboard.session import address
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.frame import page_frame
from dashboard.session.gone import drop_gone
from dashboard.session.opening import offer_first_run
from dashboard.session.saying import fragment


def render_seeds(runs: list[RunSummary]) -> None:
    """Average runs that differ in their seed alone, if there are any."""
    frame = seeds_frame(runs)
    if frame.empty:
        return
    st.markdown(
        "**Over seeds**",
        help="Completed runs with the same settings and data, whatever their seed. A difference between two settings "
        "that is no larger than these deviations may be luck.",
    )
    st.dataframe(frame, hide_index=True, column_config=SEED_COLUMNS, placeholder="–")
    offer_csv("Seeds as CSV", frame, "seeds.csv")


@fragment
def render_page() -> None:
    """Draw all of the page, and again whenever a run comes, goes or moves on."""
    runs = list_readable_runs()
    render_runs(runs)
    follow_runs("runs", stage_of(runs), key="follow_runs")


def render_runs(runs: list[RunSummary]) -> None:
    """Draw the table, what it averages to, the curves of the ticked runs, and what can be done with one."""
    if not runs:
        offer_first_run("No run yet. Each training, from here or from the command line, gets a line.")
        return
    table = runs_frame(runs)
    st.caption("Tick runs to compare their curves; tick one to name, note, resume or delete it.")
    drop_gone(address.TICKED, runs, "no longer ticked")
    chosen = select_runs(runs, table)
    offer_csv("Table as CSV", table, "runs.csv")
    render_seeds(runs)
    chart_column, action_column = st.columns([3, 2], gap="medium")
    with chart_column, st.container(border=True):
        own = [run for run in runs if not run.is_demo]
        render_overlay(get_store(), chosen or own[:5] or runs)
    with action_column, st.container(border=True):
        if len(chosen) == 1:
            render_actions(get_store(), chosen[0])
        else:
            st.caption("Tick one run to see what it changed, and to name, note, resume or delete it.")


with page_frame("Runs"):
    render_page()
