"""What the forms over RunConfig hold: Train's and Augment's, a setting a widget."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import flatten
from cifar_core.presets import FIRST_PRESET, PRESETS
from dashboard.session import address, draft
from dashboard.session.arrival import START, arrive_at
from dashboard.session.lock import read_lock
from dashboard.session.redraw import ask_for_redraw
from dashboard.session.state import TRAIN_PRESET, chosen_run

TRAIN, AUGMENT = "train", "augment"  # the pages with such a form
_IN_ALL_FORMS = "training.seed"
RUN_ORIGIN = "run:"  # before a run's id, where the form starts from one instead of a preset


def form_key(path: str, form: str = TRAIN) -> str:
    """Return the widget key of a setting on a form, e.g. of "optimizer.learning_rate" on the Train page."""
    return f"{form}_form.{path}"


def form_value(path: str, default: Any, form: str = TRAIN) -> Any:
    """Return what a form's widget is set to, setting it to the default if it was never drawn."""
    return st.session_state.setdefault(form_key(path, form), default)


def is_form_filled(form: str = TRAIN) -> bool:
    """Whether a form of this session has values already; it gets all of them at once."""
    return form_key(_IN_ALL_FORMS, form) in st.session_state


def form_blocks(path: str, form: str = TRAIN) -> list[dict[str, Any]]:
    """Return a copy of the blocks that a form's list of them holds."""
    return [dict(block) for block in st.session_state[form_key(path, form)]]


def set_form(values: Mapping[str, Any], form: str = TRAIN) -> None:
    """Set some widgets of a form, by path. Before they are drawn, or in a callback. What is locked stays as it is."""
    lock = read_lock()
    for path, value in values.items():
        key = form_key(path, form)
        if key not in st.session_state or not lock.holds(path):
            st.session_state[key] = value
    if form == TRAIN:
        draft.note_edited(True)


def fill_form(config: RunConfig, origin: str | None = None) -> None:
    """Set every widget of the Train page to the config's values. Before the widgets are drawn, or in a callback.

    Args:
        config: The values.
        origin: What they are held against, a preset's name or a run's id behind "run:"; as it was if None.
    """
    if origin is not None:
        st.session_state[TRAIN_PRESET] = origin
    set_form(flatten(config))
    draft.note_edited(False)


def ensure_form_filled() -> None:
    """Fill the Train page's form with the first preset if nothing has filled it yet. Before its widgets are drawn."""
    if not is_form_filled():
        fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)


def refill_form(config: RunConfig) -> None:
    """Fill the form with the chosen run's settings as advice would have them, and lead there. For callbacks."""
    fill_form(config, f"{RUN_ORIGIN}{chosen_run()}")
    draft.note_advised()
    lead_to_form()


def lead_to_form() -> None:
    """Show Train's form, with its start in view, also from a part of the page that redraws alone. For callbacks."""
    address.PART.choose(address.NEW_RUN)
    arrive_at(START)
    ask_for_redraw()


def next_augment_seed() -> None:
    """Give the Augment page's form the next seed."""
    key = form_key("training.seed", AUGMENT)
    st.session_state[key] = int(st.session_state.get(key) or 0) + 1
