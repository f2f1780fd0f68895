"""What every page begins with: its title, the navigation, the data badge, the run picker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from cifar_core.data import DataError, Dataset
from cifar_core.runs import RunError, RunSummary
from dashboard.components.messages import picture_address
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import run_title
from dashboard.engine import warm_up
from dashboard.session import address, memory, state
from dashboard.session.activity import follow_chosen, render_active_runs
from dashboard.session.cache import get_dataset, get_store, listed_for_page, looked_at_once
from dashboard.session.demo import make_demo_if_due
from dashboard.session.dictionary import render_words
from dashboard.session.gone import render_gone
from dashboard.session.learner import render_name
from dashboard.session.links import SECTIONS, open_page, page_link
from dashboard.session.lock import read_lock, without_test
from dashboard.session.locked import render_lock
from dashboard.session.opening import Pick, choose_for_page
from dashboard.session.picking import describe_rest, list_offered
from dashboard.session.redraw import handed_over_page
from dashboard.session.saying import ICON, errors_said
from dashboard.session.turns import take_turn

# Brought along: as a file of its own, it would be gone while a run of the page is broken off by the next.
_PAGE_ICON = picture_address(Path(__file__).with_name("icon.png").read_bytes(), "png")


@contextmanager
def page_frame(title: str, opens_on: Pick | None = None) -> Iterator[list[RunSummary]]:
    """Set the page up, draw its sidebar, and hold its turn while the rest is drawn. All of every page is within.

    Args:
        title: Of the page, in sentence case. `address` knows by it what the page depends on; where that is a run, the
            sidebar offers the choice.
        opens_on: Which run the page speaks of if none is chosen; None: of none.

    Yields:
        All runs, newest first, as they are now.
    """
    with take_turn():
        try:
            with errors_said(), looked_at_once():
                runs = _render_frame(title, opens_on)
                with listed_for_page(runs):
                    yield runs
        except StopException:  # a page that ends early has said why, and its address tells what it shows
            address.show_address()
            raise
        address.show_address()


def _render_frame(title: str, opens_on: Pick | None) -> list[RunSummary]:
    st.set_page_config(page_title=f"{title} - CIFAR Lab", page_icon=_PAGE_ICON, layout="wide")
    warm_up()
    runs, problem = _find_runs()
    memory.note_page_problem(problem)
    memory.know_runs(runs)
    address.read_address(title)
    if (page := handed_over_page()) is not None:
        open_page(page)
    runs = without_test(runs)
    choose_for_page(opens_on, runs)
    memory.note_open_page(title)
    if title in address.RUN.pages:
        _note_seen(runs)
    with st.sidebar:
        st.markdown("#### CIFAR Lab")
        _render_navigation()
        if title in address.RUN.pages:
            _render_run_picker(runs)
        render_active_runs(runs)
        _render_data_badge()
        if title in address.RUN.pages:
            follow_chosen(runs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(title, width="content")
        render_words()
        render_name()
    render_lock(title)
    if problem:
        st.error(problem, icon=ICON)
    return runs


def _find_runs() -> tuple[list[RunSummary], str]:
    """Return all runs as far as they can be read, and what is wrong with their folder, for Markdown."""
    try:
        store = get_store()
        why_not = store.why_not_writable()
        return (store.refresh(), "") if why_not is None else (store.list_runs(), message(why_not))
    except RunError as error:
        return _list_runs(), message(error)


def _list_runs() -> list[RunSummary]:
    try:
        return get_store().list_runs()
    except RunError:
        return []


def _note_seen(runs: list[RunSummary]) -> None:
    """Whoever looks at an ended run need not be told any more that it has ended."""
    run_id = state.chosen_run()
    chosen = next((run for run in runs if run.run_id == run_id), None)
    if chosen is not None and not chosen.status.is_active:
        memory.note_seen_run(chosen.run_id)


def require_dataset() -> Dataset:
    """Return the dataset; if it cannot be used, say why and what to do, and end the page here."""
    try:
        dataset = get_dataset()
    except DataError as error:
        st.error(message(error), icon=":material/folder_off:")
        page_link("Overview", "Go to Overview to repair or download the data", ":material/home:")
        st.stop()
    return dataset


def find_run(runs: list[RunSummary]) -> RunSummary | None:
    """Return the chosen run, None if none is chosen. One that does not exist, or cannot be read, is explained."""
    run_id = state.chosen_run()
    found = next((run for run in runs if run.run_id == run_id), None)
    if found is not None:
        state.forget_lost_run()
    elif run_id is not None:
        state.lose_run(run_id)
    render_gone(runs)
    if found is not None and found.config is None:
        st.error(
            f"{message(found.status.message)}. It can be deleted on Runs; the other runs are not affected.",
            icon=":material/broken_image:",
        )
        return None
    if found is not None and found.is_read_only:
        st.warning(
            f"This run can only be looked at. It was {literal(found.read_only_because, most=None)}.",
            icon=":material/lock:",
        )
    if found is not None and found.damage:
        st.warning(message(found.damage), icon=":material/broken_image:")
    return found


def _render_navigation() -> None:
    for section, pages in SECTIONS.items():
        if any(map(read_lock().shows, pages)):
            st.caption(section)
        for title, icon in pages.items():
            page_link(title, title, icon, is_wide=True)


def _render_run_picker(runs: list[RunSummary]) -> None:
    """The picker follows the shared choice; its own key is only how Streamlit tells of a change."""
    chosen = state.chosen_run()
    titles = {run.run_id: run_title(run) for run in list_offered(runs, chosen)}
    st.session_state[state.RUN_PICKER] = chosen if chosen in titles else None
    st.selectbox(
        "Run",
        list(titles),
        index=None,
        key=state.RUN_PICKER,
        placeholder="None chosen",
        format_func=titles.__getitem__,
        on_change=state.pick_run,
        help=f"The run that Train, Errors and Explain speak of. It stays chosen on all pages.{describe_rest(runs)}",
    )


def _render_data_badge() -> None:
    try:
        dataset = get_dataset()
    except DataError:
        st.badge("Data cannot be read", icon=":material/error:", color="red")
        return
    make_demo_if_due()
    colours = {"cifar10": "green", "cifar10-unverified": "orange", "practice": "violet"}
    helps = {
        "cifar10": "The official files, checked against their published checksums.",
        "cifar10-unverified": "CIFAR-10's files, but not byte for byte the official ones: numbers may differ a little.",
        "practice": "Shapes and textures drawn by code. Overview downloads the real CIFAR-10.",
    }
    st.badge(dataset.title, color=colours[dataset.source], help=helps[dataset.source])  # type: ignore[arg-type]
