"""The curve that somebody expects: drawn before it is run, and how far off it was."""

from collections.abc import Mapping

import streamlit as st

from cifar_core.experiments import Drawn, Question
from cifar_core.experiments.drawn import MOST_EPOCHS, read_values, write_values
from dashboard.components import forecast
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.words import percent, signed
from dashboard.session import address, memory


def drawn_arm(question: Question) -> str:
    """Return the arm whose curve is drawn: the one that the first claim says is better."""
    return question.claims[0].second


def render_drawing(question: Question) -> Drawn | None:
    """Draw the axes, folded away until somebody draws; return what is drawn, which the address keeps."""
    arm = drawn_arm(question)
    num_epochs = question.config(arm, 0).training.num_epochs
    if not 2 <= num_epochs <= MOST_EPOCHS:
        return None
    values = read_values(address.DRAWN.value(), num_epochs)
    title = "Draw the curve you expect, if you like"
    # Whoever takes their curve away is about to draw another one.
    is_open = values is not None or memory.has_drawn()
    with st.expander(title, icon=":material/draw:", expanded=is_open):
        st.markdown(f"Val accuracy of **{literal(arm)}** after each of its {num_epochs} epochs:")
        forecast(
            f"Val accuracy of {plain(arm)} over epochs, as you expect it",
            None if values is None else [round(100 * value) for value in values],
            num_epochs,
            key=f"lesson_drawn_{question.name}_{question.form}",
            on_drawn=_keep,
        )
    return None if values is None else Drawn(arm=arm, values=values)


def _keep(curve: list[int] | None) -> None:
    memory.note_drawn()
    address.DRAWN.choose(None if curve is None else write_values(tuple(value / 100 for value in curve)))
    address.step_on()


def describe_drawn(drawn: Drawn, means: Mapping[int, float]) -> str:
    """Say how far off a drawn curve lay, for Markdown; empty where there is nothing to hold it against.

    Args:
        drawn: The curve.
        means: Val accuracy of its arm over seeds, by epoch from 1.
    """
    missed = drawn.miss(means)
    if missed is None:
        return ""
    distance, at_end = missed
    last = max(epoch for epoch in means if epoch <= len(drawn.values))
    way = "too high" if at_end > 0 else "too low"
    end = "there you were right" if round(100 * at_end) == 0 else f"{signed(abs(at_end))[1:]} points {way}"
    return (
        f":material/draw: Your curve for **{literal(drawn.arm)}** lay {100 * distance:.1f} points off on average; at "
        f"epoch {last} you drew {percent(drawn.values[last - 1], 0)}, it came to "
        f"{percent(drawn.values[last - 1] - at_end)}: {end}."
    )
