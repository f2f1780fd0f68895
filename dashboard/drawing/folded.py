"""What is drawn while it is open: closed, it costs neither the server its numbers nor the browser what draws tables."""

from collections.abc import Callable

import streamlit as st


def render_folded(
    label: str, draw: Callable[[], None], *, key: str, icon: str | None = None, is_open: bool = False
) -> None:
    """Draw a box that a press opens. For what holds no boxes whose values the page needs while it is closed.

    Args:
        label: What is in it, in Markdown.
        draw: Draws it; called while it is open.
        key: The box's. It stays open as long as the page draws it, also under another label.
        icon: Before the label.
        is_open: Whether it is open at first.
    """
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]  # which Streamlit forgets with the label
    with st.expander(label, is_open, icon=icon, key=key, on_change="rerun") as box:
        if box.open:
            draw()
