"""Which run a page opens on while nobody has chosen one, and what it shows where there is none to open on."""

from collections.abc import Callable, Sequence

import streamlit as st

from cifar_core.presets import PRESETS
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import run_name, short_name
from dashboard.session import state
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.demo import is_demo_on_its_way
from dashboard.session.learner import learner_name
from dashboard.session.saying import fragment
from dashboard.session.starting import offer_start

# Of all runs, newest first, the one that a page opens on; None if none will do.
Pick = Callable[[Sequence[RunSummary]], RunSummary | None]
Has = Callable[[RunSummary], bool]

_FIRST = PRESETS["minute"]
_REFRESH_SECONDS = 1.0


def has_predictions(run: RunSummary) -> bool:
    """Whether a run has saved what it says of val."""
    return _can_be_read(run) and get_store().record(run.run_id).files.has_val()


def has_weights(run: RunSummary) -> bool:
    """Whether a run has saved a network."""
    return _can_be_read(run) and get_store().record(run.run_id).checkpoint_path("best").exists()


def newest_with_predictions(runs: Sequence[RunSummary]) -> RunSummary | None:
    """Return the newest run that has predictions; like those below, none of an experiment's many."""
    return next((run for run in runs if run.experiment is None and has_predictions(run)), None)


def newest_with_weights(runs: Sequence[RunSummary]) -> RunSummary | None:
    """Return the newest run that has weights."""
    return next((run for run in runs if run.experiment is None and has_weights(run)), None)


def newest_to_watch(runs: Sequence[RunSummary]) -> RunSummary | None:
    """Return what trains just now, else the newest run."""
    readable = [run for run in runs if run.experiment is None and run.config is not None]
    return next((run for run in readable if run.status.status in ("running", "paused")), next(iter(readable), None))


def choose_for_page(pick: Pick | None, runs: Sequence[RunSummary]) -> None:
    """Let the open page speak of a run if none is chosen, none is lost, and nobody wants none. Before it is drawn."""
    if pick is None or state.chosen_run() is not None or state.is_run_unwanted() or state.lost_run() is not None:
        return
    run = pick(runs)
    if run is not None:
        state.open_on_run(run.run_id)


def require_run(runs: Sequence[RunSummary], run: RunSummary | None, has: Has) -> RunSummary:
    """Return the run; without one, or before its first epoch, say what to do, and end the page here.

    Args:
        runs: All, newest first.
        run: The chosen one, as `find_run` returns it.
        has: Whether a run has what the page shows.
    """
    if run is None or (run.status.is_active and not run.status.epoch):
        render_ways_to_run(runs, run, has)
        st.stop()
    return run


def render_ways_to_run(runs: Sequence[RunSummary], run: RunSummary | None, has: Has) -> None:
    """Draw what leads to a run that has what a page shows: one that will, one that does, or a new one.

    Args:
        runs: All, newest first.
        run: The chosen one, if it has not got it yet.
        has: Whether a run has it.
    """
    if state.lost_run() is not None:
        return  # the page says so, with ways on; nothing is shown in its place
    found = next((run for run in runs if has(run)), None)
    if found is not None:
        _offer(found)
    if run is not None and run.status.is_active:
        _wait_for(run.run_id, has)
    elif found is None and (coming := next((run for run in runs if run.status.is_active), None)) is not None:
        _wait_for(coming.run_id, has)
    elif found is None and is_demo_on_its_way():
        _wait_for(None, has)
    elif found is None:
        offer_first_run("There is no trained network yet.")


def offer_first_run(words: str) -> None:
    """Draw a button that trains a network, one that takes a minute at most on CIFAR-10."""
    st.info(words, icon=":material/model_training:")
    offer_start("Train one, a minute at most", _start_first, key="first_run")


def _start_first() -> None:
    state.choose_run(get_store().submit(_FIRST.config, preset=_FIRST.name, owner=learner_name()))


def _offer(run: RunSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.chosen_run() is None:
            st.markdown("No run is chosen.", width="content")
        label = f"Show {literal(run_name(run), most=None)}"
        st.button(label, type="primary", icon=":material/visibility:", on_click=state.choose_run, args=(run.run_id,))


def _wait_for(run_id: str | None, has: Has) -> None:
    """Draw how far a run is on the way to its first epoch, and the page anew when it is there."""

    @fragment(run_every=_REFRESH_SECONDS)
    def bar() -> None:
        runs = list_readable_runs()
        run = next((run for run in runs if run.run_id == run_id), None)
        if run is None and (runs or not is_demo_on_its_way()):
            st.rerun()
        if run is not None and (has(run) or not run.status.is_active):
            st.rerun()
        words = "A demo is about to be trained" if run is None else f"{literal(short_name(run))} is {run.status.status}"
        share = 0.0 if run is None else min(run.status.step / run.status.steps_per_epoch, 1.0)
        st.progress(share, text=f"{words}: its first epoch brings what this page shows.")

    bar()


def _can_be_read(run: RunSummary) -> bool:
    return run.config is not None and run.status.epoch > 0
