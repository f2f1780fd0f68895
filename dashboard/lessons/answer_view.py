"""What an experiment came to: claim by claim with the interval drawn, and curves over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from cifar_core.experiments import Answer, Experiment
from cifar_core.experiments.measures import ACCURACY
from cifar_core.runs import RunError, RunSummary
from dashboard.drawing.figures import show_figure
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent, with_minus
from dashboard.lessons.charts import bands_figure, bands_frame, effect_figure, effect_frame, find_extent
from dashboard.lessons.drawn_view import describe_drawn
from dashboard.lessons.words import describe_guess
from dashboard.session.cache import get_store


def render_answers(answers: Sequence[Answer], experiment: Experiment) -> None:
    """Draw each claim with its differences and its verdict beside what was predicted."""
    extent = find_extent(answers)
    if any(answer.differences for answer in answers):
        is_plain = all(answer.claim.measure == ACCURACY for answer in answers)
        of = "val accuracy" if is_plain else "what the claim is about"
        st.caption(
            f"Small dots: the difference of one seed's two runs, in percentage points of {of}, after the last epoch; a "
            "run that diverged counts as guessing. Large dot and bar: their mean, and the interval that holds the true "
            "difference in 95 of 100 such experiments. Grey band: too small to matter."
        )
    for place, answer in enumerate(answers):
        with st.container(border=True):
            st.markdown(f"**{literal(answer.claim.says, most=None)}**")
            if answer.differences:
                _render_effect(answer, extent, place)
            st.markdown(literal(with_minus(answer.sentence), most=None))
            guess = describe_guess(answer.claim, experiment.predictions.get(place), answer.verdict)
            st.markdown(f":material/psychology_alt: {guess}")


def _render_effect(answer: Answer, extent: float, place: int) -> None:
    claim, frame = answer.claim, effect_frame(answer)
    is_decided = answer.verdict not in (None, "undecided")
    more = ": more" if claim.measured.kind in ("confusion", "mixed") else " better"
    of = (frame, claim.first, claim.second, 100 * claim.margin, extent, is_decided, more)
    what = claim.measured.words
    alt = f"{what} of {plain(claim.second)} less that of {plain(claim.first)}. {answer.sentence}"
    show_figure(effect_figure, *of, key=f"lesson_effect_{place}", alt=alt)


def render_curves(experiment: Experiment, runs: Mapping[str, RunSummary]) -> None:
    """Draw val accuracy over epochs, an arm a line with its band over seeds."""
    rows_by_arm = {arm: _list_rows(by_seed.values(), runs) for arm, by_seed in experiment.runs.items()}
    frame = bands_frame(rows_by_arm)
    if frame.empty:
        return
    st.markdown("**On the way there**")
    alt = "Val accuracy over epochs, a line and a band each setting"
    show_figure(bands_figure, frame, experiment.drawn, key="lesson_curves", alt=alt)
    if (drawn := experiment.drawn) is not None:
        rows = frame[frame["arm"] == drawn.arm]
        if words := describe_drawn(drawn, dict(zip(rows["epoch"], rows["mean"], strict=True))):
            st.markdown(words)
    with st.container(horizontal=True, vertical_alignment="center"):
        ends = frame.groupby("arm", sort=False).last()
        reached = ", ".join(f"{literal(str(arm))} {percent(row['mean'])}" for arm, row in ends.iterrows())
        st.caption(f"Line: mean over seeds. Band: from the lowest to the highest. At the end: {reached}.")
        offer_csv("Curves as CSV", frame, "lesson.csv")


def _list_rows(run_ids: Iterable[str], runs: Mapping[str, RunSummary]) -> list[list[dict[str, Any]]]:
    """Return the rows of epochs of those runs that came to their end."""
    found = []
    for run_id in run_ids:
        if run_id in runs and runs[run_id].status.status in ("completed", "diverged"):
            try:
                found.append(get_store().record(run_id).epoch_rows())
            except RunError:
                continue
    return [rows for rows in found if rows]
