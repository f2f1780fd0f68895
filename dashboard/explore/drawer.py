"""What stands beside a gallery while an image is open: a drawer at the window's right, on a phone at its foot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.components import stepper

_KEY = "explore_drawer"
_WIDTH = "clamp(22rem, 28vw, 25.5rem)"
# The page makes room for it, so that it covers no image; on a phone it covers the lower part, which can be scrolled
# from under it. It lies above Streamlit's header, whose menu would cover the cross, and below what pops up.
_STYLE = f"""<style>
.st-key-{_KEY} {{
  position: fixed; inset: 0 0 0 auto; z-index: 999991; width: {_WIDTH}; padding: 0.75rem 0.75rem 2rem 1rem;
  overflow-y: auto; overscroll-behavior: contain; gap: 0.6rem; flex-wrap: nowrap;
  border-left: 1px solid light-dark(#dde2ea, #303845); background: light-dark(#fff, #12161d);
}}
.st-key-{_KEY} > * {{ flex-shrink: 0; }}
.st-key-{_KEY} > :first-child {{
  position: sticky; top: -0.75rem; z-index: 1; padding: 0.5rem 0; background: inherit;
}}
[data-testid="stMainBlockContainer"]:has(.st-key-{_KEY}) {{ padding-right: calc({_WIDTH} + 1.2rem); }}
@media (max-width: 640px) {{
  .st-key-{_KEY} {{
    inset: auto 0 0; width: auto; height: 66dvh; border-left: 0; border-radius: 14px 14px 0 0;
    border-top: 1px solid light-dark(#dde2ea, #303845); box-shadow: 0 -6px 24px rgb(0 0 0 / 22%);
  }}
  [data-testid="stMainBlockContainer"]:has(.st-key-{_KEY}) {{
    --lab-sheet-height: 66dvh; padding-right: 1rem; padding-bottom: 70dvh;
  }}
}}
</style>"""


@contextmanager
def drawer(
    words: str,
    index: int,
    *,
    is_first: bool,
    is_last: bool,
    on_step: Callable[[int], None],
    on_close: Callable[[], None],
) -> Iterator[None]:
    """Open a drawer on an image; arrow keys and buttons step from it, Escape closes it.

    Args:
        words: Which of how many it is.
        index: Its place in the dataset.
        is_first: Nothing comes before it.
        is_last: Nothing comes after it.
        on_step: Called with -1 or 1.
        on_close: Called when it shall be shown no more.
    """
    st.html(_STYLE)
    with st.container(key=_KEY):
        stepper(
            words,
            index,
            key="explore_stepper",
            is_first=is_first,
            is_last=is_last,
            on_step=on_step,
            on_close=on_close,
        )
        yield
