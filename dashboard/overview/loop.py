"""Overview's first half: the loop with what was reached, and the one step that makes sense now."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.runs import RunSummary
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import literal
from dashboard.drawing.words import epoch_of, percent, short_name
from dashboard.overview.cards import Loop, render_cards, suggest
from dashboard.overview.mistakes import find_mistakes
from dashboard.overview.steps import Shown, find_states
from dashboard.session import address, memory
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store, list_readable_runs
from dashboard.session.demo import is_demo_on_its_way
from dashboard.session.links import page_link
from dashboard.session.opening import newest_with_predictions, offer_first_run
from dashboard.session.parameter import Parameter
from dashboard.session.saying import fragment

_GROWS_SECONDS = 2.0


def render_loop(dataset: Dataset) -> None:
    """Draw the next step and five cards, anew whenever a run moves on, and every other second while a demo grows."""
    is_growing = _is_demo_growing(list_readable_runs())

    @fragment(run_every=_GROWS_SECONDS if is_growing else None)
    def loop() -> None:
        runs = list_readable_runs()
        if is_growing and not _is_demo_growing(runs):
            st.rerun()  # without the clock
        shown = find_shown(runs)
        mistakes = None if shown.examined is None else find_mistakes(get_store().record(shown.examined.run_id))
        drawn = Loop(dataset, shown, mistakes, find_states(runs, shown, memory.opened_pages()))
        _render_next_step(drawn)
        render_cards(drawn)
        follow_runs("runs", stage_of(runs), key="follow_runs")

    loop()


def find_shown(runs: Sequence[RunSummary]) -> Shown:
    """Return the runs that the loop speaks of, among all, newest first."""
    readable = [run for run in runs if run.config is not None and run.experiment is None]
    active = next((run for run in readable if run.status.is_active), None)
    begun = next((run for run in readable if run.status.has_begun), None)
    return Shown(active or begun, newest_with_predictions(runs))


def _is_demo_growing(runs: Sequence[RunSummary]) -> bool:
    return is_demo_on_its_way() or any(run.is_demo and run.status.is_active for run in runs)


def _render_next_step(loop: Loop) -> None:
    if loop.shown.trained is None and is_demo_on_its_way():
        st.markdown("**A small network is about to be trained**, so that there is something to look at.")
    elif loop.shown.trained is None:
        offer_first_run("Nothing has been trained yet: the rest of the loop needs a network.")
    else:
        words, page, label, carried = _describe_next_step(loop, loop.shown.trained)
        with st.container(horizontal=True, vertical_alignment="center", key="next_step"):
            st.markdown(words, width="content")
            page_link(page, label, ":material/arrow_forward:", carrying=carried)


def _describe_next_step(loop: Loop, trained: RunSummary) -> tuple[str, str, str, dict[Parameter, str]]:
    """Return the next step: in words, the page where it is done, what its link says, and what that carries."""
    examined, mistakes = loop.shown.examined, loop.mistakes
    following = next((step for step, state in loop.states.items() if state == "next"), None)
    if examined is None or mistakes is None or following is None:
        words = f"{_name(trained)} is {trained.status.status}"
        if trained.status.is_active:
            words += f", {epoch_of(trained.status)}. Its first mistakes come with its first epoch"
        watched = {address.RUN: trained.run_id, address.PART: address.THIS_RUN}
        return f"{words}.", "Train", "Watch it train", watched
    if following == "errors":
        words = f"{_name(examined)} gets {percent(1 - mistakes.accuracy)} of the val images wrong. Which, and why?"
        return words, "Errors", "See its errors", {address.RUN: examined.run_id}
    if following == "explain" and mistakes.worst is not None:
        names, worst = loop.dataset.class_names, mistakes.worst
        words = f"Why does {_name(examined)} see a {names[worst.pred_idx]} where there is a {names[worst.true_idx]}?"
        return words, "Explain", "Explain it", {address.RUN: examined.run_id, address.IMAGE: str(worst.index)}
    words, carried = suggest(loop)
    return f"Change one thing. {words}", "Train", "Set it up", carried


def _name(run: RunSummary) -> str:
    return f"**{literal(short_name(run))}**"
