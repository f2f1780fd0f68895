"""The best of a sweep with fresh seeds, beside what the sweep said of them."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from cifar_core.sweeps import Fresh
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import QUIET, VAL, WRONG


def fresh_frame(fresh: Sequence[Fresh]) -> pd.DataFrame:
    """Return a row a promoted configuration, the highest mean first: number, claimed, mean, low, high, scores."""
    rows = [
        {
            "number": each.trial.number,
            "claimed": each.claimed,
            "mean": each.mean,
            "low": each.low,
            "high": each.high,
            "scores": list(each.scores.values()),
        }
        for each in fresh
    ]
    return pd.DataFrame(rows, columns=["number", "claimed", "mean", "low", "high", "scores"])


def fresh_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw what fresh seeds came to with their mean and its interval, beside what the sweep said."""
    figure, names = go.Figure(), [f"#{number}" for number in frame["number"]]
    dots = [(name, score) for name, scores in zip(names, frame["scores"], strict=True) for score in scores]
    hover = "%{y}: %{x:.1%}<extra>%{fullData.name}</extra>"
    figure.add_scatter(
        x=[score for _, score in dots],
        y=[name for name, _ in dots],
        mode="markers",
        name="A fresh seed",
        marker={"color": QUIET, "size": 7, "opacity": 0.7},
        hovertemplate=hover,
    )
    reach = {
        "type": "data",
        "array": (frame["high"] - frame["mean"]).astype(float).tolist(),
        "arrayminus": (frame["mean"] - frame["low"]).astype(float).tolist(),
        "color": VAL,
        "thickness": 2,
    }
    mean = {"color": VAL, "size": 12}
    figure.add_scatter(
        x=frame["mean"], y=names, error_x=reach, mode="markers", name="Their mean", marker=mean, hovertemplate=hover
    )
    said = {"color": WRONG, "size": 12, "symbol": "diamond-open", "line": {"width": 2}}
    figure.add_scatter(
        x=frame["claimed"], y=names, mode="markers", name="What the sweep said", marker=said, hovertemplate=hover
    )
    style_figure(figure, "Val accuracy", None)
    figure.update_layout(height=130 + 44 * len(frame))
    figure.update_xaxes(tickformat=".1%")
    figure.update_yaxes(autorange="reversed", type="category")
    return figure
