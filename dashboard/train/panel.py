"""One run as it trains, and what became of it, read from its record whenever there is more of it to see."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.runs import RunError, RunRecord, RunStatus, RunStore, RunSummary
from cifar_core.runs.naming import animal
from cifar_core.runs.queue import queue_order
from dashboard.components import render_pulse
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import STATUS_ICONS, duration, percent, source_title, val_numbers, which_epoch
from dashboard.session import state
from dashboard.session.cache import get_presets, get_store, list_readable_runs, refresh_runs
from dashboard.session.changes import describe_changes, describe_first_weights
from dashboard.session.lock import read_lock
from dashboard.session.redraw import is_redraw_due
from dashboard.session.saying import fragment
from dashboard.session.slimness import DROPPED, is_slim
from dashboard.train.chosen_view import render_chosen
from dashboard.train.feed import feed_address, read_feed
from dashboard.train.sentences import describe_run
from dashboard.train.steering import render_controls, render_ways_on
from dashboard.train.views import render_watch

_MEANINGS = {
    "Val accuracy": "Share of the val images it gets right: held out of training, to choose epoch and settings.",
    "Test accuracy": "Share of the test images it gets right. Read once, at the end: choosing by it would flatter it.",
}

_NOTHING_TO_DRAW = (
    "Of its training, nothing is known that could be drawn here. Errors tells what it takes for what, Explain where it "
    "looks."
)


def render_run(store: RunStore, run: RunSummary) -> None:
    """Draw a run's progress, controls and curves, and follow it while it is active."""
    runs = list_readable_runs()
    record, waiting = store.record(run.run_id), len(queue_order(runs))
    follow = _render_heading(run, runs)
    render_chosen(run, runs)

    @fragment
    def panel() -> None:
        if is_redraw_due():
            st.rerun()
        runs = refresh_runs()
        try:
            status = record.status()
        except RunError:
            st.rerun()  # deleted or damaged meanwhile: the page says so
        if run.status.status != status.status or waiting != len(queue_order(runs)):
            st.rerun()  # other controls, another queue
        progress = st.container()
        if status.is_active:
            render_controls(store, run, record, status)
        else:
            _render_numbers(run, status)
            _render_outcome(run, record, status)
            render_ways_on(store, run, status)
        if run.is_imported:
            st.caption(_NOTHING_TO_DRAW)
            return
        view, beneath = render_watch(runs, record, status)
        if status.is_active:
            view = view if follow else ""
            pulse, _ = read_feed(store, record, status, view, beneath)
            with progress:
                render_pulse(pulse, feed_address(run.run_id, view, beneath), key=f"pulse_{run.run_id}")

    panel()


def _render_heading(run: RunSummary, runs: Sequence[RunSummary]) -> bool:
    """Say which run this is, on which data, with which settings. Returns whether the charts shall follow it."""
    kind = "demo" if run.is_demo else "imported" if run.is_imported else ""
    words = (kind, animal(run.run_id), source_title(run.data_source))
    preset = get_presets().get(run.preset or "")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"{describe_run(run, run.status)} :small[:gray[{', '.join(filter(None, words))}]]")
        follow = run.status.is_active and st.toggle(
            "Follow",
            value=True,
            key=state.TRAIN_FOLLOW,
            help="Charts grow every second at first, later every few. Off: they hold still, to zoom and read.",
        )
    against = preset and f"Against {literal(preset.title)}: {literal(describe_changes(run), most=None)}."
    said = [sentence for sentence in (describe_first_weights(run, runs), against) if sentence]
    if said:
        st.caption("  \n".join(said))
    return follow


def _render_outcome(run: RunSummary, record: RunRecord, status: RunStatus) -> None:
    icon, said = STATUS_ICONS[status.status], message(status.message)
    if run.is_imported:
        st.caption(f"{icon} {said}")
    elif status.status == "completed":
        slim = f" {DROPPED}" if is_slim(run) else ""
        st.caption(f"{icon} {said} Training took {duration(status.seconds)}.{slim}")
    elif status.status in ("parked", "stopped"):
        st.info(f"{said} {status.resumption}", icon=icon)
    elif status.status == "diverged":
        hint = "Lower the learning rate, or let it climb slowly (schedule cosine or one cycle)."
        st.warning(f"{said} {hint}", icon=icon)
    else:
        st.error(said or f"The run is {status.status}.", icon=icon)
        tail = get_store().logs(record.run_id)
        if tail:
            with st.expander("Log, last lines", expanded=status.status == "failed", icon=":material/terminal:"):
                st.code(tail, language=None)


def _render_numbers(run: RunSummary, status: RunStatus) -> None:
    numbers = val_numbers(status)
    if not numbers:
        return
    if run.is_imported:  # its only epoch is the best one and the last one
        numbers = [(label, value, "imported") for label, value, _ in numbers[:1]]
    if status.test_accuracy_best is not None and not read_lock().hides("test"):
        of = "imported" if run.is_imported else which_epoch("best on val", status.best_epoch)
        numbers.append(("Test accuracy", percent(status.test_accuracy_best), of))
    with st.container(horizontal=True):
        for label, value, origin in numbers:
            st.metric(label, value, origin, delta_color="off", delta_arrow="off", help=_MEANINGS.get(label))
