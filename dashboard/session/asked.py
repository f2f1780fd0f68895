"""Whether an address that the browser sends is one that somebody wants, or one that was replaced meanwhile."""

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_OFFERED, _MOST_OFFERED = "address_offered", 200


def offer(carried: Mapping[str, str]) -> None:
    """Note what a link on the open page to itself carries, by the parameters' names."""
    offered = [others for others in st.session_state.get(_OFFERED, []) if others != carried]
    st.session_state[_OFFERED] = [*offered, dict(carried)][-_MOST_OFFERED:]


def is_asked_for(present: Mapping[str, str]) -> bool:
    """Whether somebody wants the open page at another address: by Back, Forward, or one of the page's own links.

    Else it is outdated: who goes through a form quickly, or over a slow line, changes the next box before the browser
    has heard what the last one made of the address. What the session holds is newer then.

    Args:
        present: What the address carries, by the parameters' names.
    """
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        return True
    return present in st.session_state.get(_OFFERED, [])
