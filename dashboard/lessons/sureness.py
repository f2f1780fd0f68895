"""How sure somebody is of a prediction, kept in the address until it is run."""

from collections.abc import Mapping

import streamlit as st

from dashboard.session import address, state

CHOICES = (50, 60, 70, 80, 90, 100)  # per cent


def read_confidences(num_claims: int) -> dict[int, int]:
    """Return how sure the address says somebody is, in per cent, by the claim's place; what is none is left out."""
    parts = (address.SURE.value() or "").split(",")[:num_claims]
    return {place: int(part) for place, part in enumerate(parts) if part in map(str, CHOICES)}


def write_confidences(confidences: Mapping[int, int], num_claims: int) -> str | None:
    """Return them as the address has them; None without any."""
    parts = [str(confidences.get(place, "")) for place in range(num_claims)]
    return ",".join(parts) if confidences else None


def render_sureness(name: str, place: int, num_claims: int) -> None:
    """Draw how sure one is of one claim's prediction; nothing is chosen until somebody does.

    Args:
        name: The question's.
        place: The claim's.
        num_claims: Of the question.
    """
    state.set_widget(_key(name, place), read_confidences(num_claims).get(place))
    st.pills(
        "How sure?",
        CHOICES,
        key=_key(name, place),
        format_func=lambda share: f"{share} %",
        on_change=_keep,
        args=(name, num_claims),
        help="50 %: as good as a coin. 100 %: you would bet anything on it. Over many predictions, of those that you "
        "were 70 % sure of 7 of 10 should come true. You may leave it open.",
    )


def _keep(name: str, num_claims: int) -> None:
    values = {place: state.widget_value(_key(name, place)) for place in range(num_claims)}
    chosen = {place: int(value) for place, value in values.items() if value in CHOICES}
    address.SURE.choose(write_confidences(chosen, num_claims))
    address.step_on()


def _key(name: str, place: int) -> str:
    return f"lesson_sure_{name}_{place}"
