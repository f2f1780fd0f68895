"""A sweep is defined: what its runs have in common, what is searched, how, for how long; then it is begun."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunSummary
from cifar_core.sweeps import PlanError, SweepStore
from dashboard.drawing.literal import message
from dashboard.session.starting import offer_start
from dashboard.sweeps.base_view import render_base
from dashboard.sweeps.draft import Draft, base_of, empty_draft, finish, read_draft
from dashboard.sweeps.fields_view import render_fields
from dashboard.sweeps.method_view import render_method
from dashboard.sweeps.pace import render_pace
from dashboard.sweeps.starting import begin, why_no_optuna
from dashboard.sweeps.subject import open_sweep
from dashboard.sweeps.words import describe_stages

# What is asked for and its start stay in view while one goes through the settings beside them.
_STYLE = """<style>
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-sweep_beside) {
    position: sticky; top: 0.75rem; align-self: flex-start;
    max-height: calc(100vh - 1.5rem); overflow-y: auto; padding-inline: 4px; }
}
</style>"""


def render_definition(store: SweepStore, dataset: Dataset, runs: Sequence[RunSummary]) -> None:
    """Draw the form and its start."""
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All sweeps", icon=":material/arrow_back:", type="tertiary", on_click=open_sweep, args=(None,))
    st.markdown(
        "Tick the settings that shall be **searched**: each run gets other values of them, all else is the same. Val "
        "decides; no run of a sweep looks at test."
    )
    try:
        draft = read_draft()
    except PlanError as error:
        st.error(f"The link's sweep cannot be used: {message(error)}", icon=":material/link_off:")
        draft = empty_draft()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        render_base(draft, runs)
        _render_fields(draft)
    with right, st.container(key="sweep_beside"):
        render_method(draft)
        _render_end(store, dataset, runs, draft)


def _render_fields(draft: Draft) -> None:
    try:
        base = base_of(draft)
    except ConfigError:
        return  # said at the start
    render_fields(draft, base)


def _render_end(store: SweepStore, dataset: Dataset, runs: Sequence[RunSummary], draft: Draft) -> None:
    """Draw what is asked for in a sentence, how long it takes, and the button that begins it."""
    plan, problem = None, ""
    try:
        plan = finish(draft)
    except PlanError as error:
        problem = str(error)
    if plan is not None and plan.budget.num_runs is not None:
        st.markdown(f":material/stairs: {describe_stages(plan, plan.budget.num_runs // plan.num_seeds)}")
    if plan is not None:
        render_pace(plan, dataset, runs)
    why_not = why_no_optuna()
    start = partial(begin, store, plan)
    offer_start("Start the sweep", start, why_not=why_not, waits_for=problem, key="sweep_start")
    if problem or why_not:
        st.caption(f"Start waits for this: {message(why_not or problem)}")
