"""You, the network and some fifty people who looked at the same test images."""

from collections.abc import Callable

import streamlit as st

from cifar_core.data import DataError
from cifar_core.evaluation import compute_accuracy
from cifar_core.labels.published import PEOPLE
from dashboard.drawing.choices import choose_one
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import Export
from dashboard.drawing.words import percent, short_name
from dashboard.labels.beside_view import render_matrix, render_mistakes
from dashboard.labels.doubt_view import render_doubt
from dashboard.labels.fetch_view import render_missing, render_refused
from dashboard.labels.quiz_view import render_quiz
from dashboard.labels.subject import Beside, Subject, require_test
from dashboard.session import state
from dashboard.session.known import find_people
from dashboard.session.opening import has_predictions

_WHY = (
    "**You, the network and 51 people**: some fifty people named each of CIFAR-10's 10,000 test images, and with their "
    "answers you can name twenty yourself, and see where the network errs as people do, and where it does not."
)


PARTS: dict[str, Callable[[Beside], list[Export]]] = {
    "Quiz": render_quiz,
    "Mistakes": render_mistakes,
    "Matrix": render_matrix,
    "Doubt": render_doubt,
}


def render_people(subject: Subject) -> list[Export]:
    """Draw the chosen part; without the file, how to get it."""
    try:
        people = find_people(subject.dataset)
    except DataError as error:
        st.markdown(_WHY)
        render_refused(PEOPLE, error)
        return []
    if people is None:
        render_missing(subject.dataset, PEOPLE, _WHY)
        return []
    run, record = subject.require(has_predictions)
    beside = Beside(subject, run, require_test(subject, record), people)
    st.markdown(describe_people(beside), help=explain("", "CIFAR-10H"))
    exports = choose_one("View", PARTS, state.PEOPLE_VIEW, in_address=True)(beside)
    st.caption(
        f"People's answers: CIFAR-10H, Peterson, Battleday, Griffiths and Russakovsky, 2019 "
        f"([{PEOPLE.home.removeprefix('https://')}]({PEOPLE.home}), {PEOPLE.licence}). What the run says of test is "
        "shown here, and counted as a look at it."
    )
    return exports


def describe_people(beside: Beside) -> str:
    """Say how good one person alone is, how good most people together, and how good the network, on the same images."""
    labels, people = beside.subject.test_labels, beside.people
    return (
        f"One person alone gives **{percent(people.accuracy(labels))}** of the test images the name of their label "
        f"(the share of all {people.counts.sum():,} single answers), most people together "
        f"**{percent(people.majority_accuracy(labels))}**, the network "
        f"**{percent(compute_accuracy(beside.predictions))}** ({literal(short_name(beside.run))})."
    )
