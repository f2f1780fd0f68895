"""The button that starts a run: disabled, with the reason, where none can be started; else it says what is wrong."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.drawing.literal import message
from dashboard.session.cache import why_not_startable
from dashboard.session.saying import errors_said


def offer_start(label: str, start: Callable[[], None], *, why_not: str = "", waits_for: str = "", **look: Any) -> None:
    """Draw the button, and draw the page anew once it was pressed and the run is on its way.

    Args:
        label: What it says.
        start: Submits the run and chooses it; RunError is said in place.
        why_not: Why this run cannot be started; empty if it can, as far as the page knows.
        waits_for: What is wrong with a box; empty if nothing is. Whoever mends the box and presses at once tells both
            in one go: a button that was disabled until then would not hear it. So it can be pressed, and says this.
        look: What else `st.button` takes.
    """
    why_not = why_not or why_not_startable() or ""
    is_pressed = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        disabled=bool(why_not),
        help=message(why_not or waits_for) or None,
        **look,
    )
    if is_pressed and waits_for:
        st.toast(f"Not started, it waits for this: {message(waits_for)}", icon=":material/block:")
    elif is_pressed:
        with errors_said():
            start()
            st.rerun()
