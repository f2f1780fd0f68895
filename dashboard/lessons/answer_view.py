"""What an experiment came to: claim by claim with the interval drawn, and curves over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import streamlit as st

from cifar_core.evaluation.bands import bands_frame
from cifar_core.experiments import Answer, Experiment
from cifar_core.experiments.answer import describe_effect
from cifar_core.experiments.measures import ACCURACY
from cifar_core.runs import RunSummary
from dashboard.components import dots, line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.bands import describe_edges
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent, with_minus
from dashboard.lessons.charts import balance_of, curves_chart, effect_row, find_extent
from dashboard.lessons.drawn_view import describe_drawn
from dashboard.lessons.words import describe_guess
from dashboard.session import state
from dashboard.session.banding import choose_band, chosen_band, read_band


def render_answers(answers: Sequence[Answer], experiment: Experiment) -> None:
    """Draw each claim with its differences and its verdict beside what was predicted."""
    extent = find_extent(answers)
    if any(answer.differences for answer in answers):
        is_plain = all(answer.claim.measure == ACCURACY for answer in answers)
        of = "val accuracy" if is_plain else "what the claim is about"
        st.caption(
            f"A dot: the difference of one seed's two runs, in percentage points of {of}, after the last epoch; a run "
            "that diverged counts as guessing. The bar is their mean, in the interval that holds the true difference "
            "in 95 of 100 such experiments. Grey band: too small to matter."
        )
    for place, answer in enumerate(answers):
        with st.container(border=True):
            st.markdown(f"**{literal(answer.claim.says, most=None)}**")
            # How long more seeds take stands at the button for them.
            said = describe_effect(answer.claim, answer.effect, answer.verdict, answer.num_pairs)
            if answer.differences:
                _render_effect(answer, extent, place, said)
            st.markdown(literal(with_minus(said), most=None))
            guess = describe_guess(answer.claim, experiment.predictions.get(place), answer.verdict)
            st.markdown(f":material/psychology_alt: {guess}")


def _render_effect(answer: Answer, extent: float, place: int, said: str) -> None:
    claim = answer.claim
    label = f"{claim.measured.words} of {plain(claim.second)} less that of {plain(claim.first)}. {said}"
    dots([effect_row(answer)], label, key=f"lesson_effect_{place}", balance=balance_of(claim, extent))


def render_curves(experiment: Experiment, runs: Mapping[str, RunSummary]) -> None:
    """Draw val accuracy over epochs, an arm a line with its band over seeds."""
    ended = {arm: _list_ended(by_seed.values(), runs) for arm, by_seed in experiment.runs.items()}
    bands = {arm: read_band(run_ids, "val/accuracy") for arm, run_ids in ended.items()}
    bands = {arm: band for arm, band in bands.items() if band.epochs}
    if not bands:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**On the way there**", width="content")
        choose_band(state.LESSONS_BAND)
    chart = curves_chart(bands, chosen_band(), experiment.drawn)
    line_chart(encode_chart(chart, "Val accuracy over epochs, a line and a band each setting"), key="lesson_curves")
    if (drawn := experiment.drawn) is not None and drawn.arm in bands:
        band = bands[drawn.arm]
        if words := describe_drawn(drawn, dict(zip(band.epochs, band.means, strict=True))):
            st.markdown(words)
    with st.container(horizontal=True, vertical_alignment="center"):
        reached = ", ".join(f"{literal(arm)} {percent(band.means[-1])}" for arm, band in bands.items())
        words = describe_edges(chosen_band())
        st.caption(f"{words[0].upper()}{words[1:]}. At the end: {reached}.")
        offer_csv("Curves as CSV", partial(bands_frame, bands), "lesson.csv")


def _list_ended(run_ids: Iterable[str], runs: Mapping[str, RunSummary]) -> list[str]:
    """Return those runs that came to their end."""
    return [each for each in run_ids if each in runs and runs[each].status.status in ("completed", "diverged")]
