"""One of several, by a row of buttons."""

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")


def choose_one(
    label: str, options: Mapping[str, Value], key: str, *, in_address: bool = False, help: str | None = None
) -> Value:
    """Draw a row of buttons, the first one chosen at first, and return the value behind the chosen one.

    Args:
        label: What is chosen; hidden if it is "View", which speaks for itself.
        options: Values by what stands on their buttons.
        key: The widget's; the parameter's name if it is kept in the address.
        in_address: Whether the choice is part of the link.
        help: One sentence for the learner.
    """
    chosen = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        key=key,
        wrap=True,
        bind="query-params" if in_address else None,
        persist_state="session",
        label_visibility="collapsed" if label == "View" else "visible",
        help=help,
    )
    return options[chosen or next(iter(options))]
