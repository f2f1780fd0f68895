"""A range of numbers, or some of them: the boxes of one setting that is searched."""

import math
import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from cifar_core.overrides import parse_value
from cifar_core.sweeps import Searchable, write_range
from dashboard.session import state

_RANGE = re.compile(r"(?:(log|lin|int):)?([^:,\s]+):([^:,\s]+)")
_LIN, _LOG, _SOME = "Differences", "Factors", "Values"
_HELP = {
    _LIN: "From 0.1 to 0.2 is as far as from 0.2 to 0.3",
    _LOG: "From 0.001 to 0.01 is as far as from 0.01 to 0.1: for learning rates and the like",
    _SOME: "Only numbers that are named",
}
Take = Callable[[str, Any], None]


def render_range(each: Searchable, text: Any, take: Take) -> None:
    """Draw its ends and whether factors count, or the values that are tried.

    Args:
        each: Which setting.
        text: What is searched of it, as a plan has it.
        take: Called with the setting's path and what is searched then.
    """
    how, low, high = _read(each, text)
    keys = [f"sweep_{part}_{each.path}" for part in ("how", "low", "high", "some")]
    state.keep_widget_at(keys[0], how)
    low_column, high_column, how_column = st.columns([4, 4, 3], vertical_alignment="bottom")
    how_column.selectbox(
        "What counts",
        [_LIN, _LOG, _SOME] if each.most > 0 else [_LIN, _SOME],
        key=keys[0],
        help="  \n".join(f"**{name}**: {words}." for name, words in _HELP.items()),
        on_change=_follow,
        args=(each, keys, take),
    )
    if how == _SOME:
        words = ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in _values(text))
        state.keep_widget_at(keys[3], words)
        low_column.text_input(
            "Values, with commas between them", key=keys[3], on_change=_follow, args=(each, keys, take)
        )
        return
    for column, label, key, value in ((low_column, "From", keys[1], low), (high_column, "To", keys[2], high)):
        _render_end(column, label, key, value, each, (each, keys, take))


def _render_end(column: Any, label: str, key: str, value: float, each: Searchable, args: tuple[Any, ...]) -> None:
    number = int if each.kind == "int" else float
    value = min(max(value, each.least), each.most)
    state.keep_widget_at(key, number(value))
    column.number_input(
        label,
        number(each.least),
        number(each.most),
        key=key,
        step=number(_step(each, value)),
        format="%d" if each.kind == "int" else "%g",
        on_change=_follow,
        args=args,
    )


def _step(each: Searchable, value: float) -> float:
    """Return what + and - add: where factors count a tenth of the value's magnitude or so."""
    if each.kind == "int":
        return 1
    return float(f"{value / 2:.0e}") if each.is_log and value > 0 else 0.05


def _read(each: Searchable, text: Any) -> tuple[str, float, float]:
    """Return what counts, and both ends; what cannot be read is shown as it began."""
    match = _RANGE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return (_SOME if isinstance(text, list) or (isinstance(text, str) and text) else _LIN), each.low, each.high
    how, low, high = match.groups()
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = math.nan, math.nan
    if any(map(math.isnan, ends)):
        ends = each.low, each.high
    is_log = how == "log" or (how is None and each.is_log)
    return (_LOG if is_log else _LIN), *ends


def _values(text: Any) -> list[Any]:
    return text if isinstance(text, list) else [part.strip() for part in str(text).split(",")]


def _follow(each: Searchable, keys: list[str], take: Take) -> None:
    """Bring the boxes into the plan."""
    how, low, high, some = map(state.widget_value, keys)
    if how == _SOME:
        if some is None:  # it is not drawn yet: begin with both ends
            values = [low, high]
        else:
            values = [parse_value(part.strip()) for part in str(some).split(",") if part.strip()]
        take(each.path, values)
    elif low is None or high is None:
        take(each.path, write_range(each.low, each.high, is_log=how == _LOG and each.low > 0))
    else:
        take(each.path, write_range(float(low), float(high), is_log=how == _LOG))
