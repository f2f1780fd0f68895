"""Who sits here: a name that somebody gave, kept for the visit and in the address of every page. It signs nobody in."""

from collections.abc import Iterable

import streamlit as st

from cifar_core.experiments import Experiment
from cifar_core.experiments.learners import first_seed
from cifar_core.people import LONGEST_NAME, PersonError, clean_name, is_same_person
from dashboard.drawing.literal import literal, message
from dashboard.session import address
from dashboard.session.folded import set_folded
from dashboard.session.lock import read_lock
from dashboard.session.redraw import hand_over_page

_BOX = address.LEARNER.widget
_HELP = (
    "No sign-in: it is written beside the runs that you start and what you ask on Lessons. So you find them again, "
    "everybody gets their turn, and nobody stops yours unawares. On Lessons each name trains with random numbers of "
    "its own."
)


def learner_name() -> str:
    """Return the name that this session goes by; empty without one, or with one that cannot be."""
    try:
        return clean_name(address.LEARNER.value() or "")
    except PersonError:
        return ""


def own_name() -> dict[str, str]:
    """Return what a link of our own that opens in another tab has to carry, so that it opens for the same person."""
    name = learner_name()
    return {address.LEARNER.name: name} if name else {}


def render_name() -> None:
    """Draw the name, to be given or changed behind it; what is wrong with one is said."""
    name, given = learner_name(), address.LEARNER.value()
    label = literal(name) if name else "Say who you are"
    with st.popover(label, icon=":material/person:", type="tertiary", key="learner_popover"):
        key = set_folded(_BOX, given or "")
        st.text_input("Your name", key=key, max_chars=LONGEST_NAME, help=_HELP, on_change=_take, args=(key,))
        if name:
            st.caption(f"On Lessons your runs have the seeds {first_seed(name)}, {first_seed(name) + 1}, ...")
            with st.container(horizontal=True):
                st.button("My runs", icon=":material/table_rows:", type="tertiary", on_click=_open_runs)
                st.button("What I did on Lessons", icon=":material/history_edu:", type="tertiary", on_click=_open_own)
    if given and not name:
        try:
            clean_name(given)
        except PersonError as error:
            st.warning(message(error), icon=":material/person_off:")


def _take(key: str) -> None:
    address.LEARNER.choose(" ".join(str(st.session_state.get(key) or "").split()))
    address.step_on()


def _open_own() -> None:
    address.LESSON.choose(None)
    address.EXPERIMENT.choose(None)
    address.ROOM.choose(address.MINE)
    hand_over_page("Lessons")


def _open_runs() -> None:
    address.WHOSE.choose(address.MINE)
    hand_over_page("Runs")


def is_own(experiment: Experiment) -> bool:
    """Whether this session's learner asked it; without a name, whoever gave none."""
    return is_same_person(experiment.learner, learner_name())


def list_visible(experiments: Iterable[Experiment]) -> list[Experiment]:
    """Return the experiments that Lessons speaks of, as they come: one's own, where one gave a name, else everybody's.

    One that the address names is among them, unless answers of others are hidden.
    """
    if read_lock().hides("others"):
        return [each for each in experiments if is_own(each) and (each.learner or _is_named(each))]
    if not learner_name():
        return list(experiments)
    return [each for each in experiments if is_own(each) or _is_named(each)]


def _is_named(experiment: Experiment) -> bool:
    return experiment.id == address.EXPERIMENT.value()
