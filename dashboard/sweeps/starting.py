"""A sweep is begun."""

import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.runs import RunError
from cifar_core.sweeps import Plan, SweepStore, require_optuna
from dashboard.session.learner import learner_name
from dashboard.sweeps.subject import turn_to


def why_no_optuna() -> str:
    """Return in a sentence why no sweep can be begun or go on here; empty if one can."""
    try:
        require_optuna()
    except ConfigError as error:
        return str(error)
    return ""


def begin(store: SweepStore, plan: Plan | None) -> None:
    """Begin a sweep and open it; one that another tab began a moment ago is opened instead.

    Raises:
        RunError: It cannot be written, or its process cannot be started.
    """
    if plan is None:  # the button has said so
        return
    try:
        sweep, is_new = store.start_once(plan, owner=learner_name())
    except ConfigError as error:
        raise RunError(str(error)) from error
    if not is_new:
        words = "This sweep was begun a moment ago, here or in another tab: there is one of it."
        st.toast(words, icon=":material/info:")
    store.drive(sweep.id)
    turn_to(sweep.id)
