"""Labels to be judged one after another, by mouse and by keyboard: right, wrong or unsure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.received import is_number, read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__, "keys")
_SPRITE_COLUMNS = 20
JUDGEMENTS = ("right", "wrong", "unsure")


@dataclass(frozen=True)
class Doubt:
    """A label that is doubted.

    Attributes:
        index: The image's place in the dataset.
        given_idx: The class that it is labelled.
        suggested_idx: The class that is likelier.
        note: What else is known, e.g. "98 % sure".
        judgement: One of JUDGEMENTS, or empty while nobody judged.
        shown_idx: The class that somebody says it shows; None where nobody said.
    """

    index: int
    given_idx: int
    suggested_idx: int
    note: str
    judgement: str = ""
    shown_idx: int | None = None


@dataclass(frozen=True)
class Judged:
    """What somebody decided, or took back.

    Attributes:
        index: The image's place in the dataset.
        judgement: One of JUDGEMENTS; empty where it is taken back.
        shown_idx: The class that it shows, where that was said.
    """

    index: int
    judgement: str
    shown_idx: int | None


def judging(
    images: NDArray[np.uint8],
    doubts: Sequence[Doubt],
    class_names: Sequence[str],
    *,
    key: str,
    on_judge: Callable[[list[Judged]], None],
) -> None:
    """Show labels to be judged, and tell what is decided.

    The browser shows at once what was decided and goes on to the next one; it sends all that it decided since it was
    opened, so that of several quick ones none is lost, and what was heard already is left out here.

    Args:
        images: (N, 3, 32, 32) uint8.
        doubts: N, in the order of the images. While they stay the same, the page keeps its place.
        class_names: C names.
        key: The component's.
        on_judge: Called with what is new, in order, before the rerun that it causes.
    """
    indices = {doubt.index for doubt in doubts}

    def heard() -> None:
        told = read_judged((st.session_state.get(key) or {}).get("decided"), indices, len(class_names))
        mount, seen = st.session_state.get(f"{key}_heard", ("", 0))
        if told is None:
            return
        now, entries = told
        new = [judged for number, judged in entries if now != mount or number > seen]
        st.session_state[f"{key}_heard"] = (now, max((number for number, _ in entries), default=0))
        if new:
            on_judge(new)

    message = encode_judging(images, doubts, class_names)
    _COMPONENT(key=key, data=message, on_decided_change=heard)


def has_decided(key: str) -> bool:
    """Whether something was decided in the component since it was opened."""
    return bool((st.session_state.get(key) or {}).get("decided"))


def encode_judging(images: NDArray[np.uint8], doubts: Sequence[Doubt], class_names: Sequence[str]) -> bytes:
    """Pack what is to be judged into one message; arguments as for `judging`."""
    header = {
        "names": list(class_names),
        "spriteColumns": _SPRITE_COLUMNS,
        "ids": [doubt.index for doubt in doubts],
        "given": [doubt.given_idx for doubt in doubts],
        "suggested": [doubt.suggested_idx for doubt in doubts],
        "notes": [doubt.note for doubt in doubts],
        "judgements": [doubt.judgement for doubt in doubts],
        "shown": [doubt.shown_idx for doubt in doubts],
    }
    return pack_message(header, encode_sprite(images, _SPRITE_COLUMNS))


def read_judged(value: Any, indices: set[int], num_classes: int) -> tuple[str, list[tuple[int, Judged]]] | None:
    """Check what came from the browser: which opening it is of, and numbered decisions; what is no such is left out."""
    if not isinstance(value, dict) or not isinstance(value.get("mount"), str) or not isinstance(value.get("log"), list):
        return None
    found = (_read_entry(entry, indices, num_classes) for entry in value["log"])
    return value["mount"], [entry for entry in found if entry is not None]


def _read_entry(entry: Any, indices: set[int], num_classes: int) -> tuple[int, Judged] | None:
    if not isinstance(entry, list | tuple) or len(entry) != 4:
        return None
    number, index, judgement, shown = entry
    if not is_number(number) or number != int(number) or not is_number(index) or index not in indices:
        return None
    shown_idx = read_place(shown, num_classes)
    if judgement not in ("", *JUDGEMENTS) or (shown_idx is None) != (shown is None):
        return None
    return int(number), Judged(int(index), judgement, shown_idx)
