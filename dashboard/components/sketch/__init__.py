"""Paper to draw on, by mouse, finger, pen or keyboard; what is drawn comes back at the networks' 32x32 pixels."""

import base64
import binascii
from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.registration import register

_COMPONENT = register(__file__, "buttons")
_SIDE = 32
_NUM_BYTES = 3 * _SIDE**2


def sketch(label: str, action: str, *, key: str, on_drawn: Callable[[NDArray[np.uint8]], None]) -> None:
    """Show paper, colours and brushes. A drawing stays on the paper for as long as the browser's tab is open.

    Args:
        label: What is drawn on, for those who do not see it.
        action: What the button says that hands the drawing over.
        key: The component's.
        on_drawn: Called with an image (3, 32, 32) uint8 when somebody hands it over.
    """

    def drawn() -> None:
        image = read_drawing((st.session_state.get(key) or {}).get("drawn"))
        if image is not None:
            on_drawn(image)

    _COMPONENT(key=key, data={"label": label, "action": action}, on_drawn_change=drawn)


def read_drawing(value: object) -> NDArray[np.uint8] | None:
    """Check what came from the browser: Base64 of 32x32 pixels, row by row, as an image (3, 32, 32); else None."""
    if not isinstance(value, str) or len(value) != 4 * _NUM_BYTES // 3:
        return None
    try:
        pixels = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(pixels) != _NUM_BYTES:
        return None
    return np.ascontiguousarray(np.frombuffer(pixels, np.uint8).reshape(_SIDE, _SIDE, 3).transpose(2, 0, 1))
