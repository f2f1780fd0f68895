"""What this session has seen of the runs, and told of them; none of it is a choice, and no address carries it."""

from collections.abc import Iterable

import streamlit as st

from cifar_core.experiments.learners import LearnerRecord
from cifar_core.runs import RunSummary
from cifar_core.runs.remembered import once_a_run
from dashboard.drawing.words import run_name

_PROBLEM, _SEEN = "page_problem", "seen_runs"
_PAGES, _HANDED_IN, _DRAWS = "opened_pages", "class_handed_in", "lesson_draws"


def know_runs(runs: Iterable[RunSummary]) -> None:
    """Remember how runs are called, so that one can be named when it is gone; for all sessions of this server."""
    names = _names()
    names.update((run.run_id, _name_run(run)) for run in runs)


def known_run_name(run_id: str) -> str | None:
    """Return what a run was called when somebody last saw it."""
    return _names().get(run_id)


@st.cache_resource(show_spinner=False)
def _names() -> dict[str, str]:
    """Thousands of runs may be known: too many to keep them in each session."""
    return {}


_name_run = once_a_run(run_name)


def page_problem() -> str:
    """Return what the open page says at its top of the runs folder; empty if nothing."""
    return st.session_state.get(_PROBLEM, "")


def note_page_problem(words: str) -> None:
    """Note what the page says at its top."""
    st.session_state[_PROBLEM] = words


def note_seen_run(run_id: str) -> None:
    """Note that somebody looked at an ended run."""
    st.session_state.setdefault(_SEEN, {})[run_id] = True


def seen_runs() -> list[str]:
    """Return the ids of the ended runs that somebody of this session looked at, the latest ones."""
    return list(st.session_state.get(_SEEN, {}))[-20:]


def note_open_page(title: str) -> None:
    """Note that a page is open."""
    st.session_state.setdefault(_PAGES, set()).add(title)


def opened_pages() -> frozenset[str]:
    """Return the titles of the pages that somebody of this session has opened."""
    return frozenset(st.session_state.get(_PAGES, ()))


def handed_in() -> dict[str, LearnerRecord]:
    """Return the learners' records that this session brought along, by what names their content. To be changed."""
    return st.session_state.setdefault(_HANDED_IN, {})


def note_drawn() -> None:
    """Note that somebody of this session draws the curves that they expect."""
    st.session_state[_DRAWS] = True


def has_drawn() -> bool:
    """Whether they have drawn one, or taken it away again."""
    return _DRAWS in st.session_state
