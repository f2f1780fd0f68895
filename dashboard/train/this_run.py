"""This run: how it is, what can be done with it, and its charts; without one, the ways to one."""

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.session.cache import get_store
from dashboard.session.frame import find_run
from dashboard.session.opening import render_ways_to_run
from dashboard.train.panel import render_run
from dashboard.train.queue_view import render_queue


def render_this_run(runs: list[RunSummary]) -> None:
    """Draw the chosen run, and what leads to one if there is none."""
    run = find_run(runs)
    if run is not None:
        render_run(get_store(), run)
    else:
        render_ways_to_run(runs, None, _has_something)
        st.caption("Or set one up under *New run*, preset by preset and setting by setting.")
    if runs:
        render_queue(get_store(), runs)


def _has_something(run: RunSummary) -> bool:
    return run.config is not None
