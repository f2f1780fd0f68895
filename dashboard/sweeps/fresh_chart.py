"""The best of a sweep with fresh seeds, beside what the sweep said of them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cifar_core.sweeps import Fresh
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import QUIET, VAL, WRONG
from dashboard.drawing.shares import hover_share, share_axis
from dashboard.drawing.words import percent

# Student's interval of two values reaches beyond everything that can be.
_FEWEST = 3


def find_interval(each: Fresh) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean as far as it can be, in [0, 1]; None with fewer than three seeds."""
    if each.low is None or each.high is None or len(each.scores) < _FEWEST:
        return None
    return max(0.0, each.low), min(1.0, each.high)


def describe_interval(each: Fresh) -> str:
    """Return the interval in brackets, behind a space; empty without one."""
    interval = find_interval(each)
    return "" if interval is None else f" ({percent(interval[0])} to {percent(interval[1])})"


def fresh_frame(fresh: Sequence[Fresh]) -> pd.DataFrame:
    """Return a row a promoted configuration, the highest mean first: number, claimed, mean, low, high, scores."""
    rows = []
    for each in fresh:
        low, high = find_interval(each) or (None, None)
        told = {"number": each.trial.number, "claimed": each.claimed, "mean": each.mean, "low": low, "high": high}
        rows.append(told | {"scores": list(each.scores.values())})
    return pd.DataFrame(rows, columns=["number", "claimed", "mean", "low", "high", "scores"])


def fresh_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw what fresh seeds came to with their mean and its interval, beside what the sweep said."""
    figure = go.Figure()
    seeds = frame.explode("scores")
    _add_marks(figure, "A fresh seed", seeds, "scores", {"color": QUIET, "size": 7, "opacity": 0.7})
    _add_marks(figure, "Their mean", frame, "mean", {"color": VAL, "size": 12}, error_x=_reach(frame))
    said = {"color": WRONG, "size": 12, "symbol": "diamond-open", "line": {"width": 2}}
    _add_marks(figure, "What the sweep said", frame, "claimed", said)
    style_figure(figure, "Val accuracy", None)
    # On a phone the legend has a line each: above the plot, in room of its own.
    figure.update_layout(
        height=160 + 44 * len(frame), margin={"t": 70}, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    )
    figure.update_xaxes(**share_axis())
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def _add_marks(
    figure: go.Figure, name: str, frame: pd.DataFrame, column: str, marker: dict[str, Any], **more: Any
) -> None:
    figure.add_scatter(
        x=100 * frame[column].astype(float),
        y=[f"#{number}" for number in frame["number"]],
        mode="markers",
        name=name,
        marker=marker,
        hovertemplate=f"%{{y}}: {hover_share('x')}<extra>%{{fullData.name}}</extra>",
        **more,
    )


def _reach(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how far intervals reach from their means, as plotly draws it."""
    return {
        "type": "data",
        "array": (100 * (frame["high"].astype(float) - frame["mean"])).fillna(0.0).tolist(),
        "arrayminus": (100 * (frame["mean"] - frame["low"].astype(float))).fillna(0.0).tolist(),
        "color": VAL,
        "thickness": 2,
    }
