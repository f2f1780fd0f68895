"""Many configurations at once: an axis a setting, a line a configuration, and ranges of axes that select lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboard.components.messages import as_data
from dashboard.components.received import is_number
from dashboard.components.registration import register

__all__ = ["Axis", "Brushes", "Path", "parallel", "read_brushes", "select_paths"]

_COMPONENT = register(__file__, "buttons", "tip")

# By an axis' key, from where to where it selects, ends included.
Brushes = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """A setting, or a result.

    Attributes:
        key: Which; each once.
        title: In words.
        low: The end at the bottom.
        high: The end at the top.
        is_log: Whether equal steps are equal factors.
        is_share: Whether values are shares, to be written as per cent.
        choices: Words of the values 0, 1, 2, ...; empty of numbers.
    """

    key: str
    title: str
    low: float
    high: float
    is_log: bool = False
    is_share: bool = False
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Path:
    """A configuration: a line from axis to axis.

    Attributes:
        id: Its number.
        name: What a pointer is told of it.
        values: On each axis; None where there is none, and the line has a gap or ends.
        strength: How good it is among all, in [0, 1]; None: nothing is known yet.
        tone: "bad" for what came to nothing, "open" for what goes on.
    """

    id: int
    name: str
    values: Sequence[float | None]
    strength: float | None = None
    tone: Literal["", "bad", "open"] = ""


def parallel(
    axes: Sequence[Axis],
    paths: Sequence[Path],
    brushes: Brushes,
    label: str,
    *,
    key: str,
    on_brush: Callable[[dict[str, tuple[float, float]]], None],
) -> None:
    """Show them. Dragging along an axis selects the lines that pass there; so do its two handles, by keyboard as well.

    Args:
        axes: From left to right; on a phone from top to bottom.
        paths: Later ones on top.
        brushes: What selects; none selects all.
        label: What is seen, for who does not see it.
        key: The component's.
        on_brush: Called with what somebody brushes before the rerun that it causes.
    """
    keys = [axis.key for axis in axes]

    def brushed() -> None:
        on_brush(read_brushes((st.session_state.get(key) or {}).get("brushed"), keys))

    data = {
        "label": label,
        "axes": as_data(axes),
        "paths": as_data(paths),
        "brushes": {name: list(ends) for name, ends in brushes.items() if name in keys},
    }
    _COMPONENT(key=key, data=data, height="content", on_brushed_change=brushed)


def read_brushes(value: object, keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Check what came from a browser or an address; what selects on no axis is left out."""
    found: dict[str, tuple[float, float]] = {}
    for name, ends in value.items() if isinstance(value, dict) else ():
        numbers = ends if isinstance(ends, list | tuple) and len(ends) == 2 else ()
        if name in keys and numbers and all(is_number(number) for number in numbers) and numbers[0] <= numbers[1]:
            found[name] = (float(numbers[0]), float(numbers[1]))
    return found


def select_paths(axes: Sequence[Axis], paths: Sequence[Path], brushes: Brushes) -> list[Path]:
    """Return the lines that pass through all brushes; without any, all lines."""
    places = [(place, brushes[axis.key]) for place, axis in enumerate(axes) if axis.key in brushes]

    def passes(path: Path) -> bool:
        values = ((path.values[place], ends) for place, ends in places)
        return all(value is not None and low <= value <= high for value, (low, high) in values)

    return [path for path in paths if passes(path)]
