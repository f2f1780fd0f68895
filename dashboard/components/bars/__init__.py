"""Labelled rows of one bar or several, for shares between 0 and 1: a list that is read, walked and pointed at."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.components.messages import as_data
from dashboard.components.registration import register

_COMPONENT = register(__file__, "tip")
# Heights in rem; the component draws with them, and so much room is kept until it does.
_ROW, _EACH_BAR, _LEGEND = 1.5, 0.25, 1.75


@dataclass(frozen=True)
class Bar:
    """A bar and the number at its end.

    Attributes:
        share: Its length, in [0, 1].
        text: The number that stands at its end.
        exact: The number as it is told of a row that is pointed at, has the keyboard or was tapped.
        colour: As CSS.
    """

    share: float
    text: str
    exact: str
    colour: str


@dataclass(frozen=True)
class BarRow:
    """A row.

    Attributes:
        name: What it is of.
        bars: One for each series.
        notes: What is special about it, in brackets behind its name, which is then bold.
    """

    name: str
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()


def bars(rows: Sequence[BarRow], *, key: str, label: str, series: Sequence[str] = ("",)) -> None:
    """Draw the rows below one another.

    Args:
        rows: At least one, in the order of drawing.
        key: The component's.
        label: What they show, for who cannot see it.
        series: What each bar of a row is of, in words; several have a legend, in the colours of the first row.

    Raises:
        ValueError: There is no row, a row has not a bar for each series, or a share is not in [0, 1].
    """
    _COMPONENT(key=key, data=encode_bars(rows, label, series))


def encode_bars(rows: Sequence[BarRow], label: str, series: Sequence[str]) -> dict[str, object]:
    """Return what is sent of the rows; arguments and errors as for `bars`."""
    if not rows:
        raise ValueError("rows: there is none")
    for row in rows:
        if len(row.bars) != len(series):
            raise ValueError(f"rows: {row.name} has {len(row.bars)} bars, of {len(series)} series")
        for bar in row.bars:
            if not 0 <= bar.share <= 1:
                raise ValueError(f"rows: {row.name} has a share of {bar.share}, which is not in [0, 1]")
    row_height, legend_height = _ROW + _EACH_BAR * len(series), _LEGEND if len(series) > 1 else 0.0
    return {
        "label": label,
        "series": list(series),
        "rows": as_data(rows),
        "sizes": {"row": row_height, "legend": legend_height},
        "room": f"{legend_height + row_height * len(rows):g}rem",
    }
