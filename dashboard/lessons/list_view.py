"""All lessons in the course's order, each with what was answered so far."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.experiments import ExperimentStore
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.lessons.subject import Lesson
from dashboard.lessons.words import describe_outcome, describe_progress
from dashboard.session import address
from dashboard.session.links import page_link

_ICONS = {
    "open": ":material/radio_button_unchecked:",
    "running": ":material/pending:",
    "stopped": ":material/stop_circle:",
    "answered": ":material/check_circle:",
}
# All of a card is its link.
_STYLE = """<style>
.st-key-lessons_list, .st-key-lessons_own { display: grid; align-items: stretch; gap: 0.7rem; }
.st-key-lessons_list, .st-key-lessons_own { grid-template-columns: repeat(3, minmax(0, 1fr)); }
:is(.st-key-lessons_list, .st-key-lessons_own) > * { width: auto; min-width: 0; height: 100%; }
[class*="st-key-lesson_card_"] { position: relative; height: 100%; padding: 0.55rem 0.85rem; gap: 0.3rem; }
[class*="st-key-lesson_card_"]:hover { border-color: light-dark(#2f6fde, #5c90f0); }
[class*="st-key-lesson_card_"] [data-testid="stPageLink"], [class*="st-key-lesson_card_"] [data-testid="stPageLink"] * {
  position: static; padding-left: 0; background: none; font-weight: 600; }
[class*="st-key-lesson_card_"] [data-testid="stElementContainer"]:has(a) { position: static; }
[class*="st-key-lesson_card_"] [data-testid="stPageLink"] a::after {
  content: ""; position: absolute; inset: 0; z-index: 2; }
@media (max-width: 1100px) { .st-key-lessons_list, .st-key-lessons_own {
  grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 640px) { .st-key-lessons_list, .st-key-lessons_own { grid-template-columns: minmax(0, 1fr); } }
</style>"""


def render_list(store: ExperimentStore, lessons: Mapping[str, Lesson], runs: Sequence[RunSummary]) -> None:
    """Draw a card a lesson."""
    st.html(_STYLE)
    st.markdown(
        "Ask a question, say what you expect, and let a few small networks answer it here. Each setting is trained "
        "several times, with other random numbers each time (*seeds*): what differs no more than they do may be luck."
    )
    _render_cards(store, {name: lesson for name, lesson in lessons.items() if lesson.number}, runs, "lessons_list")
    own = {name: lesson for name, lesson in lessons.items() if not lesson.number}
    if own:
        st.markdown("**Questions of your own**", help="Asked by `cifar-lab experiment FILE`")
        _render_cards(store, own, runs, "lessons_own")


def _render_cards(store: ExperimentStore, lessons: Mapping[str, Lesson], runs: Sequence[RunSummary], key: str) -> None:
    with st.container(key=key):
        for name, lesson in lessons.items():
            state, words = describe_state(store, lesson, runs)
            number = "" if lesson.number is None else f"{lesson.number} "
            with st.container(border=True, key=f"lesson_card_{name}"):
                title = f"{number}{literal(lesson.question.title)}"
                page_link("Lessons", title, _ICONS[state], carrying={address.LESSON: name})
                st.markdown(literal(lesson.question.question, most=None))
                st.caption(words)


def describe_state(store: ExperimentStore, lesson: Lesson, runs: Sequence[RunSummary]) -> tuple[str, str]:
    """Return how far a lesson is ("open", "running", "stopped" or "answered"), and that in words."""
    if not lesson.asked:
        return "open", "Not asked yet."
    newest = lesson.asked[0]
    if not store.is_over(newest, runs):
        return "running", f"{describe_progress(store.progress(newest, {}, runs))}."
    for experiment in lesson.asked:
        outcome = describe_outcome(store.answers(experiment, runs), experiment.predictions)
        if outcome:
            return "answered", outcome
    return "stopped", "Ended before two seeds of both were trained."
