"""Charts of the Errors page: each draws a frame that the core made."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cifar_core.evaluation.scorecard import Scorecard
from dashboard.components import Dot, DotRow
from dashboard.drawing.chart_style import EPOCH, style_figure
from dashboard.drawing.colours import RIGHT, TRAIN, VAL, WRONG, YARDSTICK, colour_classes
from dashboard.drawing.shares import hover_share, in_per_cent, share_axis
from dashboard.drawing.words import percent


def per_class_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw precision and recall side by side for each class, with their 95 % intervals."""
    figure = go.Figure()
    measures = {"precision": TRAIN, "recall": VAL}
    frame = in_per_cent(frame, [f"{name}{end}" for name in measures for end in ("", "_low", "_high")])
    for column, colour in measures.items():
        ends = {
            "array": frame[f"{column}_high"] - frame[column],
            "arrayminus": frame[column] - frame[f"{column}_low"],
            "thickness": 1,
            "width": 3,
            "color": YARDSTICK,
        }
        figure.add_bar(
            x=frame["class_name"],
            y=frame[column],
            error_y=ends,
            name=column,
            marker_color=colour,
            customdata=frame[[f"{column}_low", f"{column}_high"]],
            hovertemplate=f"%{{x}}: {column} {hover_share('y')}, interval {hover_share('customdata[0]')} to "
            f"{hover_share('customdata[1]')}<extra></extra>",
        )
    style_figure(figure, None, "Share")
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_layout(height=260, barmode="group")
    return figure


def ranking_figure(frame: pd.DataFrame, class_names: Sequence[str]) -> go.Figure:
    """Draw a curve for each class: ROC, or precision over recall; told apart by the frame's columns."""
    _, x, y = frame.columns[:3]
    frame = in_per_cent(frame, [x, y])
    figure = go.Figure()
    for name, colour in colour_classes(class_names).items():
        part = frame[frame["class_name"] == name]
        figure.add_scatter(
            x=part[x],
            y=part[y],
            mode="lines",
            name=name,
            line={"color": colour, "width": 1.6},
            hovertemplate=_hover(x, y),
        )
    titles = [column.replace("_", " ").capitalize() for column in (x, y)]
    style_figure(figure, titles[0], titles[1])
    if x == "false_positive_rate":
        figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=_DASHED, name="guessing", hoverinfo="skip")
    figure.update_xaxes(**share_axis(0, 1))
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_layout(height=400, legend={"orientation": "v", "x": 1.02, "y": 1})
    return figure


def reliability_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw accuracy over confidence, with 95 % intervals, and below how many images each bin holds."""
    frame = in_per_cent(frame, ["low", "high", "confidence", "accuracy", "accuracy_low", "accuracy_high"])
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.74, 0.26], vertical_spacing=0.05)
    _add_accuracy_bars(figure, frame)
    figure.add_scatter(
        x=frame["confidence"],
        y=frame["confidence"],
        mode="markers",
        marker={"color": WRONG, "size": 8, "symbol": "line-ew-open", "line": {"width": 2}},
        name="confidence",
        hovertemplate=f"mean confidence {hover_share('y')}<extra></extra>",
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", line=_DASHED, name="as sure as right", hoverinfo="skip", row=1, col=1
    )
    _add_image_counts(figure, frame)
    style_figure(figure, None, None)
    figure.update_xaxes(**share_axis(0, 1))
    figure.update_xaxes(title="Confidence: probability of the predicted class", row=2, col=1)
    figure.update_yaxes(**share_axis(0, 1.02), title="Right", row=1, col=1)
    figure.update_yaxes(title="Images", row=2, col=1)
    figure.update_layout(height=420, bargap=0)
    return figure


def _add_accuracy_bars(figure: go.Figure, frame: pd.DataFrame) -> None:
    figure.add_bar(
        **_bins(frame),
        y=frame["accuracy"],
        marker={"color": RIGHT, "line": {"width": 1, "color": "white"}},
        name="accuracy",
        error_y={
            "array": frame["accuracy_high"] - frame["accuracy"],
            "arrayminus": frame["accuracy"] - frame["accuracy_low"],
            "thickness": 1,
            "width": 3,
            "color": YARDSTICK,
        },
        customdata=frame[["confidence", "num_images"]],
        hovertemplate=f"confidence {hover_share('customdata[0]')}: {hover_share('y')} right of %{{customdata[1]}} "
        "images<extra></extra>",
        row=1,
        col=1,
    )


def _add_image_counts(figure: go.Figure, frame: pd.DataFrame) -> None:
    figure.add_bar(
        **_bins(frame),
        y=frame["num_images"],
        marker={"color": TRAIN, "line": {"width": 1, "color": "white"}},
        showlegend=False,
        hovertemplate="%{y} images<extra></extra>",
        row=2,
        col=1,
    )


def _bins(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {"x": (frame["low"] + frame["high"]) / 2, "width": frame["high"] - frame["low"]}


def coverage_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw the accuracy over the share of images answered."""
    frame = in_per_cent(frame, ["coverage", "accuracy", "threshold"])
    figure = go.Figure(
        go.Scatter(
            x=frame["coverage"],
            y=frame["accuracy"],
            mode="lines",
            line={"color": VAL, "width": 2},
            customdata=frame["threshold"],
            hovertemplate=f"{hover_share('x', 0)} answered (confidence from {hover_share('customdata')}): "
            f"{hover_share('y')} right<extra></extra>",
        )
    )
    style_figure(figure, "Share of images answered, the surest first", "Right among them")
    lowest = float(frame["accuracy"].min()) / 100
    figure.update_xaxes(**share_axis(0, 1))
    figure.update_yaxes(**share_axis(max(0.0, lowest - 0.05), 1.01))
    figure.update_layout(height=300, showlegend=False)
    return figure


