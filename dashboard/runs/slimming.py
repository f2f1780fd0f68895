"""Dropping what of completed runs only training them on needs: how much room that gives, and what it takes away."""

import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.drawing.glossary import explain
from dashboard.runs.listing import count_runs
from dashboard.session.cache import list_readable_runs
from dashboard.session.owning import is_agreed, is_others
from dashboard.session.saying import try_or_toast
from dashboard.session.slimness import DROPPED, is_slim, spare_bytes

_MEGABYTE = 1e6


def describe_slimness(run: RunSummary) -> str:
    """Say of a run that has lost its optimizer state what it cannot do any more; empty of all others."""
    return DROPPED if is_slim(run) else ""


def render_slimming(store: RunStore, run: RunSummary) -> None:
    """Draw the button that asks first; nothing where a run has nothing to drop."""
    spare = spare_bytes(run)
    if spare and st.button(
        f"Free {spare / _MEGABYTE:,.1f} MB",
        icon=":material/compress:",
        key=f"slim_{run.run_id}",
        help=explain("Drop its optimizer state. It can be looked at and forked as before, not extended.", "optimizer"),
    ):
        confirm_slimming(store, run)


@st.dialog("Drop optimizer state?")
def confirm_slimming(store: RunStore, run: RunSummary) -> None:
    """Ask before runs can no longer be trained on: this one, or all of one's own."""
    st.write(
        "Weights, predictions, curves and explanations stay as they are; what was made to take along is made anew when "
        "it is asked for. A run without its optimizer state cannot be extended any more; a fork, a new run, can start "
        "from its weights."
    )
    alike = [each for each in list_readable_runs() if not is_others(each.owner) and spare_bytes(each)]
    may_go, spare = is_agreed(run.owner, "slim"), spare_bytes(run)
    if st.button(
        f"Of this run: {spare / _MEGABYTE:,.1f} MB",
        type="primary",
        key="slim_this",
        disabled=not may_go,
        on_click=_slim,
        args=(store, [run.run_id]),
    ):
        st.rerun()
    if len(alike) > 1 or (alike and alike[0].run_id != run.run_id):
        room = sum(map(spare_bytes, alike)) / _MEGABYTE
        words = f"Of {count_runs(len(alike))} that are completed and nobody else's: {room:,.1f} MB"
        if st.button(words, key="slim_all", on_click=_slim, args=(store, [each.run_id for each in alike])):
            st.rerun()


def _slim(store: RunStore, run_ids: list[str]) -> None:
    freed = 0

    def slim(run_id: str) -> None:
        nonlocal freed
        freed += store.slim(run_id)

    if all(try_or_toast(slim, run_id) for run_id in run_ids):
        st.toast(f"{freed / _MEGABYTE:,.1f} MB are free now.", icon=":material/compress:")
