"""The pictures that this session brought along, and which of them is looked at."""

import streamlit as st

from cifar_core.data.upload import Upload

_OWN, _OWN_CHOSEN = "explain_own", "explain_own_chosen"


def own_pictures() -> dict[str, tuple[str, Upload]]:
    """Return the pictures that this session brought along, the oldest first: name and content by id. To be changed."""
    return st.session_state.setdefault(_OWN, {})


def chosen_own() -> str | None:
    """Return the id of the one that is looked at, the newest until somebody chooses; None without any."""
    ids = list(own_pictures())
    chosen = st.session_state.get(_OWN_CHOSEN)
    return chosen if chosen in ids else ids[-1] if ids else None


def choose_own(picture_id: str | None) -> None:
    """Look at one of them; None: at the newest."""
    st.session_state[_OWN_CHOSEN] = picture_id
