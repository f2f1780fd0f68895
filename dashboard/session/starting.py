"""The button that starts a run: where none can be started it is disabled, with the reason."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.drawing.literal import message
from dashboard.session.cache import why_not_startable
from dashboard.session.saying import errors_said


def offer_start(label: str, start: Callable[[], None], *, why_not: str | None = None, **look: Any) -> None:
    """Draw the button, and draw the page anew once it was pressed and the run is on its way.

    Args:
        label: What it says.
        start: Submits the run and chooses it; RunError is said in place.
        why_not: Why this run cannot be started; None if it can, as far as the page knows.
        look: What else `st.button` takes.
    """
    why_not = why_not or why_not_startable()
    is_pressed = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        disabled=why_not is not None,
        help=why_not and message(why_not),
        **look,
    )
    if is_pressed:
        with errors_said():
            start()
            st.rerun()
