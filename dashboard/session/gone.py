"""Runs that were deleted while a page, a link or a choice still speaks of them: said, never replaced in silence."""

from collections.abc import Iterable

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import run_name
from dashboard.session import address, memory, state
from dashboard.session.links import page_link
from dashboard.session.parameter import Parameter


def title_of(run_id: str) -> str:
    """Return a run's name as this session last saw it, for Markdown; its id if it never did."""
    return f"**{literal(memory.known_run_name(run_id) or run_id, most=None)}**"


def render_gone(runs: list[RunSummary]) -> None:
    """Say that the run that was chosen is gone, and offer ways on: nothing else is shown in its place."""
    run_id = state.lost_run()
    if run_id is None:
        return
    if memory.known_run_name(run_id):
        st.warning(f"Run {title_of(run_id)} is gone: it was deleted.", icon=":material/delete:")
    else:
        st.warning(
            f"Run {title_of(run_id)} is gone or never was here: it may have been deleted, or be in another folder.",
            icon=":material/delete:",
        )
    active = next((run for run in runs if run.status.status in ("running", "paused")), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        page_link("Runs", "See the runs that are here", ":material/table_rows:")
        if active is not None:
            label = f"Watch {literal(run_name(active), most=None)}"
            st.button(label, key="gone_watch", icon=":material/visibility:", on_click=_choose, args=(active.run_id,))
        st.button("Dismiss", key="gone_dismiss", type="tertiary", on_click=state.forget_lost_run)


def drop_gone(parameter: Parameter, runs: Iterable[RunSummary], then: str) -> None:
    """Take runs that are gone out of a parameter with ids, and say so.

    Args:
        parameter: Ids with commas between them, or one.
        runs: Those that are here.
        then: What the page does without them, in words.
    """
    here = {run.run_id for run in runs}
    chosen = [part for part in (parameter.value() or "").split(",") if part]
    gone = [run_id for run_id in chosen if run_id not in here]
    if gone:
        are = "is gone" if len(gone) == 1 else "are gone"
        st.caption(f":material/delete: {', '.join(map(title_of, gone))} {are}: {then}.")
        address.choose_list(parameter, [run_id for run_id in chosen if run_id in here])


def _choose(run_id: str) -> None:
    state.choose_run(run_id)
