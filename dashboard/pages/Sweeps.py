"""Sweeps: many runs that differ in some settings, which are best, and how much of that is luck."""

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.runs import RunError
from cifar_core.sweeps import SweepStore
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import message
from dashboard.session.activity import stage_of_sweeps
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.frame import page_frame, require_dataset
from dashboard.session.saying import fragment
from dashboard.sweeps.define_view import render_definition
from dashboard.sweeps.list_view import render_list
from dashboard.sweeps.subject import NEW, chosen_sweep
from dashboard.sweeps.sweep_view import render_sweep


@fragment
def render_page(data: Dataset) -> None:
    """Draw all of the page, and again whenever a sweep or one of its runs moves on."""
    runs, store, wanted = list_readable_runs(), SweepStore(get_store()), chosen_sweep()
    if wanted == NEW:
        render_definition(store, data, runs)
        return
    sweep = None
    if wanted is not None:
        try:
            sweep = store.get(wanted)
        except RunError as error:
            st.warning(message(error), icon=":material/broken_image:")
    if sweep is None:
        render_list(store, data, runs)
    else:
        render_sweep(store, sweep, runs)
    follow_runs("sweeps", stage_of_sweeps(runs), key="follow_sweeps")


with page_frame("Sweeps"):
    render_page(require_dataset())
