"""All sweeps, and a small one that is ready to begin."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.runs import RunSummary
from cifar_core.sweeps import Sweep, SweepStore
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import count, percent, setting_names
from dashboard.session import address
from dashboard.session.links import page_link
from dashboard.session.starting import offer_start
from dashboard.sweeps.draft import open_draft, plan_tree
from dashboard.sweeps.pace import render_pace
from dashboard.sweeps.ready import TAKES, TITLE, create_ready
from dashboard.sweeps.starting import begin, why_no_optuna
from dashboard.sweeps.words import describe_stages, state_of

_ICONS = {
    "running": ":material/pending:",
    "trains the best again": ":material/pending:",
    "stopped": ":material/stop_circle:",
    "promoted": ":material/military_tech:",
    "over": ":material/check_circle:",
}
_MOST = 40


def render_list(store: SweepStore, dataset: Dataset, runs: Sequence[RunSummary]) -> None:
    """Draw what a sweep is, how one is begun, and those that there are."""
    sweeps = store.list_sweeps()
    st.markdown(
        "A **sweep** trains many runs that differ in some settings, says which of them are best, and how much of that "
        "is luck. The best are then trained again with fresh random numbers, which tells what they are worth."
    )
    if problem := why_no_optuna():
        st.warning(message(problem), icon=":material/extension_off:")
    st.button("Define a sweep", icon=":material/add:", key="sweep_define", on_click=open_draft, args=({},))
    _render_ready(store, dataset, runs, problem)
    st.markdown("##### Sweeps so far")
    for words in store.list_unreadable().values():
        st.caption(f":material/broken_image: {message(words[0].upper() + words[1:])}.")
    if not sweeps:
        st.caption("None yet. Each gets a line here, also those of the command line.")
    for sweep in sweeps[:_MOST]:
        _render_line(sweep)
    if len(sweeps) > _MOST:
        st.caption(f"{len(sweeps) - _MOST} older ones: `cifar-lab sweeps` lists them.")


def _render_ready(store: SweepStore, dataset: Dataset, runs: Sequence[RunSummary], problem: str) -> None:
    plan = create_ready()
    with st.container(border=True, key="sweep_ready"):
        st.markdown(f"**{TITLE}**")
        st.markdown(
            "Which learning rate goes with which batch size? A small network, on a tenth of the images: "
            f"{describe_stages(plan, plan.budget.num_runs or 0)} {TAKES}"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            offer_start("Start this sweep", lambda: begin(store, plan), why_not=problem, key="sweep_ready_start")
            st.button(
                "Change it first",
                type="tertiary",
                key="sweep_ready_change",
                on_click=open_draft,
                args=(plan_tree(plan),),
            )
            render_pace(plan, dataset, runs)


def _render_line(sweep: Sweep) -> None:
    state, best = state_of(sweep), sweep.ranking()[:1]
    names = ", ".join(setting_names(sweep.plan.search).values())
    found = f", best val {percent(best[0].score)}" if best else ""
    with st.container(border=True, key=f"sweep_card_{sweep.id}", gap="xxsmall"):
        by = f" by {literal(sweep.owner)}" if sweep.owner else ""
        title = f"{literal(sweep.plan.name)} {literal(sweep.id[:13])}{by}"
        page_link("Sweeps", title, _ICONS[state], carrying={address.SWEEP: sweep.id})
        tried = count(len(sweep.trials), "configuration")
        st.caption(
            f"{state.capitalize()}: {tried}, budget {sweep.budget}{found}. Searched: {literal(names, most=None)}."
        )
