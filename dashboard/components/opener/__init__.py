"""A button that opens what belongs to it: boxes that stay on the page while they are not seen.

Streamlit's popover takes its boxes off the page whenever it closes. What the server sets meanwhile (filters that are
taken off by another button, a choice that Back took back) they never hear of: the browser goes on saying what they
held, and the next press anywhere brings that back. Here they are hidden, and follow. `opener.js` and `opener.css`, of
every document, open and close them: that asks nothing of the server.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st


@contextmanager
def opener(
    label: str,
    *,
    key: str,
    icon: str | None = None,
    help: str | None = None,
    kind: Literal["secondary", "tertiary"] = "secondary",
    width: Literal["content", "stretch"] = "content",
    wrap: bool | None = None,
) -> Iterator[None]:
    """Draw a button, and below it, while it is open, what is drawn within. It is closed by a press elsewhere or Escape.

    Args:
        label: What the button says.
        key: Another one for each on a page.
        icon: Before the label.
        help: What the button explains of itself.
        kind: How it looks.
        width: How wide the button is.
        wrap: Whether a long label goes on below; else it is cut off.
    """
    with st.container(key=f"opener_{key}", width=width, gap=None):
        st.button(label, key=f"opens_{key}", icon=icon, help=help, type=kind, width=width, wrap=wrap)
        with st.container(key=f"opened_{key}"):
            yield
