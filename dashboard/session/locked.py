"""What a page says of the lock of its address, and what it shows where it is left out itself."""

import streamlit as st

from dashboard.drawing.literal import literal
from dashboard.session.links import SECTIONS, page_link
from dashboard.session.lock import read_lock, why_unreadable


def render_lock(page: str) -> None:
    """Say what the address locks and how to leave that; on a page that is left out, say where else to go, and end it.

    Args:
        page: The open page's title.
    """
    lock, problem = read_lock(), why_unreadable()
    if problem is not None:
        st.warning(f"The link's lock cannot be read, so nothing is locked: {literal(problem, most=None)}.")
    if not lock.is_empty:
        words = literal(" ".join(lock.describe()), most=None)
        st.caption(
            f":material/lock: **Locked by the link you came by.** {words} It is a guide and keeps nobody out: open the "
            "address without `lock=...` to have everything."
        )
    if not lock.shows(page):
        st.info("The link you came by leaves this page out. Go on with one of these.", icon=":material/lock:")
        for section in SECTIONS.values():
            for title, icon in section.items():
                page_link(title, title, icon)
        st.stop()
