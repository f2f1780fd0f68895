"""A button that opens what belongs to it: boxes that stay on the page while they are not seen.

Streamlit's popover takes its boxes off the page whenever it closes. What the server sets meanwhile (filters that are
taken off by another button, a choice that Back took back) they never hear of: the browser goes on saying what they
held, and the next press anywhere brings that back. Here they are hidden, and follow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from dashboard.components.registration import register

_COMPONENT = register(__file__)
# For the frame of every page. What is opened lies above all that stands there, the drawer too, and below the lists of
# choices that its own boxes open.
OPENER_STYLE = """<style>
[class*="st-key-opener_"] { gap: 0; }
[class*="st-key-opener_"]:not([data-heard]) { visibility: hidden; }
[class*="st-key-open_"] button::after {
  flex: none; width: 0.4em; height: 0.4em; margin: 0 0.15em 0.2em 0.7em; rotate: 45deg; content: "";
  border: solid; border-width: 0 1.5px 1.5px 0;
}
[class*="st-key-open_"] button[aria-expanded="true"]::after { margin-bottom: -0.2em; rotate: 225deg; }
[class*="st-key-open_"] [data-testid="stBaseButton-tertiary"][aria-expanded="true"] {
  color: light-dark(#2563cf, #5c90f0);
}
[class*="st-key-opened_"]:not([data-open]) { display: none; }
[class*="st-key-opened_"][data-open] {
  position: fixed; z-index: 1000030; box-sizing: border-box; width: max-content; min-width: min(20rem, 100vw - 2rem);
  max-width: min(46rem, 100vw - 2rem); height: auto; padding: 1rem 1.25rem 1.25rem; overflow-y: auto;
  overscroll-behavior: contain; border: 1px solid light-dark(#dde2ea, #303845); border-radius: 0.5rem;
  background: light-dark(#fff, #12161d); box-shadow: 0 4px 16px rgb(0 0 0 / 16%);
}
</style>"""


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
        # The component takes its presses before Streamlit hears of them: to open and close asks nothing of the server.
        st.button(label, key=f"open_{key}", icon=icon, help=help, type=kind, width=width, wrap=wrap)
        with st.container(key=f"opened_{key}"):
            yield
        _COMPONENT(key=f"opening_{key}", data={"name": key, "label": label})
