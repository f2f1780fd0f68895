"""The demo run, made behind the first page of a server, so that there is something to look at before one trains."""

import logging
import threading

import streamlit as st

from cifar_core.runs import RunError, RunStore, default_runs_dir
from cifar_core.runs.demo import is_demo_due, start_demo
from dashboard.session.cache import get_store

THREAD = "demo"

_log = logging.getLogger(__name__)


def make_demo_if_due() -> None:
    """Queue the demo if there is nothing else to look at; called on every run, tried once a server. Keeps nobody."""
    _begin(str(default_runs_dir()))


def is_demo_on_its_way() -> bool:
    """Whether a demo is about to be queued."""
    return any(thread.name == THREAD for thread in threading.enumerate())


@st.cache_resource(show_spinner=False, max_entries=4)
def _begin(runs_dir: str) -> None:
    try:
        store = get_store()
        if not is_demo_due(store):
            return
    except RunError:  # which the page says at its top
        return
    # To find the device takes torch, and that takes seconds.
    threading.Thread(target=_start, args=(store,), name=THREAD, daemon=True).start()


def _start(store: RunStore) -> None:
    try:
        start_demo(store)
    except RunError as error:
        _log.warning("The demo was not started: %s", error)
