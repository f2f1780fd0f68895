"""Labelled images of which some labels are wrong, to be pointed at against the clock; and then what was true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.received import read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__)
_SPRITE_COLUMNS = 20


@dataclass(frozen=True, eq=False)
class Revealed:
    """What was true, once the game is over.

    Attributes:
        planted: Places of the wrong labels.
        flagged: Places that somebody pointed at.
        others: Places that the other player pointed at.
        true_names: What each image is labelled really.
    """

    planted: Sequence[int]
    flagged: Sequence[int]
    others: Sequence[int]
    true_names: Sequence[str]


def hunt(
    images: NDArray[np.uint8],
    labels: Sequence[str],
    *,
    key: str,
    seconds: int,
    num_wrong: int,
    on_finish: Callable[[list[int]], None],
    revealed: Revealed | None = None,
) -> None:
    """Show labelled images, once somebody starts, and tell which were pointed at when the time is up or they are done.

    Args:
        images: (N, 3, 32, 32) uint8.
        labels: N, as they are shown.
        key: The component's.
        seconds: Until the time is up.
        num_wrong: How many of the labels are wrong, to be told.
        on_finish: Called with the places that were pointed at, before the rerun that it causes.
        revealed: What was true. With it, nothing is asked any more.
    """

    def finished() -> None:
        told = read_places((st.session_state.get(key) or {}).get("finished"), len(images))
        if told is not None:
            on_finish(told)

    message = encode_hunt(images, labels, seconds, num_wrong, revealed)
    _COMPONENT(key=key, data=message, on_finished_change=finished)


def encode_hunt(
    images: NDArray[np.uint8],
    labels: Sequence[str],
    seconds: int,
    num_wrong: int,
    revealed: Revealed | None = None,
) -> bytes:
    """Pack a game into one message. What is true travels with it when the game is over, and not before."""
    header: dict[str, object] = {
        "labels": list(labels),
        "spriteColumns": _SPRITE_COLUMNS,
        "seconds": seconds,
        "numWrong": num_wrong,
        "revealed": None,
    }
    if revealed is not None:
        header["revealed"] = {
            "planted": list(revealed.planted),
            "flagged": list(revealed.flagged),
            "others": list(revealed.others),
            "names": list(revealed.true_names),
        }
    return pack_message(header, encode_sprite(images, _SPRITE_COLUMNS))


def read_places(value: Any, num_images: int) -> list[int] | None:
    """Check what came from the browser: places of images, each once; anything else is None."""
    if not isinstance(value, dict) or not isinstance(value.get("flagged"), list):
        return None
    places = {read_place(each, num_images) for each in value["flagged"]}
    return None if None in places else sorted(place for place in places if place is not None)
