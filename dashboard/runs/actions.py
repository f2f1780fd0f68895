"""What can be done with one run: open, name, note, resume, delete."""

from collections.abc import Callable

import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.drawing.literal import literal, message, plain, plain_lines
from dashboard.drawing.words import run_title, short_name
from dashboard.session import address, state
from dashboard.session.changes import describe_changes
from dashboard.session.links import open_page
from dashboard.session.saying import errors_said, try_or_toast


def render_actions(store: RunStore, run: RunSummary) -> None:
    """Open, name, note, resume or delete one run."""
    changes = describe_changes(run)
    st.markdown(f"**{literal(short_name(run))}** `{run.run_id}`")
    read_only = f"It can only be looked at: {literal(run.read_only_because, most=None)}." if run.is_read_only else ""
    against = changes and f"Against the preset: {literal(changes, most=None)}."
    st.caption("  \n".join(filter(None, (message(run.status.message), message(run.damage), against, read_only))))
    old_name, old_note = plain(run.name), plain_lines(run.note)
    name = st.text_input("Name", old_name, key=f"runs_name_{run.run_id}", max_chars=80)
    note = st.text_area("Note", old_note, key=f"runs_note_{run.run_id}", placeholder="What did you expect, and see?")
    with st.container(horizontal=True):
        if st.button("Save", icon=":material/save:", disabled=run.is_read_only or (name, note) == (old_name, old_note)):
            _try(lambda: store.describe(run.run_id, name=name, note=note))
        if run.config is not None and st.button("Open", icon=":material/show_chart:"):
            state.choose_run(run.run_id)
            open_page("Train")
        if (
            run.status.is_resumable
            and run.config is not None
            and not run.is_read_only
            and st.button("Resume", icon=":material/restart_alt:")
        ):
            _try(lambda: store.resume_run(run.run_id))
        if st.button("Delete", icon=":material/delete:", disabled=run.status.is_active):
            confirm_deletion(store, run)


@st.dialog("Delete this run?")
def confirm_deletion(store: RunStore, run: RunSummary) -> None:
    """Ask before a run is gone for good."""
    st.write(f"{literal(run_title(run), most=None)}: its settings, curves, weights and predictions will be removed.")
    # In the callback: the page is then drawn without the run.
    if st.button("Delete it", type="primary", icon=":material/delete:", on_click=_delete, args=(store, run.run_id)):
        st.rerun()


def _delete(store: RunStore, run_id: str) -> None:
    if not try_or_toast(store.delete, run_id):
        return
    address.choose_list(address.TICKED, [other for other in _ticked() if other != run_id])
    if state.chosen_run() == run_id:
        state.choose_run(None)


def _ticked() -> list[str]:
    return (address.TICKED.value() or "").split(",")


def _try(action: Callable[[], None]) -> None:
    with errors_said():
        action()
        st.rerun()
