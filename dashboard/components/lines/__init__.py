"""Lines over one axis, drawn on a canvas: cheap enough to grow each second, and zoomed as it was when they do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dashboard.components.registration import register

_COMPONENT = register(__file__, "tip")
_DIGITS = 5
_NUMBERS = ("x", "y", "low", "high")  # of a line


@dataclass(frozen=True)
class Line:
    """One curve.

    Attributes:
        name: In the legend and under the pointer.
        x: Ascending.
        y: As many; None where there is no value.
        colour: CSS.
        width: In CSS pixels.
        is_dotted: For what is only to be compared with.
        has_points: Whether each value gets a dot; sensible up to some dozens.
        end_label: Written right of the line's end, in its colour.
        low, high: Edges of a pale band in the line's colour, as many as x; both empty for a line without one.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    colour: str
    width: float = 2.0
    is_dotted: bool = False
    has_points: bool = False
    end_label: str = ""
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


@dataclass(frozen=True)
class Level:
    """A height worth knowing, with its name right of the chart."""

    name: str
    y: float


@dataclass(frozen=True)
class Mark:
    """Something to be seen at one place.

    Attributes:
        x: Where.
        label: In a word or two.
        tone: "finding" for what a rule found, "event" for what somebody did.
    """

    x: float
    label: str
    tone: Literal["finding", "event"] = "finding"


@dataclass(frozen=True)
class LineChart:
    """All that is drawn.

    Attributes:
        lines: The curves; later ones on top.
        x_title: Below.
        y_title: Above the axis.
        y_range: What is in view before somebody zooms.
        is_share: Whether heights are shares, to be written as per cent.
        unit: Of heights that are none; empty if they are plain numbers.
        levels: Dotted lines across.
        marks: Dashed lines upwards.
        height: In CSS pixels.
        has_legend: Whether names and colours are listed.
        has_tools: Whether it can be smoothed and drawn on a scale of factors, together with the page's other charts.
    """

    lines: Sequence[Line]
    x_title: str
    y_title: str
    y_range: tuple[float, float]
    is_share: bool = False
    unit: str = ""
    levels: Sequence[Level] = ()
    marks: Sequence[Mark] = ()
    height: int = 280
    has_legend: bool = True
    has_tools: bool = True


def line_chart(message: str, *, key: str) -> None:
    """Show a chart. Dragging zooms in, double-clicking zooms out, arrow keys read the values one by one.

    Charts of a page that have the axis below in common have one cursor. How strongly lines are smoothed, and what is
    drawn on a scale of factors, is the same in all of them and lasts for the visit.

    Args:
        message: As `encode_chart` makes it.
        key: The component's.
    """
    _COMPONENT(key=key, data=message, height="content")


def encode_chart(chart: LineChart, label: str) -> str:
    """Return the chart as JSON, numbers with five digits: more are not to be seen.

    Args:
        chart: What is drawn.
        label: What it shows, for screen readers.
    """
    # asdict would copy every number deeply.
    fields = vars(chart) | {
        "label": label,
        "levels": [vars(level) for level in chart.levels],
        "marks": [vars(mark) for mark in chart.marks],
    }
    del fields["lines"]
    lines = ",".join(_encode_line(line) for line in chart.lines)
    return f'{_encode(fields)[:-1]},"lines":[{lines}]}}'


def _encode_line(line: Line) -> str:
    fields = {name: value for name, value in vars(line).items() if name not in _NUMBERS}
    numbers = (f'"{name}":[{",".join(map(_shorten, getattr(line, name)))}]' for name in _NUMBERS)
    return f"{_encode(fields)[:-1]},{','.join(numbers)}}}"


def _encode(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"), allow_nan=False)


@lru_cache(maxsize=2**15)
def _shorten(value: float | None) -> str:
    """A chart that grows is all of the same numbers each time, but for the last."""
    return "null" if value is None or value != value else f"{value:.{_DIGITS}g}"
