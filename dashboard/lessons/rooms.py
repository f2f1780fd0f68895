"""What Lessons shows while none is open: all lessons, what one did, the class, and links for a class."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.experiments import ExperimentStore
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.lessons.link_view import render_links
from dashboard.lessons.list_view import render_list
from dashboard.lessons.record_view import render_record
from dashboard.lessons.subject import Lesson
from dashboard.lessons.wall_view import render_wall
from dashboard.session import address
from dashboard.session.address import MINE
from dashboard.session.learner import learner_name
from dashboard.session.lock import read_lock

_WIDGET = "lessons_room"
# As the address has them, and their titles.
LIST, CLASS, LINKS = "lessons", "class", "link"
_TITLES = {LIST: "All lessons", MINE: "What I did", CLASS: "The class", LINKS: "For instructors"}


def choose_room() -> str:
    """Draw the choice between them, which the address holds, and return what is chosen."""
    lock = read_lock()
    hidden = {LINKS} if not lock.is_empty else set()
    hidden |= {CLASS} if lock.hides("others") else set()
    hidden |= {LIST} if lock.hides("other_lessons") else set()
    rooms = [room for room in _TITLES if room not in hidden]
    bound = address.bind(address.ROOM, _WIDGET, rooms)
    chosen = st.segmented_control(
        "View", rooms, format_func=_TITLES.__getitem__, label_visibility="collapsed", required=True, wrap=True, **bound
    )
    return chosen or rooms[0]


def render_room(room: str, store: ExperimentStore, lessons: Mapping[str, Lesson], runs: Sequence[RunSummary]) -> None:
    """Draw the one that was chosen."""
    if room == MINE:
        render_record(runs)
    elif room == CLASS:
        render_wall(runs)
    elif room == LINKS:
        render_links(lessons)
    else:
        if name := learner_name():
            st.caption(f"Marks and verdicts are of what {literal(name)} asked.")
        render_list(store, lessons, runs)
