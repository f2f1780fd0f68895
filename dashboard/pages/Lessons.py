"""Lessons: a question, what you expect, a few small runs, and what they answer."""

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.experiments import ExperimentStore
from cifar_core.runs import RunError
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import literal, message
from dashboard.lessons.card_view import render_card
from dashboard.lessons.rooms import LIST, choose_room, render_room
from dashboard.lessons.subject import find_lessons, is_hidden, open_lesson, read_subject
from dashboard.session import address
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.frame import page_frame, require_dataset
from dashboard.session.learner import list_visible
from dashboard.session.saying import fragment


@fragment
def render_page(data: Dataset) -> None:
    """Draw all of the page, and again whenever a run moves on."""
    runs, store = list_readable_runs(), ExperimentStore(get_store())
    asked = store.list_experiments()
    lessons = find_lessons(asked, list_visible(asked))
    try:
        subject = read_subject(store, lessons)
    except RunError as error:
        st.warning(message(error), icon=":material/broken_image:")
        name = address.LESSON.value()
        if name in lessons:
            st.button("Show the lesson", on_click=open_lesson, args=(name,), key="lesson_without")
        subject = None
    if is_hidden(subject):
        st.warning("That was asked by somebody else, and the link hides answers of others.", icon=":material/lock:")
        subject = None
    room = choose_room() if subject is None else None
    if subject is None:
        if (name := address.LESSON.value()) is not None and name not in lessons:
            st.warning(f"There is no lesson {literal(name)} here.", icon=":material/help:")
        render_room(room or LIST, store, lessons, runs)
    else:
        render_card(store, data, lessons, subject, runs)
    follow_runs("runs", stage_of(runs), key="follow_runs")


with page_frame("Lessons"):
    render_page(require_dataset())
