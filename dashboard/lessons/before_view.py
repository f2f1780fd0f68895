"""Before a question is asked: what one expects, what will be run, and how long that takes here."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.experiments import (
    Arm,
    Drawn,
    ExperimentStore,
    Question,
    describe_power,
    expect_seconds,
    usual_deviation,
)
from cifar_core.experiments.learners import first_seed
from cifar_core.experiments.store import Prediction
from cifar_core.presets import PRESETS
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.lessons.drawn_view import render_drawing
from dashboard.lessons.pace import find_paces, list_configs
from dashboard.lessons.subject import Subject, turn_to
from dashboard.lessons.sureness import read_confidences, render_sureness
from dashboard.lessons.words import (
    CHOICES,
    about,
    describe_better,
    describe_choice,
    describe_settings,
    describe_stand_ins,
    read_predictions,
    write_predictions,
)
from dashboard.session import address, state
from dashboard.session.learner import learner_name
from dashboard.session.starting import offer_start


def render_before(store: ExperimentStore, dataset: Dataset, subject: Subject, runs: Sequence[RunSummary]) -> None:
    """Draw the prediction, the plan and the button that runs it."""
    predictions = _render_predictions(subject.question)
    if stand_ins := describe_stand_ins(subject.question, dataset.class_names):
        st.caption(stand_ins)
    drawn = render_drawing(subject.question)
    st.markdown("##### What will be run")
    render_plan(subject.question)
    seeds = range(subject.question.num_seeds)
    paces = find_paces(dataset, subject.question, runs, may_try=True)
    seconds = expect_seconds(list_configs(subject.question, seeds), paces)
    num_runs = len(seeds) * len(subject.question.arms)
    time = "how long it takes here is known after the first" if seconds is None else f"{about(seconds)} here"
    st.markdown(
        f"{num_runs} {'small ' if subject.question.form != 'full size' else ''}trainings, {len(seeds)} seeds of each "
        f"setting: **{time}**. The test images stay unread."
    )
    st.caption(say_power(store, subject, runs))
    open_claims = len(subject.question.claims) - len(predictions)
    missing = f"First say what you expect: {open_claims} still open." if open_claims else ""
    offer_start("Run it", lambda: _start(store, subject, predictions, drawn), why_not=missing, key="lesson_run")
    if missing:
        st.caption(missing)


def say_power(store: ExperimentStore, subject: Subject, runs: Sequence[RunSummary]) -> str:
    """Say which differences the seeds will mostly not decide, by runs of the same question where there are some."""
    question = subject.question
    same = [each for each in subject.lesson.asked if describe_arms(each.question) == describe_arms(question)]
    answers = (answer for each in same for answer in store.answers(each, runs))
    return describe_power(question.num_seeds, question.claims[0].margin, usual_deviation(answers))


def describe_arms(question: Question) -> list[str]:
    """Return what is the same of two questions that train the same."""
    return [question.config(arm.name, 0).model_dump_json() for arm in question.arms]


def _start(store: ExperimentStore, subject: Subject, predictions: dict[int, Prediction], drawn: Drawn | None) -> None:
    name, confidences = learner_name(), read_confidences(len(subject.question.claims))
    sure = {place: share for place, share in confidences.items() if place in predictions}
    experiment = store.start(
        subject.question,
        predictions=predictions,
        drawn=drawn,
        confidences=sure,
        learner=name,
        first_seed=first_seed(name),
    )
    turn_to(subject.question.name, experiment.id)


def _render_predictions(question: Question) -> dict[int, Prediction]:
    """Draw a choice a claim, kept in the address until it is run, and return what was chosen."""
    st.markdown("##### What do you expect?")
    st.caption(describe_better(question.claims))
    chosen = read_predictions(address.PREDICTED.value(), len(question.claims))
    for place, claim in enumerate(question.claims):
        state.set_widget(_key(question, place), chosen.get(place))
        st.radio(
            literal(claim.says, most=None),
            CHOICES,
            index=None,
            key=_key(question, place),
            format_func=partial(describe_choice, claim),
            horizontal=True,
            on_change=_keep,
            args=(question,),
        )
        render_sureness(question.name, place, len(question.claims))
    return chosen


def _keep(question: Question) -> None:
    values = {place: state.widget_value(_key(question, place)) for place in range(len(question.claims))}
    predictions = {place: value for place, value in values.items() if value in CHOICES}
    address.PREDICTED.choose(write_predictions(predictions, len(question.claims)))
    address.step_on()


def _key(question: Question, place: int) -> str:
    return f"lesson_predicted_{question.name}_{place}"


def render_plan(question: Question) -> None:
    """Draw what the arms have in common, and in what each differs."""
    base = literal(PRESETS[question.preset].title)
    st.caption(f"All start from the preset {base} with: {literal(describe_settings(question.settings), most=None)}.")
    if question.changed:
        st.caption(f"Then all change: {literal(describe_settings(question.changed), most=None)}.")
    st.markdown("\n".join(_describe_arm(arm) for arm in question.arms))


def _describe_arm(arm: Arm) -> str:
    own = literal(describe_settings(arm.settings), most=None) if arm.settings else "just that"
    return f"- **{literal(arm.name)}**: {own}"
