"""Wishes of callbacks and of parts of the page that redraw alone: that all of it follow them, or another page open."""

import streamlit as st

_WISH, _PAGE = "redraw_wished", "page_handed_over"


def ask_for_redraw() -> None:
    """Let the whole page follow a part of it that redraws alone. For callbacks."""
    st.session_state[_WISH] = True


def is_redraw_due() -> bool:
    """Whether the whole page has to be drawn again; asking takes the wish."""
    return st.session_state.pop(_WISH, False)


def hand_over_page(page: str) -> None:
    """Ask for another page, by its title; for callbacks, which cannot switch pages themselves."""
    st.session_state[_PAGE] = page


def handed_over_page() -> str | None:
    """Return the page that a callback of this run asked for; asking takes the wish."""
    return st.session_state.pop(_PAGE, None)


def is_page_handed_over() -> bool:
    """Whether another page was asked for, and is not opened yet."""
    return _PAGE in st.session_state
