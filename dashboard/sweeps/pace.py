"""How long a sweep takes here."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.experiments import read_paces
from cifar_core.runs import RunSummary
from cifar_core.sweeps import Plan, expect_run_seconds, expect_search_seconds, expect_trials, sample_configs
from dashboard.drawing.words import about, count
from dashboard.session import state
from dashboard.session.cache import is_any_training
from dashboard.session.pacing import BESIDE_A_TRAINING, find_unknown, try_paces

_TRIES = "Training some of these for two seconds each, to see how long this takes here"


def render_pace(plan: Plan, dataset: Dataset, runs: Sequence[RunSummary]) -> None:
    """Draw how long a plan takes here; where that is not known, the offer to find out.

    Args:
        plan: Which.
        dataset: The images.
        runs: All, newest first.
    """
    is_wanted = state.is_wanted(_key(plan))
    seconds = find_run_seconds(plan, dataset, runs, may_try=is_wanted)
    if seconds is not None:
        st.markdown(f":material/timer: {describe_pace(plan, seconds)}")
    elif not is_wanted:
        is_training = is_any_training(runs)
        st.button(
            "How long will this take here?",
            icon=":material/timer:",
            key="sweep_pace",
            disabled=is_training,
            help=BESIDE_A_TRAINING if is_training else "Trains some of them for two seconds.",
            on_click=state.want,
            args=(_key(plan),),
        )


def find_run_seconds(plan: Plan, dataset: Dataset, runs: Sequence[RunSummary], *, may_try: bool) -> float | None:
    """Return how long one whole run of a plan takes here on average; None as long as that is not known."""
    configs, paces = sample_configs(plan), read_paces(runs, dataset.source)
    paces |= try_paces(dataset, find_unknown(configs, paces), runs, _TRIES, may_try=may_try)
    return expect_run_seconds(configs, paces)


def describe_pace(plan: Plan, seconds: float) -> str:
    """Say in a sentence how long a plan takes, or how much of it fits into its minutes.

    Args:
        plan: Which.
        seconds: Of a whole run.
    """
    if plan.budget.num_runs is None:
        number = expect_trials(plan, seconds)
        return f"About **{count(number, 'configuration')}** fit into {plan.budget}, at {about(seconds)} a run here."
    total = expect_search_seconds(plan, seconds)
    return (
        f"About **{about(total)}** of training here, one run after another, and some seconds for each start; a whole "
        f"run takes {about(seconds)}."
    )


def _key(plan: Plan) -> str:
    return f"sweep_pace_{'/'.join(sorted(config.model_dump_json() for config in sample_configs(plan)))}"
