"""One of many, and the ways to the one before and the one after: by button, and by arrow key from all over the page."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.received import is_number
from dashboard.components.registration import register

_COMPONENT = register(__file__)


def stepper(
    words: str,
    item: int,
    *,
    key: str,
    is_first: bool,
    is_last: bool,
    on_step: Callable[[int], None],
    on_close: Callable[[], None] | None = None,
) -> None:
    """Say which one is shown, and step from it.

    Args:
        words: Which one it is, e.g. "mistake 3 of 98".
        item: What it is known by; where it can be closed, another one is scrolled to, and takes the keyboard.
        key: The component's.
        is_first: Nothing comes before it.
        is_last: Nothing comes after it.
        on_step: Called with -1 or 1.
        on_close: Called when it shall be shown no more; without, it cannot be closed.
    """

    def told(name: str) -> object:
        return (st.session_state.get(key) or {}).get(name)

    def stepped() -> None:
        by = read_step(told("step"))
        if by is not None:
            on_step(by)

    def closed() -> None:
        if on_close is not None and told("closed") is True:
            on_close()

    data = {
        "words": words,
        "item": item,
        "isFirst": is_first,
        "isLast": is_last,
        "closes": on_close is not None,
    }
    _COMPONENT(key=key, data=data, on_step_change=stepped, on_closed_change=closed)


def read_step(value: object) -> int | None:
    """Check what came from the browser: -1 and 1 are steps, anything else is None."""
    return int(value) if is_number(value) and value in (-1, 1) else None
