"""Widgets that stand in a popover, and follow what is chosen elsewhere: by a button, a link, or Back.

A browser hears nothing of what is set in a popover that is closed. With the next press of any button it tells what the
widget showed there last, as if somebody had chosen that just now. So a widget that is set to something else goes by
another key: the browser forgets the one before, and what that one showed.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.session import address

_TIMES = "folded_times"  # how often each was set otherwise than somebody chose in it


def set_folded(name: str, value: Any) -> str:
    """Return the key of a widget that is set to a value. Before it is drawn.

    Args:
        name: Of the widget.
        value: What it shall show.
    """
    times: dict[str, int] = st.session_state.setdefault(_TIMES, {})
    key = _key(name, times.get(name, 0))
    if key in st.session_state and st.session_state[key] != value:
        times[name] = times.get(name, 0) + 1
        key = _key(name, times[name])
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _key(name: str, times: int) -> str:
    return f"{name}_{times}" if times else name


def bind_folded(parameter: address.Parameter, name: str, options: Sequence[str]) -> dict[str, Any]:
    """Let a choice in a popover show a parameter and follow it both ways, as `address.bind` does."""
    if parameter.value() not in options:
        parameter.choose(None)
    key = set_folded(name, parameter.value() or options[0])
    return {"key": key, "on_change": address.follow, "args": (parameter, key)}
