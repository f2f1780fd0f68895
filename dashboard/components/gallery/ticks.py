"""Which images of a gallery somebody ticked: the browser keeps and reports them, in rounds that begin without any."""

from typing import Any

import streamlit as st

from dashboard.components.received import is_number

_ROUNDS = "gallery_rounds"
_MOST = 100_000


def read_ticks(gallery: str, num_tickable: int) -> list[int]:
    """Return the ids of a gallery's ticked tiles, also of those that are not on show just now, in the order of ticking.

    Args:
        gallery: Its key.
        num_tickable: Ids are below; whatever else comes from a browser is passed over.
    """
    reported = (st.session_state.get(gallery) or {}).get("ticked")
    return parse_ticks(reported, read_round(gallery), num_tickable)


def parse_ticks(reported: Any, round_: int, num_tickable: int) -> list[int]:
    """Check what came from the browser: the ids of this round that can be, each once."""
    if not isinstance(reported, dict) or reported.get("round") != round_:
        return []
    ids = reported.get("ids")
    whole = [each for each in ids if is_number(each)] if isinstance(ids, list) and len(ids) <= _MOST else []
    return list(dict.fromkeys(int(each) for each in whole if 0 <= each < num_tickable and each == int(each)))


def read_round(gallery: str) -> int:
    """Return the number of the round that goes on in a gallery of this session."""
    return int(st.session_state.get(_ROUNDS, {}).get(gallery, 0))


def untick_all(gallery: str) -> None:
    """Begin a round with none ticked. For callbacks."""
    rounds = st.session_state.setdefault(_ROUNDS, {})
    rounds[gallery] = rounds.get(gallery, 0) + 1
