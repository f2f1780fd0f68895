"""The wish of a part of the page, which redraws alone, that all of the page follow it."""

import streamlit as st

_WISH = "redraw_wished"


def ask_for_redraw() -> None:
    """Let the whole page follow a part of it that redraws alone. For callbacks."""
    st.session_state[_WISH] = True


def is_redraw_due() -> bool:
    """Whether the whole page has to be drawn again; asking takes the wish."""
    return st.session_state.pop(_WISH, False)
