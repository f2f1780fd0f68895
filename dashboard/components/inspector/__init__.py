"""One image, large: its pixels crisp, its channels one by one, the value under the pointer."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.registration import register

_COMPONENT = register(__file__)


def image_inspector(
    image: NDArray[np.uint8],
    title: str,
    *,
    key: str,
    hint: str = "",
    side: int = 352,
    on_step: Callable[[int], None] | None = None,
) -> None:
    """Show an image at 11 times its size.

    Args:
        image: (3, 32, 32) uint8.
        title: Above it.
        key: The component's.
        hint: Below it while the pointer is elsewhere; read aloud with the title.
        side: Of the picture, in CSS pixels, where the page is wide enough.
        on_step: Called with -1 or 1 when an arrow key asks for the image before or after.
    """

    def stepped() -> None:
        # It comes from a browser: only these two are steps.
        step = (st.session_state.get(key) or {}).get("step")
        if step in (-1, 1) and on_step is not None:
            on_step(int(step))

    _COMPONENT(key=key, data=encode_image(image, title, hint, side), on_step_change=stepped)


def encode_image(image: NDArray[np.uint8], title: str, hint: str, side: int) -> bytes:
    """Pack what is shown into one message; arguments as for `image_inspector`."""
    return pack_message({"title": title, "hint": hint, "side": side}, encode_sprite(image[None], columns=1))
