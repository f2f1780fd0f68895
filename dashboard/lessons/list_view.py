"""All lessons in the course's order, each with what was answered so far."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.experiments import Experiment, ExperimentStore
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.lessons.subject import Lesson, is_whole
from dashboard.lessons.words import describe_kind, describe_outcome, describe_progress
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
            told = find_told(store, lesson, runs)
            state, words = describe_state(store, lesson, told, runs)
            number = "" if lesson.number is None else f"{lesson.number} "
            with st.container(border=True, key=f"lesson_card_{name}"):
                carried = {} if told is None else {address.EXPERIMENT: told.id}
                title = f"{number}{literal(lesson.question.title)}"
                page_link("Lessons", title, _ICONS[state], carrying=carried | {address.LESSON: name})
                st.markdown(literal(lesson.question.question, most=None))
                st.caption(words)


def describe_state(
    store: ExperimentStore, lesson: Lesson, told: Experiment | None, runs: Sequence[RunSummary]
) -> tuple[str, str]:
    """Return how far a lesson is ("open", "running", "stopped" or "answered"), and that in words.

    Args:
        store: The experiments.
        lesson: Which.
        told: As `find_told` returns it.
        runs: All.
    """
    if not lesson.asked:
        return "open", "Not asked yet."
    if told is None:
        return "stopped", "Ended before two seeds of both were trained."
    change = describe_kind(told.question, lesson.question)
    if not store.is_over(told, runs):
        return "running", f"{change}{describe_progress(store.progress(told, {}, runs))}."
    return "answered", change + describe_outcome(store.answers(told, runs), told.predictions)


def find_told(store: ExperimentStore, lesson: Lesson, runs: Sequence[RunSummary]) -> Experiment | None:
    """Return the experiment that a lesson's card speaks of; None if nothing came of any.

    The newest while it trains; then the newest with an answer among those that asked it as it was written, since a
    change is there to turn that answer round; without one among all.
    """
    if lesson.asked and not store.is_over(lesson.asked[0], runs):
        return lesson.asked[0]
    as_written_first = sorted(lesson.asked, key=lambda each: not is_whole(each.question, lesson))
    return next(
        (each for each in as_written_first if any(answer.verdict for answer in store.answers(each, runs))), None
    )
