"""What Compare shows while there are not yet two runs to compare: what leads there."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.runs import RunSummary, fork_like
from cifar_core.runs.groups import find_coming_seeds, plan_seeds
from dashboard.compare.seeds_view import reseeded
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import literal
from dashboard.drawing.words import about, group_name, run_name
from dashboard.session import state
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store
from dashboard.session.learner import learner_name
from dashboard.session.links import page_link
from dashboard.session.opening import has_predictions, render_ways_to_run
from dashboard.session.starting import offer_start


def render_too_few(candidates: Sequence[RunSummary], runs: Sequence[RunSummary]) -> None:
    """Draw the ways to two runs.

    Args:
        candidates: Those that can be compared, one at most.
        runs: All, newest first.
    """
    st.caption(
        "Which images does one network get right and another wrong, and is it the settings or chance? That takes two "
        "runs."
    )
    if not candidates:
        render_ways_to_run(runs, None, has_predictions)
        return
    (run,) = candidates
    active = next((each for each in runs if each.status.is_active and each.run_id != run.run_id), None)
    if active is not None:
        st.info(
            f"**{literal(run_name(active), most=None)}** is {active.status.status}: after its first epoch it is "
            f"compared with **{literal(run_name(run), most=None)}**.",
            icon=":material/hourglass:",
        )
    else:
        _offer_second(run, runs)
    follow_runs("runs", stage_of(runs), key="follow_compare")


def _offer_second(run: RunSummary, runs: Sequence[RunSummary]) -> None:
    st.info(
        f"There is one run so far, **{literal(run_name(run), most=None)}**. Change one setting and train again, or "
        "train the same again with another seed: that shows how much is chance.",
        icon=":material/compare_arrows:",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if not run.is_read_only:
            time = "" if run.status.seconds is None else f", about {about(run.status.seconds)}"
            offer_start(f"Train it again with another seed{time}", lambda: _start(run, runs), key="compare_again")
        page_link("Train", "Change a setting on Train", ":material/model_training:")


def _start(run: RunSummary, runs: Sequence[RunSummary]) -> None:
    taken = find_coming_seeds(run, runs) | {run.config.training.seed if run.config is not None else 0}
    ((seed, _, _),) = plan_seeds(taken, taken, 1)
    name = f"{group_name(run)}, seed {seed}"[-80:]
    run_id = get_store().submit(
        reseeded(run, seed), name=name, preset=run.preset, fork=fork_like(run), owner=learner_name()
    )
    state.choose_run(run_id)
