"""Images to be named one after another, against the clock: by a button a class, or by its key."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.received import is_number, read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__, "keys")
_SPRITE_COLUMNS = 20


def quiz(
    images: NDArray[np.uint8],
    class_names: Sequence[str],
    *,
    key: str,
    on_finish: Callable[[list[int], float], None],
) -> None:
    """Ask what images show, once somebody starts, and tell the answers when the last one is given.

    Args:
        images: (N, 3, 32, 32) uint8, in the order in which they are asked about.
        class_names: At most ten: keys 1 to 9 and 0 name them.
        key: The component's.
        on_finish: Called with a class for each image, and how many seconds it took, before the rerun that it causes.
    """

    def finished() -> None:
        told = read_finish((st.session_state.get(key) or {}).get("finished"), len(images), len(class_names))
        if told is not None:
            on_finish(*told)

    header = {"names": list(class_names), "spriteColumns": _SPRITE_COLUMNS, "count": len(images)}
    message = pack_message(header, encode_sprite(images, _SPRITE_COLUMNS))
    _COMPONENT(key=key, data=message, on_finished_change=finished)


def read_finish(value: Any, num_images: int, num_classes: int) -> tuple[list[int], float] | None:
    """Check what came from the browser: an answer for each image, and seconds; anything else is None."""
    if not isinstance(value, dict) or not isinstance(value.get("answers"), list):
        return None
    found = (read_place(each, num_classes) for each in value["answers"])
    answers = [answer for answer in found if answer is not None]
    if not len(answers) == len(value["answers"]) == num_images:
        return None
    seconds = value.get("seconds")
    return (answers, float(seconds)) if is_number(seconds) and seconds >= 0 else None
