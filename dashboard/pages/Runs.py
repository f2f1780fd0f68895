"""Runs: every training with its curve and its numbers, some of them over each other, two of them side by side."""

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.components.follower import follow_runs
from dashboard.runs.actions import render_actions
from dashboard.runs.bringing import render_bringing
from dashboard.runs.folding import render_fold, unfold
from dashboard.runs.list_view import render_list
from dashboard.runs.overlay import render_overlay
from dashboard.runs.pair_view import render_pair
from dashboard.runs.seed_table import render_seeds
from dashboard.session import address, state
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.frame import page_frame
from dashboard.session.gone import drop_gone, render_gone
from dashboard.session.links import open_page
from dashboard.session.opening import newest_to_watch, offer_first_run
from dashboard.session.redraw import handed_over_page, is_redraw_due
from dashboard.session.saying import fragment
from dashboard.session.taking import render_taking


@fragment
def render_page() -> None:
    """Draw all of the page, and again whenever a run comes, goes or moves on."""
    if (page := handed_over_page()) is not None:
        open_page(page)
    if is_redraw_due():
        st.rerun()
    runs = list_readable_runs()
    render_runs(runs)
    follow_runs("runs", stage_of(runs), key="follow_runs")


def render_runs(runs: list[RunSummary]) -> None:
    """Draw the list, the curves of the ticked runs, the chosen run, and how it differs from another one."""
    run_id = state.chosen_run()
    chosen = next((run for run in runs if run.run_id == run_id), None)
    if chosen is None and run_id is not None and runs:  # without any, their folder may be out of reach for a moment
        state.lose_run(run_id)
    render_gone(runs)
    if not runs:
        offer_first_run("No run yet. Each training, from here or from the command line, gets a line.")
        return
    if address.TICKED.value() != address.NO_RUN:
        drop_gone(address.TICKED, runs, "no longer ticked")
    drop_gone(address.BASELINE, runs, "no longer the baseline")
    drop_gone(address.VERSUS, runs, "no longer held against")
    everything, runs = runs, unfold(runs)
    colours = render_list(runs)
    render_fold(everything, runs)
    with st.container(border=True):
        render_overlay(runs, [run for run in runs if run.run_id in colours], colours)
    run_column, pair_column = st.columns([2, 3], gap="medium")
    with run_column, st.container(border=True):
        if chosen is None:
            st.caption("Choose a run by its name to see what it changed, and to name, note, resume or delete it.")
        else:
            render_actions(get_store(), chosen, everything)
    with pair_column, st.container(border=True):
        if chosen is None:
            st.caption("Choose a run by its name to see how it differs from another one.")
        else:
            render_pair(runs, chosen)
    render_seeds(runs)


with page_frame("Runs", newest_to_watch):
    render_page()
    render_taking(list_readable_runs())
    render_bringing(list_readable_runs())
