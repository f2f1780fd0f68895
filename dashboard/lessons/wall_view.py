"""The class: what all learners' runs say together, everybody's prediction against it, and how good those are."""

from collections.abc import Sequence
from itertools import groupby

import pandas as pd
import streamlit as st

from cifar_core.experiments.learners import LearnerRecord, read_learners
from cifar_core.experiments.pooling import (
    Guess,
    PooledClaim,
    PooledLesson,
    calibrate,
    count_right,
    in_course_order,
    pool,
)
from cifar_core.runs import RunSummary
from dashboard.components import bars, dots
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import source_title, with_minus
from dashboard.lessons.handed_in import take_files
from dashboard.lessons.wall_charts import (
    arm_rows,
    arms_frame,
    calibration_frame,
    guess_rows,
    wall_balance,
    wall_rows,
)
from dashboard.session import address
from dashboard.session.cache import get_store

_WIDGET = "class_lesson"
_HOW_TO_READ = (
    "A row each learner, a dot each seed, a bar at their mean; ✓ predicted what all together say, ✗ did not. Last, all "
    "together with the 95 % interval. Grey band: too small to matter."
)
_NOBODY, _TRUE = "without a name", "Came true"


def render_wall(runs: Sequence[RunSummary]) -> None:
    """Draw it: files that are handed in, one lesson's wall, and the predictions of all lessons."""
    st.markdown(
        "Many learners are many seeds: each trains with random numbers of their own, and together they know what none "
        "of them can know alone.",
        help=explain("", "pooled", "seed"),
    )
    lessons = pool([*take_files(), *_read_own(runs)])
    lessons = [lesson for lesson in lessons if lesson.data]  # something was trained
    if not lessons:
        st.info(
            "Nothing to show yet. Learners who say who they are on this server appear by themselves; others export "
            "*For your class* under *What I did*, and their files are added above.",
            icon=":material/groups:",
        )
        return
    _render_lesson(_choose(lessons))
    _render_predictions(lessons)


def _read_own(runs: Sequence[RunSummary]) -> list[LearnerRecord]:
    """Return what learners did on this server, those without a name as one."""
    records = read_learners(get_store(), runs)
    return [record if record.learner else record.model_copy(update={"learner": _NOBODY}) for record in records]


def _choose(lessons: Sequence[PooledLesson]) -> PooledLesson:
    by_key = {key_of(lesson): lesson for lesson in lessons}
    bound = address.bind(address.WALL, _WIDGET, list(by_key))
    chosen = st.selectbox("Lesson", list(by_key), format_func=lambda key: _title(by_key[key]), **bound)
    return by_key[chosen]


def key_of(lesson: PooledLesson) -> str:
    """Return how the address calls a pooled lesson."""
    return f"{lesson.question.name}-{lesson.hash[:6]}-{lesson.data}"


def _title(lesson: PooledLesson) -> str:
    who = "1 learner" if len(lesson.learners) == 1 else f"{len(lesson.learners)} learners"
    return f"{plain(lesson.title)}: {who}, {plain(source_title(lesson.data))}"


def _render_lesson(lesson: PooledLesson) -> None:
    st.subheader(literal(lesson.question.question, most=None), anchor=False)
    frame = arms_frame(lesson)
    if not frame.empty:
        with st.container(border=True):
            st.markdown("**What each setting reached**")
            dots(arm_rows(frame), "Val accuracies of all runs, a row each setting", key="class_arms")
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption("A dot each run, darker where several lie; the bar is their mean.")
                offer_csv("Runs as CSV", frame, "class.csv")
    for place, claim in enumerate(lesson.claims):
        with st.container(border=True):
            _render_claim(claim, place)


def _render_claim(pooled: PooledClaim, place: int) -> None:
    claim = pooled.claim
    st.markdown(f"**{literal(claim.says, most=None)}**")
    if pooled.by_learner:
        label = f"Effect by learner: {plain(claim.second)} less {plain(claim.first)}. {pooled.sentence}"
        axis = wall_balance(pooled)
        dots(wall_rows(pooled), label, key=f"class_wall_{place}", balance=axis, is_dense=True)
    st.markdown(literal(with_minus(pooled.sentence), most=None))
    if pooled.by_learner:
        st.caption(" ".join(filter(None, (_HOW_TO_READ, describe_counting(pooled)))))
    if pooled.guesses:
        _render_guesses(pooled, place)


def _render_guesses(pooled: PooledClaim, place: int) -> None:
    right, known = count_right(pooled.guesses)
    told = f": {right} of {known} were right" if known else ", which these runs do not decide"
    st.markdown(f"**What was expected**{told}.")
    bars(guess_rows(pooled), key=f"class_guesses_{place}", label="How many expected what")


def describe_counting(pooled: PooledClaim) -> str:
    """Say what of the runs counts, and what does not."""
    parts = []
    if pooled.num_copies:
        parts.append(
            f"{pooled.num_copies} pairs of runs equal another learner's of the same seed to the bit: copies, not "
            "evidence, and not counted."
        )
    if pooled.num_shared:
        parts.append(f"{pooled.num_shared} seeds were trained by several, unequally: each counts once, with its mean.")
    return " ".join(parts)


def _render_predictions(lessons: Sequence[PooledLesson]) -> None:
    guesses = [guess for lesson in lessons for guess in _list_guesses(lesson)]
    right, known = count_right(guesses)
    if not known:
        return
    st.subheader("How good predictions are", anchor=False)
    st.markdown(
        f"**{right} of {known}** predictions came true, over all lessons. Of each learner the first prediction of a "
        "claim counts, against what all runs together say; with three answers to choose from, guessing gets a third."
    )
    left, middle, right_column = st.columns([6, 5, 6], gap="medium")
    with left:
        _show("By lesson", {lesson.title: _list_guesses(lesson) for lesson in in_course_order(lessons)})
    with middle:
        in_order = sorted(guesses, key=lambda guess: guess.learner)
        _show("By learner", {name: list(own) for name, own in groupby(in_order, key=lambda guess: guess.learner)})
    with right_column:
        _show_calibration(guesses)


def _list_guesses(lesson: PooledLesson) -> list[Guess]:
    return [guess for claim in lesson.claims for guess in claim.guesses]


def _show(title: str, groups: dict[str, list[Guess]]) -> None:
    rows = []
    for name, guesses in groups.items():
        right, known = count_right(guesses)
        if known:
            rows.append({title: plain(name), _TRUE: f"{right} of {known}"})
    columns = {title: st.column_config.Column(width="medium"), _TRUE: st.column_config.Column(width=90)}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)


def _show_calibration(guesses: Sequence[Guess]) -> None:
    frame = calibration_frame(calibrate(guesses))
    if frame.empty:
        st.caption("Nobody has said how sure they were. A choice beside each prediction asks for it.")
        return
    st.dataframe(frame, hide_index=True)
    st.caption(
        "Who is calibrated is right as often as they are sure. The interval takes predictions for independent; "
        "those of one claim come true or fail together, so it is too narrow for few lessons.",
        help=explain("", "calibration"),
    )
