"""Curves over epochs: one run's with what is to be seen in them, or one quantity of several runs."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.components import Level, Line, LineChart, Mark
from dashboard.drawing.chart_style import EPOCH, scale_accuracy, style_figure, top_of_accuracy
from dashboard.drawing.colours import CLASS_COLOURS, RIGHT, TRAIN, VAL, WRONG, colour_classes
from dashboard.drawing.literal import in_figure

Quantity = Literal["accuracy", "loss"]

# Dots of more epochs would hide the line.
_MOST_POINTS = 60

CURVES = {
    "val/accuracy": "Val accuracy",
    "val/loss": "Val loss",
    "train/accuracy": "Train accuracy",
    "train/loss": "Train loss",
    "learning_rate": "Learning rate",
}

STEP_CHART_HEIGHT = 200  # CSS pixels

# What a step can be measured by: title, axis, and what it says.
STEP_CURVES = {
    "learning_rate": ("Learning rate", "How far each step goes, after the schedule and what was changed by hand."),
    "gradient_norm": ("Gradient norm", "Length of the gradient over all weights: leaps and zeros mean trouble."),
    "images_per_second": ("Images a second", "Training throughput, augmentation included."),
    "device_memory": ("Device memory, GB", "The most that the GPU's memory has held for this run."),
    "device_utilization": ("Device busy, %", "Share of the time in which the GPU computed."),
}


def curves_frame(
    epoch_rows: Sequence[Mapping[str, Any]], step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float
) -> pd.DataFrame:
    """Return one run's curves in long form; columns as the keys of `curve_rows`."""
    rows = curve_rows(epoch_rows, step_rows, steps_per_epoch)
    return pd.DataFrame(rows, columns=["split", "epoch", "step", "accuracy", "loss"])


def curve_rows(
    epoch_rows: Sequence[Mapping[str, Any]], step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float
) -> list[dict[str, Any]]:
    """Return one run's curves as points.

    Keys: split ("train" within epochs, "val" after each), epoch (fractional within an epoch), step, accuracy in [0, 1],
    loss; None where there is no value.
    """
    train = [_curve_row("train", row, steps_per_epoch) for row in step_rows]
    return train + [_curve_row("val", row, steps_per_epoch) for row in epoch_rows]


def curves_chart(
    rows: Sequence[Mapping[str, Any]],
    quantity: Quantity,
    yardsticks: Sequence[tuple[str, float]] = (),
    marks: Sequence[Mark] = (),
    others: pd.DataFrame | None = None,
) -> LineChart:
    """Draw train (fine, within epochs) and val (a point an epoch) over epochs.

    Args:
        rows: As `curve_rows` returns them. Drawn anew each second while a run goes on, hence no table.
        quantity: Which of their values.
        yardsticks: Levels to hold an accuracy against.
        marks: What is to be seen where.
        others: Val of other runs, as `overlay_frame` returns it.
    """
    lines = []
    for place, (name, other) in enumerate(() if others is None else others.groupby("run", sort=False)):
        colour = CLASS_COLOURS[(3 * place + 2) % len(CLASS_COLOURS)]
        lines.append(Line(str(name), other["epoch"].tolist(), other["value"].tolist(), colour, 1.5, is_dotted=True))
    for split, colour, width in (("train", TRAIN, 1.5), ("val", VAL, 2.0)):
        part = [row for row in rows if row["split"] == split]
        has_points = split == "val" and len(part) <= _MOST_POINTS
        x, y = [row["epoch"] for row in part], [row[quantity] for row in part]
        lines.append(Line(split, x, y, colour, width, has_points=has_points))
    if quantity == "loss":
        train, val = (_known(line.y) for line in lines[-2:])
        return LineChart(lines, "Epoch", "Loss (nats)", (0.0, _top_of_loss(train, val)), marks=marks)
    top = top_of_accuracy([row["accuracy"] for row in rows], yardsticks)
    levels = [Level(name, level) for name, level in yardsticks if level <= top]
    return LineChart(lines, "Epoch", "Accuracy", (0.0, top), is_share=True, levels=levels, marks=marks)


def overlay_frame(rows_by_run: Mapping[str, Sequence[Mapping[str, Any]]], curve: str) -> pd.DataFrame:
    """Return one curve of several runs in long form: columns run, epoch, value."""
    rows = [
        {"run": name, "epoch": row["epoch"], "value": row[curve]}
        for name, epoch_rows in rows_by_run.items()
        for row in epoch_rows
        if row.get(curve) is not None
    ]
    return pd.DataFrame(rows, columns=["run", "epoch", "value"])


