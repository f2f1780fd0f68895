"""What this session has seen of the runs, and told of them; none of it is a choice, and no address carries it."""

from collections.abc import Mapping

import streamlit as st

from cifar_core.experiments.learners import LearnerRecord

_KNOWN, _PROBLEM, _SEEN = "known_runs", "page_problem", "seen_runs"
_PAGES, _HANDED_IN = "opened_pages", "class_handed_in"


def know_runs(names: Mapping[str, str]) -> None:
    """Remember how runs are called, so that one can be named when it is gone."""
    st.session_state.setdefault(_KNOWN, {}).update(names)


def known_run_name(run_id: str) -> str | None:
    """Return what a run was called when this session last saw it."""
    return st.session_state.get(_KNOWN, {}).get(run_id)


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
