"""What one learner did: claim by claim with the prediction beside it, and all of it as a file to take along."""

import re
from collections.abc import Sequence

import streamlit as st

from cifar_core.experiments.learner_page import draw_page
from cifar_core.experiments.learners import LearnerRecord, read_learner, write_record
from cifar_core.experiments.lessons import list_lessons
from cifar_core.experiments.pooling import Guess, PooledClaim, PooledLesson, count_right, pool
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import source_title
from dashboard.lessons.subject import open_lesson
from dashboard.lessons.words import describe_choice
from dashboard.session.cache import get_store
from dashboard.session.learner import learner_name


def render_record(runs: Sequence[RunSummary]) -> None:
    """Draw it, and the files."""
    name = learner_name()
    if not name:
        st.info(
            "Say who you are, above: what you ask from then on is written under your name and listed here.",
            icon=":material/person:",
        )
        return
    record = read_learner(get_store(), name, runs)
    lessons = pool([record])
    if not lessons:
        st.info(f"{literal(name)} has asked nothing here yet.", icon=":material/school:")
        return
    st.markdown(_summarise(lessons))
    _offer_files(record)
    for lesson in lessons:
        _render_lesson(lesson)


def _summarise(lessons: Sequence[PooledLesson]) -> str:
    done = {lesson.question.name for lesson in lessons if any(claim.verdict for claim in lesson.claims)}
    of_course = len(done & list_lessons().keys())
    right, known = count_right(guess for lesson in lessons for claim in lesson.claims for guess in claim.guesses)
    told = f" Of your {known} predictions that your runs decide, **{right}** came true." if known else ""
    return f"**{of_course} of {len(list_lessons())}** lessons are answered.{told}"


def _offer_files(record: LearnerRecord) -> None:
    stem = re.sub(r"[^a-z0-9]+", "-", record.learner.casefold()).strip("-") or "learner"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "For your class",
            write_record(record),
            f"{stem}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            help="A file that an instructor, or anybody, adds under The class: questions, predictions, accuracies by "
            "seed, machine and versions. No images, no weights.",
        )
        st.download_button(
            "As a page to read",
            draw_page(record),
            f"{stem}.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
            help="One file that any browser opens, also on a phone and without a network.",
        )


def _render_lesson(lesson: PooledLesson) -> None:
    with st.container(border=True):
        st.button(
            f"**{literal(lesson.title)}**",
            icon=":material/school:",
            type="tertiary",
            key=f"record_{lesson.question.name}_{lesson.hash}_{lesson.data}",
            on_click=open_lesson,
            args=(lesson.question.name, lesson.latest),
        )
        for claim in lesson.claims:
            guess = claim.guesses[0] if claim.guesses else None
            st.markdown(
                f"**{literal(claim.claim.says, most=None)}** {literal(claim.sentence, most=None)}  \n"
                f"{describe_own_guess(claim, guess)}"
            )
        st.caption(f"Trained on {literal(source_title(lesson.data)) if lesson.data else 'nothing yet'}.")


def describe_own_guess(claim: PooledClaim, guess: Guess | None) -> str:
    """Hold a learner's prediction against the answer, for Markdown."""
    if guess is None:
        return ":material/psychology_alt: Nothing was predicted."
    sure = "" if guess.confidence is None else f", {guess.confidence} % sure"
    fate = {True: ": and so it is", False: ": it is otherwise", None: ": not decided"}[guess.is_right]
    return f":material/psychology_alt: You said {describe_choice(claim.claim, guess.prediction)}{sure}{fate}."