def learning_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw, over epochs, what is right and what was right at least once."""
    frame = in_per_cent(frame, ["ever_right", "right"])
    figure = go.Figure()
    for column, name, colour in (("ever_right", "right at least once", TRAIN), ("right", "right", VAL)):
        figure.add_scatter(
            x=frame["epoch"],
            y=frame[column],
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 2},
            hovertemplate=f"epoch %{{x}}: {hover_share('y')} {name}<extra></extra>",
        )
    style_figure(figure, EPOCH, "Share of images")
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_layout(height=300)
    return figure


def forgetting_figure(dynamics: pd.DataFrame) -> go.Figure:
    """Draw how many images were forgotten how often."""
    counts = np.bincount(dynamics["forgettings"])
    figure = go.Figure(
        go.Bar(x=np.arange(len(counts)), y=counts, marker_color=TRAIN, hovertemplate="%{y} images<extra></extra>")
    )
    style_figure(figure, "Times forgotten", "Images")
    figure.update_xaxes(dtick=1)
    figure.update_layout(height=300, showlegend=False)
    return figure


_DASHED = {"color": YARDSTICK, "width": 1, "dash": "dot"}


def _hover(x: str, y: str) -> str:
    words = [column.replace("_", " ") for column in (x, y)]
    return f"%{{fullData.name}}: {words[0]} {hover_share('x')}, {words[1]} {hover_share('y')}<extra></extra>"


def shares_frame(card: Scorecard) -> pd.DataFrame:
    """Return a row for each accuracy of a score card that is known: what, of ("val" or "test"), value, low, high."""
    shares = {
        ("val, best epoch", "val"): card.val_best,
        ("val, last epoch", "val"): card.val_last,
        ("test", "test"): card.test,
        ("less near-duplicates", "test"): card.test_without_duplicates,
        ("less disputed labels", "test"): card.test_without_disputed,
        ("labels corrected", "test"): card.test_corrected,
    }
    rows = [(*of, share.value, share.low, share.high) for of, share in shares.items() if share is not None]
    if card.seeds is not None:
        seeds = card.seeds
        rows.insert(2, (f"mean of {seeds.num} seeds", "val", seeds.mean, max(0.0, seeds.low), min(1.0, seeds.high)))
    return pd.DataFrame(rows, columns=["what", "of", "value", "low", "high"])


def share_rows(frame: pd.DataFrame) -> list[DotRow]:
    """Return a row for each accuracy: a dot with its interval.

    Args:
        frame: As `shares_frame` returns it.
    """
    return [
        DotRow(
            what,
            [Dot(value, f"{what}: {percent(value)}, interval {percent(low)} to {percent(high)}")],
            VAL if split == "val" else TRAIN,
            interval=(low, high),
        )
        for what, split, value, low, high in frame.itertuples(index=False)
    ]
