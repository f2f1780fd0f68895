"""When a run that waits is due, in words."""

from pathlib import Path

import streamlit as st

from cifar_core.data import DataError
from cifar_core.experiments import Wait, expect_waits, read_paces
from cifar_core.runs import RunError, RunSummary
from cifar_core.runs.queue import queue_order
from dashboard.drawing.words import about
from dashboard.session.cache import get_dataset, get_store

_KEPT_SECONDS = 20.0


def find_waits(runs: list[RunSummary]) -> dict[str, Wait]:
    """Return how long each run that waits does so, by its id.

    Args:
        runs: All, newest first.
    """
    waiting = queue_order(runs)
    store = get_store()
    return expect_waits(runs, waiting, _read_paces(store.runs_dir), store.list_slots) if waiting else {}


def describe_wait(wait: Wait) -> str:
    """Say when a run begins."""
    if wait.seconds < 1 and not wait.is_least:
        return "begins next"
    if wait.seconds < 1:
        return "begins when those before it are done"
    return f"begins in {about(wait.seconds)}{', or later' if wait.is_least else ''}"


# Half a millisecond a run: more than a page that asks every second shall cost.
@st.cache_resource(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=4)
def _read_paces(runs_dir: Path) -> dict[str, float]:
    try:
        return read_paces(get_store().list_runs(), get_dataset().source)
    except (DataError, RunError):
        return {}
