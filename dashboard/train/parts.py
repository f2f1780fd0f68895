"""The two halves of Train, a run and the next one: which of them is shown lives in the address."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.session import address, state
from dashboard.session.arrival import TOP
from dashboard.session.demo import is_demo_on_its_way

_TITLES = {
    address.THIS_RUN: ":material/show_chart: This run",
    address.NEW_RUN: ":material/add_circle: New run",
}


def choose_part(runs: Sequence[RunSummary]) -> str:
    """Draw the choice between the halves and return the chosen one, as the address has it."""
    if address.PART.value() not in _TITLES:
        address.PART.choose(_open_on(runs))
    state.set_widget(state.TRAIN_PART, address.PART.value())
    with st.container(key=TOP):
        st.segmented_control(
            "Half of the page",
            list(_TITLES),
            required=True,
            format_func=_TITLES.__getitem__,
            key=state.TRAIN_PART,
            on_change=_follow,
            label_visibility="collapsed",
        )
    return str(address.PART.value())


def _open_on(runs: Sequence[RunSummary]) -> str:
    """Return the half to open on where nothing says which: what a link speaks of, else a run if there is any."""
    if address.is_shown(address.RUN) and not state.is_run_unwanted():
        return address.THIS_RUN
    if address.is_shown(address.PRESET) or address.is_shown(address.SETTINGS):
        return address.NEW_RUN
    has_run = state.chosen_run() is not None or state.lost_run() is not None or bool(runs)
    return address.THIS_RUN if has_run or is_demo_on_its_way() else address.NEW_RUN


def _follow() -> None:
    """The address follows at the end of the page, in one step with what the other half puts there."""
    address.PART.choose(state.widget_value(state.TRAIN_PART))
