"""What was foretold of an answer, held against networks that were really trained without the images."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation.foretelling import Agreement
from cifar_core.experiments import pace_of, read_paces
from cifar_core.experiments.verification import (
    Foretold,
    Verification,
    VerificationStore,
    agreement_of,
    came_change,
    foretold_change,
)
from cifar_core.influence.scores import WhatIf
from cifar_core.runs import RunError
from cifar_core.runs.naming import animal
from cifar_core.selections import SelectionError, create_selection
from cifar_core.training.exceptions import CheckpointError
from dashboard.components.follower import follow_runs
from dashboard.drawing.folded import render_folded
from dashboard.drawing.literal import message
from dashboard.drawing.words import duration, in_digits, percent, percent_pair
from dashboard.explain.context import Context
from dashboard.session import state
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_dataset, get_store, list_readable_runs, why_not_startable
from dashboard.session.kept import get_selection_store
from dashboard.session.learner import learner_name
from dashboard.session.links import compare_link
from dashboard.session.said import what_run_says
from dashboard.session.weights import digest, find_weights

_SEEDS = (1, 3)
_MEANING = (
    "Log odds: what was foretold and what came is held against each other as the change of the logarithm of p / (1 - p)"
    ", because probabilities near 0 or 1 hardly move."
)


def offer_verification(context: Context, indices: NDArray[np.int64], how: str, found: WhatIf) -> None:
    """Draw what queues real trainings without some images.

    Args:
        context: Image and network.
        indices: (M,) ascending dataset indices, all of the run's training images.
        how: What they are, in words.
        found: What was foretold.
    """
    index, config = context.subject.index, context.run.config
    if index is None or context.subject.true_idx is None or config is None:
        st.caption("Of a picture of your own no training is queued: choose one of the dataset.")
        return
    if context.weights.epoch != context.run.status.best_epoch:
        st.caption(
            f"Trainings are held against each other by their best epoch: choose {context.run.status.best_epoch}."
        )
        return
    with st.popover(
        "Verify by retraining", icon=":material/experiment:", key="taught_verify", on_change="rerun"
    ) as box:
        if not box.open:
            return
        st.markdown(
            "Trains the same settings without these images, and puts what that network says beside what was foretold. "
            "**One seed is one draw**: another seed alone changes answers, too. Three tell more."
        )
        num_seeds = st.segmented_control(
            "Seeds", _SEEDS, default=_SEEDS[0], required=True, key=state.EXPLAIN_SEEDS, format_func=_name_seeds
        )
        st.caption(_say_cost(context, int(num_seeds or 1)))
        why_not = why_not_startable()
        st.button(
            "Queue it",
            type="primary",
            icon=":material/play_arrow:",
            key="taught_queue",
            disabled=why_not is not None,
            help=why_not and message(why_not),
            on_click=_start,
            args=(context, indices, how, found, int(num_seeds or 1)),
        )


def render_verified(context: Context) -> None:
    """Draw the cases of this image and run, and how often what was foretold of any came; nothing before the first."""
    runs = list_readable_runs()
    cases = VerificationStore(get_store()).settle(_ask, runs)
    if not cases:
        return
    own = [case for case in cases if (case.run_id, case.index) == (context.run.run_id, context.subject.index)]
    for case in own:
        _render_case(context, case)
    agreement = agreement_of(cases)
    if agreement.num_cases:
        st.markdown(f":material/fact_check: {describe_agreement(agreement)}", help=_MEANING)

    def draw() -> None:
        st.dataframe(cases_frame(cases, context.dataset.class_names), hide_index=True, placeholder="–")

    render_folded(f"Every case ({len(cases)})", draw, key="verified_cases", icon=":material/table:")
    if any(len(case.known) < len(case.draws) for case in cases):
        follow_runs("runs", stage_of(runs), key="follow_verified")


def describe_agreement(found: Agreement) -> str:
    """Say how often the direction was right and how well the sizes agree, in Markdown."""
    of = "1 verified case" if found.num_cases == 1 else f"{found.num_cases} verified cases"
    words = (
        f"**Over {of}** the direction was right in {found.num_same} (95 %: {percent(found.same_low, 0)} to "
        f"{percent(found.same_high, 0)} of such)"
    )
    if math.isnan(found.correlation):
        return f"{words}. Of fewer than three there is no correlation."
    interval = "" if math.isnan(found.low) else f" (95 %: {_number(found.low)} to {_number(found.high)})"
    return (
        f"{words}; what came and what was foretold correlate by {_number(found.correlation)}{interval}, and "
        f"{_number(found.slope)} came for each 1 foretold."
    )


def describe_case(case: Verification, class_names: tuple[str, ...]) -> str:
    """Say what was foretold and what came of it, in Markdown."""
    name = class_names[case.target]
    foretold = _write_change(case.before[case.target], case.after[case.target])
    words = f"Without {case.num_images:,} images, **{name}**: foretold {foretold}"
    if not case.known:
        return f"{words}; trained without them: not yet."
    came = [
        _write_change(draw.before[case.target], draw.after[case.target])  # type: ignore[index]
        for draw in case.known
    ]
    seeds = f"seed {case.known[0].seed}" if len(came) == 1 else f"{len(came)} seeds"
    is_same = np.sign(foretold_change(case)) == np.sign(came_change(case))
    verdict = "the direction was right" if is_same else "the direction was wrong"
    left = len(case.draws) - len(came)
    more = f" {left} more to come." if left else " One seed is one draw." if len(case.draws) == 1 else ""
    return f"{words}; really trained without them ({seeds}): {', '.join(came)}: {verdict}.{more}"


def _write_change(before: float, after: float) -> str:
    return " \N{RIGHTWARDS ARROW} ".join(percent_pair(before, after))


def cases_frame(cases: Sequence[Verification], class_names: tuple[str, ...]) -> pd.DataFrame:
    """Return a row for each case: which, what was foretold, what came, as log odds of the predicted class."""
    rows = [
        {
            "Run": animal(case.run_id),
            "Image": case.index,
            "Predicted": class_names[case.target],
            "Left out": case.num_images,
            "Seeds": f"{len(case.known)} of {len(case.draws)}",
            "Foretold": round(foretold_change(case), 2),
            "Came": round(came_change(case), 2) if case.known else None,
        }
        for case in cases
    ]
    return pd.DataFrame(rows)


def _render_case(context: Context, case: Verification) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/experiment: {describe_case(case, context.dataset.class_names)}", width="content")
        if case.known:
            draw = case.known[0]
            compare_link(draw.with_run, draw.without_run, "All that changed")


def _start(context: Context, indices: NDArray[np.int64], how: str, found: WhatIf, num_seeds: int) -> None:
    """Queue the runs. For callbacks."""
    subject = context.subject
    assert subject.index is not None and subject.true_idx is not None  # noqa: S101, PT018  # asked for before
    foretold = Foretold(
        run_id=context.run.run_id,
        index=subject.index,
        label=subject.true_idx,
        target=context.pred_idx,
        how=how,
        before=tuple(map(float, found.before)),
        after=tuple(map(float, found.after)),
    )
    try:
        made = create_selection(
            f"{len(indices)} that taught image {subject.index}",
            indices,
            note="Left out to verify what was foretold.",
            origin=how,
            fingerprint=context.dataset.fingerprint,
        )
        left_out = get_selection_store().find_or_save(made)
        VerificationStore(get_store()).start(foretold, left_out, num_seeds, owner=learner_name())
    except (RunError, SelectionError) as error:
        st.toast(message(error), icon=":material/info:")
        return
    state.set_widget("taught_verify", False)
    st.toast("Queued. What comes of it is shown here, beside what was foretold.", icon=":material/schedule:")


def _ask(run_id: str, index: int) -> Sequence[float] | None:
    """Return what a run's best weights say of an image; None where they are gone."""
    try:
        record = get_store().record(run_id)
        weights = find_weights(record, "best")
        if weights is None:
            return None
        image = np.asarray(get_dataset().images[index])
        return what_run_says(record, weights, image, digest(image), index).probs.tolist()
    except (RunError, CheckpointError):
        return None


def _say_cost(context: Context, num_seeds: int) -> str:
    """Say how many runs that are, and how long they may take here."""
    config = context.run.config
    num_runs = 2 * num_seeds - 1
    words = "1 run" if num_runs == 1 else f"{num_runs} runs: further seeds need one with all images, too"
    if config is None:
        return f"{words}."
    pace = read_paces(context.runs, context.dataset.source).get(pace_of(config))
    seconds = None if pace is None else pace * config.training.num_epochs * num_runs
    return f"{words}." if seconds is None else f"{words}; about {duration(seconds)} here."


def _name_seeds(number: int) -> str:
    return "1 seed" if number == 1 else f"{number} seeds"


def _number(value: float) -> str:
    return in_digits(value)