def overlay_figure(frame: pd.DataFrame, curve: str, lines: Sequence[tuple[str, float]] = ()) -> go.Figure:
    """Draw one curve of several runs over each other."""
    figure = go.Figure()
    is_accuracy = curve.endswith("accuracy")
    for name, part in frame.groupby("run", sort=False):
        value = "%{y:.1%}" if is_accuracy else "%{y:.4g}"
        hover = f"%{{fullData.name}}, epoch %{{x}}: {value}<extra></extra>"
        figure.add_scatter(
            x=part["epoch"],
            y=part["value"],
            name=in_figure(str(name), most=None),
            mode="lines+markers",
            hovertemplate=hover,
        )
    style_figure(figure, EPOCH, CURVES[curve])
    # Below the plot: the names of many runs would cover the curves.
    figure.update_layout(height=340, legend={"y": -0.25})
    if is_accuracy:
        scale_accuracy(figure, frame["value"], lines)
    return figure


def steps_frame(step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float) -> pd.DataFrame:
    """Return a row for each report within epochs: epoch (fractional), step, and the quantities of `STEP_CURVES`."""
    rows = [
        {"epoch": row["step"] / max(steps_per_epoch, 1), "step": row["step"]}
        | {name: row.get(name) for name in STEP_CURVES}
        for row in step_rows
    ]
    frame = pd.DataFrame(rows, columns=["epoch", "step", *STEP_CURVES])
    frame["device_memory"] = frame["device_memory"].astype(float) / 1e9
    return frame.dropna(axis="columns", how="all")


def step_chart(frame: pd.DataFrame, name: str, marks: Sequence[Mark] = ()) -> LineChart:
    """Draw one quantity of `STEP_CURVES` over epochs."""
    title = STEP_CURVES[name][0]
    top = float(frame[name].max()) * 1.08
    line = Line(title, frame["epoch"].tolist(), frame[name].tolist(), VAL, 1.5)
    return LineChart([line], "Epoch", title, (0.0, top or 1.0), marks=marks, height=STEP_CHART_HEIGHT, has_legend=False)


def class_accuracy_chart(frame: pd.DataFrame) -> LineChart:
    """Draw each class's val accuracy over epochs, its name at the end of its line."""
    colours = colour_classes(list(dict.fromkeys(frame["class_name"])))
    lines = []
    for name, part in frame.groupby("class_name", sort=False):
        accuracies = part["accuracy"].tolist()
        label = f"{name} {100 * accuracies[-1]:.0f} %"
        lines.append(Line(str(name), part["epoch"].tolist(), accuracies, colours[str(name)], end_label=label))
    title = "Val accuracy of the class"
    return LineChart(lines, "Epoch", title, (0.0, 1.02), is_share=True, height=380, has_legend=False)


def _curve_row(split: str, row: Mapping[str, Any], steps_per_epoch: float) -> dict[str, Any]:
    epoch = row["epoch"] if split == "val" else row["step"] / max(steps_per_epoch, 1)
    values = {quantity: row.get(f"{split}/{quantity}") for quantity in ("accuracy", "loss")}
    return {"split": split, "epoch": epoch, "step": row.get("step"), **values}


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and value == value]


def _top_of_loss(train: list[float], val: list[float]) -> float:
    """A little above what matters: a first loss of many nats, or a burst, would flatten all else."""
    losses = train + val
    if not losses:
        return 1.0
    most = float(np.quantile(losses, 0.98))
    top = max(most, max(val, default=0.0))
    return min(max(losses), 1.5 * most, max(top, 1e-6)) * 1.05 + 1e-6


def track_figure(epochs: np.ndarray, probs_true: np.ndarray, is_right: np.ndarray) -> go.Figure:
    """Draw the probability of an image's true class over epochs, each marked as right or wrong."""
    figure = go.Figure(
        go.Scatter(x=epochs, y=probs_true, mode="lines", line={"color": TRAIN}, showlegend=False, hoverinfo="skip")
    )
    for holds, name, colour, symbol in ((True, "right", RIGHT, "circle"), (False, "wrong", WRONG, "x")):
        chosen = is_right == holds
        figure.add_scatter(
            x=epochs[chosen],
            y=probs_true[chosen],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 8},
            hovertemplate="epoch %{x}: %{y:.1%}<extra></extra>",
        )
    style_figure(figure, EPOCH, "Probability of the true class")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_layout(height=220)
    return figure
