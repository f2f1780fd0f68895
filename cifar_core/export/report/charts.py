"""Charts as SVG that stands inside a page: no script, colours from the page's style."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

# As wide as a phone shows it, or half of a page: text then has its own size.
_WIDTH, _HEIGHT = 410, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 12, 38
_SQUARE = 340
_SQUARE_RIGHT = 24
_NUM_TICKS = 5


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Attributes:
        name: In the legend, and the name of its colour where it has no other: "train" or "val".
        points: x and y, in order of x.
        is_dotted: Whether each point is marked: where there are few.
        colour: Name of its colour in the page's style; empty: as it is called.
    """

    name: str
    points: Sequence[tuple[float, float]]
    is_dotted: bool = False
    colour: str = ""

    @property
    def css(self) -> str:
        """Its class in the page's style."""
        return self.colour or self.name


def say_percent(value: float) -> str:
    """Return a share as a tick says it."""
    return f"{100 * value:g}%"


def say_number(value: float) -> str:
    """Return a number as a tick says it."""
    return f"{value:.4g}"


def line_chart(
    title: str, series: Sequence[Series], *, x_title: str, say: Callable[[float], str], reaches: Sequence[float] = ()
) -> str:
    """Return lines over a common axis, as a figure with a legend.

    Args:
        title: What it shows.
        series: Lines; those without points are left out.
        x_title: Of the axis below.
        say: Words of a value on the left axis.
        reaches: Values that the left axis holds in any case.
    """
    shown = [one for one in series if one.points]
    if not shown:
        return ""
    xs, ys = ([point[axis] for one in shown for point in one.points] for axis in (0, 1))
    x_ticks = nice_ticks(min(xs), max(xs), is_whole=True)
    y_ticks = nice_ticks(min([*ys, *reaches]), max([*ys, *reaches]))
    low, high = min(min(xs), x_ticks[0]), max(max(xs), x_ticks[0])
    place_x = _scale(low, high, _LEFT, _WIDTH - _RIGHT)
    place_y = _scale(y_ticks[0], y_ticks[-1], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        *(_grid_line(place_y(tick), say(tick)) for tick in y_ticks),
        *(_tick(place_x(tick), say_number(tick)) for tick in x_ticks if low <= tick <= high),
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:g}" y="{_HEIGHT - 4}" class="mid">{escape(x_title)}</text>',
        *(_line(one, place_x, place_y) for one in shown),
    ]
    legend = " ".join(f'<span class="key {one.css}">{escape(one.name)}</span>' for one in shown)
    return (
        f"<figure><figcaption>{escape(title)} {legend}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(_describe(title, shown, say))}">'
        f"{''.join(parts)}</svg></figure>"
    )


def reliability_chart(frame: pd.DataFrame) -> str:
    """Return confidence against accuracy, each bin with its interval, beside the line where both are equal.

    Args:
        frame: As `reliability_frame` returns it.
    """
    place_x, place_y = _scale(0, 1, _LEFT, _SQUARE - _SQUARE_RIGHT), _scale(0, 1, _SQUARE - _BOTTOM, _TOP)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    most = frame["num_images"].max()
    dots = []
    for row in frame.to_dict("records"):
        x, y = place_x(row["confidence"]), place_y(row["accuracy"])
        ends = place_y(row["accuracy_low"]), place_y(row["accuracy_high"])
        radius = 2.5 + 4.5 * math.sqrt(row["num_images"] / most)
        words = f"{row['num_images']:,} images: {row['confidence']:.0%} sure, {row['accuracy']:.0%} right"
        dots.append(
            f'<line class="reach" x1="{x:.1f}" x2="{x:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}"/>'
            f'<circle class="dot val" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{words}</title></circle>'
        )
    parts = [
        *(_grid_line(place_y(tick), say_percent(tick), right=_SQUARE - _SQUARE_RIGHT) for tick in ticks),
        *(_tick(place_x(tick), say_percent(tick), bottom=_SQUARE - _BOTTOM) for tick in ticks),
        f'<line class="equal" x1="{place_x(0)}" y1="{place_y(0)}" x2="{place_x(1)}" y2="{place_y(1)}"/>',
        f'<text x="{(_LEFT + _SQUARE) / 2:g}" y="{_SQUARE - 4}" class="mid">how sure it was</text>',
        *dots,
    ]
    return (
        "<figure><figcaption>How often it was right, by how sure it was</figcaption>"
        f'<svg class="square" viewBox="0 0 {_SQUARE} {_SQUARE}" role="img" aria-label="Accuracy by confidence">'
        f"{''.join(parts)}</svg></figure>"
    )


def nice_ticks(low: float, high: float, *, is_whole: bool = False) -> list[float]:
    """Return round numbers from at most `low` to at least `high`, about five; of epochs, whole ones."""
    if high <= low:
        low, high = low - abs(low) / 2 - 1e-9, high + abs(high) / 2 + 1e-9
    rough = (high - low) / (_NUM_TICKS + 1 if is_whole else _NUM_TICKS - 1)
    power = 10 ** math.floor(math.log10(rough))
    factors = (1, 2, 5, 10) if is_whole else (1, 2, 2.5, 5, 10)
    step = next(factor * power for factor in factors if factor * power >= rough * 0.999)
    step = max(step, 1) if is_whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    span = high - low or 1.0
    return lambda value: round(start + (value - low) / span * (end - start), 2)


def _grid_line(y: float, words: str, right: float = _WIDTH - _RIGHT) -> str:
    line = f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>'
    return f'{line}<text x="{_LEFT - 6}" y="{y + 4:g}" class="end">{escape(words)}</text>'


def _tick(x: float, words: str, bottom: float = _HEIGHT - _BOTTOM) -> str:
    return f'<text x="{x}" y="{bottom + 16:g}" class="mid">{escape(words)}</text>'


def _line(series: Series, place_x: Callable[[float], float], place_y: Callable[[float], float]) -> str:
    places = [(place_x(x), place_y(y)) for x, y in series.points]
    line = f'<polyline class="line {series.css}" points="{" ".join(f"{x:g},{y:g}" for x, y in places)}"/>'
    dots = (f'<circle class="dot {series.css}" cx="{x:g}" cy="{y:g}" r="3"/>' for x, y in places)
    return line + ("".join(dots) if series.is_dotted or len(places) == 1 else "")


def _describe(title: str, series: Sequence[Series], say: Callable[[float], str]) -> str:
    ends = (
        f"{one.name} from {say(round(one.points[0][1], 4))} to {say(round(one.points[-1][1], 4))}" for one in series
    )
    return f"{title}: {', '.join(ends)}"
