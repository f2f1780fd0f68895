"""Charts of the Labels page."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import RIGHT, WRONG, YARDSTICK
from dashboard.drawing.shares import hover_share, in_per_cent, share_axis


def bin_name(row: pd.Series) -> str:
    """Return what a bin of people's entropy is called."""
    if row["high"] == 0:
        return "all agree (0)"
    return f"over {row['low']:g}" if row["high"] == float("inf") else f"up to {row['high']:g}"


def doubt_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw, for each bin of people's entropy, how right the network is beside how sure, and how right people are."""
    shown = in_per_cent(frame, ["confidence", "right", "right_low", "right_high", "people_right"])
    names = [bin_name(row) for _, row in frame.iterrows()]
    ends = {
        "array": shown["right_high"] - shown["right"],
        "arrayminus": shown["right"] - shown["right_low"],
        "thickness": 1,
        "width": 4,
        "color": YARDSTICK,
    }
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=shown["right"],
        error_y=ends,
        name="network right",
        marker_color=RIGHT,
        customdata=shown[["bin", "num_images"]],
        hovertemplate=f"%{{x}}: network right on {hover_share('y')} of %{{customdata[1]:,}} images<extra></extra>",
    )
    for column, name, colour, symbol in (
        ("confidence", "network sure", WRONG, "diamond"),
        ("people_right", "one person right", YARDSTICK, "circle"),
    ):
        figure.add_scatter(
            x=names,
            y=shown[column],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 9, "symbol": symbol},
            customdata=shown[["bin", "num_images"]],
            hovertemplate=f"%{{x}}: {name} {hover_share('y')}<extra></extra>",
        )
    style_figure(figure, "Entropy of people's answers (nats)", "Share")
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_layout(height=320)
    return figure
