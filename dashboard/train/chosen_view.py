"""Of a run that was told which images to train on: which those were, and what it is to be held against."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import choices_in
from cifar_core.runs import RunSummary, fork_like
from dashboard.drawing.literal import literal
from dashboard.drawing.words import run_name
from dashboard.session.cache import get_store
from dashboard.session.chosen_runs import USES, find_counterpart, with_all_images
from dashboard.session.kept import find_by_content, name_of_content, selection_link
from dashboard.session.learner import learner_name
from dashboard.session.links import compare_link
from dashboard.session.opening import has_predictions
from dashboard.session.saying import act_or_toast


def render_chosen(run: RunSummary, runs: Sequence[RunSummary]) -> None:
    """Say which selections a run was told of, and lead to what they changed; nothing if it was told of none.

    Args:
        run: The run.
        runs: All, newest first.
    """
    if run.config is None or not choices_in(run.config.data):
        return
    counterpart = find_counterpart(run, runs)
    with st.container(border=True):
        st.markdown(describe_chosen(run, counterpart))
        with st.container(horizontal=True, vertical_alignment="center"):
            if counterpart is None:
                _offer_counterpart(run)
            elif not run.status.is_active and has_predictions(run) and has_predictions(counterpart):
                compare_link(counterpart.run_id, run.run_id, "What changed, image by image")
            for name in dict.fromkeys(choices_in(run.config.data).values()):
                if (selection := find_by_content(name)) is not None:
                    selection_link(selection, f"See {literal(selection.name)}")


def describe_chosen(run: RunSummary, counterpart: RunSummary | None) -> str:
    """Say which selections a run was told of, and what to hold it against, in Markdown."""
    assert run.config is not None  # noqa: S101  # asked for before
    uses = choices_in(run.config.data)
    told = "; ".join(f"{USES[setting]}: **{literal(name_of_content(name))}**" for setting, name in uses.items())
    words = f":material/bookmark: {told[0].upper()}{told[1:]}."
    if counterpart is None:
        return f"{words} No run differs from it in that alone: train one with all images to see what it changed."
    other = f"**{literal(run_name(counterpart), most=None)}**, same settings and seed"
    if run.status.is_active:
        return f"{words} When it ends, what it changed against {other}, is shown here."
    if counterpart.status.is_active:
        return f"{words} What it changed is shown here when {other}, has ended, too."
    return f"{words} To be held against {other}. One seed is one draw: more of both tell chance from effect."


def _offer_counterpart(run: RunSummary) -> None:
    st.button(
        "Train one with all images",
        icon=":material/play_arrow:",
        key=f"counterpart_{run.run_id}",
        on_click=act_or_toast,
        args=(_start_counterpart, run),
        help="The same settings and seed, told of no selection. It is queued at once.",
    )


def _start_counterpart(run: RunSummary) -> None:
    assert run.config is not None  # noqa: S101  # asked for before
    name = f"{run.name}, all images"[:80]
    config, fork = with_all_images(run.config), fork_like(run)
    get_store().submit(config, name=name, preset=run.preset, fork=fork, owner=learner_name())
    st.toast("Queued. It is in the sidebar, too.", icon=":material/schedule:")
