"""What a run keeps that only training it on needs, read once for each version of its checkpoint."""

import streamlit as st

from cifar_core.files import Stamp, stamp
from cifar_core.runs import RunSummary
from cifar_core.runs.slimming import can_train_on, count_spare_bytes
from dashboard.session.cache import get_store

# What is said where a run cannot be trained on.
DROPPED = "Its optimizer state was dropped to save room: it cannot be extended. A fork starts from its weights."


def is_slim(run: RunSummary) -> bool:
    """Whether a run that could be extended has lost what that needs."""
    return run.status.status == "completed" and not _read(run.run_id, _stamp(run))[0]


def spare_bytes(run: RunSummary) -> int:
    """Return how many bytes its optimizer state takes; 0 of a run that is not completed."""
    return _read(run.run_id, _stamp(run))[1] if run.status.status == "completed" else 0


def _stamp(run: RunSummary) -> Stamp | None:
    return stamp(get_store().record(run.run_id).checkpoint_path("last"))


@st.cache_data(show_spinner=False, max_entries=4096)
def _read(run_id: str, stamped: Stamp | None) -> tuple[bool, int]:
    record = get_store().record(run_id)
    return can_train_on(record), count_spare_bytes(record)
