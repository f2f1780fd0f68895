"""Curves over epochs: one run's with what is to be seen in them, or one quantity of several runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cifar_core.evaluation.bands import Band
from dashboard.components import Level, Line, LineChart, Mark
from dashboard.drawing.bands import Edges, band_line, count_seeds
from dashboard.drawing.chart_style import EPOCH, style_figure, top_of_accuracy
from dashboard.drawing.colours import RIGHT, RUN_COLOURS, TRAIN, VAL, WRONG, colour_classes
from dashboard.drawing.shares import hover_share, share_axis

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
_LOSS, _NATS = "Loss (nats)", "nats"

STEP_CHART_HEIGHT = 200  # CSS pixels

# What a step can be measured by: title, axis, and what it says.
STEP_CURVES = {
    "learning_rate": ("Learning rate", "How far each step goes, after the schedule and what was changed by hand."),
    "gradient_norm": ("Gradient norm", "Length of the gradient over all weights: leaps and zeros mean trouble."),
    "images_per_second": ("Images a second", "Training throughput, augmentation included."),
    "device_memory": ("Device memory, GB", "The most that the GPU's memory has held for this run."),
    "device_utilization": ("Device busy, %", "Share of the time in which the GPU computed."),
}


@dataclass(frozen=True)
class Points:
    """What was measured of one split, place by place; None where a value is missing.

    Attributes:
        epochs: Fractional within an epoch.
        steps: Optimizer updates.
        accuracy: In [0, 1].
        loss: In nats.
    """

    epochs: list[float]
    steps: list[int | None]
    accuracy: list[float | None]
    loss: list[float | None]


def curves_frame(
    epoch_rows: Sequence[Mapping[str, Any]], step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float
) -> pd.DataFrame:
    """Return one run's curves in long form: columns split, epoch, step, accuracy, loss."""
    rows = [
        (split, *values)
        for split, points in curve_points(epoch_rows, step_rows, steps_per_epoch).items()
        for values in zip(points.epochs, points.steps, points.accuracy, points.loss, strict=True)
    ]
    return pd.DataFrame(rows, columns=["split", "epoch", "step", "accuracy", "loss"])


def curve_points(
    epoch_rows: Sequence[Mapping[str, Any]], step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float
) -> dict[str, Points]:
    """Return one run's curves by split: "train" within epochs, "val" after each."""
    within = [row["step"] / max(steps_per_epoch, 1) for row in step_rows]
    after = [row["epoch"] for row in epoch_rows]
    return {"train": _points("train", step_rows, within), "val": _points("val", epoch_rows, after)}


def _points(split: str, rows: Sequence[Mapping[str, Any]], epochs: list[float]) -> Points:
    accuracy, loss = ([row.get(f"{split}/{quantity}") for row in rows] for quantity in ("accuracy", "loss"))
    return Points(epochs, [row.get("step") for row in rows], accuracy, loss)


def curves_chart(
    points: Mapping[str, Points],
    quantity: Quantity,
    yardsticks: Sequence[tuple[str, float]] = (),
    marks: Sequence[Mark] = (),
    others: pd.DataFrame | None = None,
    sisters: Band | None = None,
    edges: Edges = "range",
) -> LineChart:
    """Draw train (fine, within epochs) and val (a point an epoch) over epochs.

    Args:
        points: As `curve_points` returns them. Drawn anew each second while a run goes on, hence no table.
        quantity: Which of their values.
        yardsticks: Levels to hold an accuracy against.
        marks: What is to be seen where.
        others: Val of other runs, as `overlay_frame` returns it.
        sisters: Val of the runs that differ in their seed alone.
        edges: Of their band.
    """
    lines = [] if sisters is None or not sisters.epochs else [_draw_sisters(sisters, quantity, edges)]
    for place, (name, other) in enumerate(() if others is None else others.groupby("run", sort=False)):
        colour = RUN_COLOURS[(place + 1) % len(RUN_COLOURS)]  # the first is val's own
        lines.append(Line(str(name), other["epoch"].tolist(), other["value"].tolist(), colour, 1.5, is_dotted=True))
    train, val = (getattr(points[split], quantity) for split in ("train", "val"))
    lines.append(Line("train", points["train"].epochs, train, TRAIN, 1.5))
    lines.append(Line("val", points["val"].epochs, val, VAL, 2.0, has_points=len(val) <= _MOST_POINTS))
    theirs = [] if sisters is None else sisters.means
    if quantity == "loss":
        top = _top_of_loss(_known(train), _known(val) + theirs)
        return LineChart(lines, EPOCH, _LOSS, (0.0, top), unit=_NATS, marks=marks)
    top = top_of_accuracy(train + val + theirs, yardsticks)
    return LineChart(lines, EPOCH, "Accuracy", (0.0, top), is_share=True, levels=_levels(yardsticks, top), marks=marks)


def _draw_sisters(band: Band, quantity: Quantity, edges: Edges) -> Line:
    name = f"val, {count_seeds(band.num_runs).replace(' ', ' other ', 1)}"
    return band_line(name, band, VAL, edges, is_share=quantity == "accuracy", width=1.25, is_dotted=True)


def _levels(yardsticks: Sequence[tuple[str, float]], top: float) -> list[Level]:
    return [Level(name, level) for name, level in yardsticks if level <= top]


def overlay_frame(rows_by_run: Mapping[str, Sequence[Mapping[str, Any]]], curve: str) -> pd.DataFrame:
    """Return one curve of several runs in long form: columns run, epoch, value."""
    rows = [
        {"run": name, "epoch": row["epoch"], "value": row[curve]}
        for name, epoch_rows in rows_by_run.items()
        for row in epoch_rows
        if row.get(curve) is not None
    ]
    return pd.DataFrame(rows, columns=["run", "epoch", "value"])


@dataclass(frozen=True)
class Drawn:
    """How a run, or a group of runs, is drawn over others.

    Attributes:
        name: As its band has it.
        colour: CSS.
        is_baseline: Whether the others are held against it: dotted.
        is_chosen: Whether the page speaks of it: thicker.
    """

    name: str
    colour: str
    is_baseline: bool = False
    is_chosen: bool = False


def overlay_chart(
    bands: Mapping[str, Band],
    curve: str,
    drawn: Sequence[Drawn],
    yardsticks: Sequence[tuple[str, float]] = (),
    edges: Edges = "range",
) -> LineChart:
    """Draw one curve of several runs, or of several groups of them, over each other.

    Args:
        bands: Of each run or group, by name.
        curve: Which of `CURVES` they hold.
        drawn: How; those that come later lie on top.
        yardsticks: Levels to hold an accuracy against.
        edges: Of the bands.
    """
    shown = [(one, bands[one.name]) for one in drawn if one.name in bands and bands[one.name].epochs]
    lines = [_overlaid(one, band, edges, curve.endswith("accuracy")) for one, band in shown]
    values = [value for _, band in shown for value in band.highest]
    if curve.endswith("accuracy"):
        top = top_of_accuracy(values, yardsticks)
        return LineChart(lines, EPOCH, CURVES[curve], (0.0, top), is_share=True, levels=_levels(yardsticks, top))
    if curve.endswith("loss"):
        return LineChart(lines, EPOCH, f"{CURVES[curve]} (nats)", (0.0, _top_of_loss(values, [])), unit=_NATS)
    return LineChart(lines, EPOCH, CURVES[curve], (0.0, 1.08 * max(_known(values), default=1.0) or 1.0))


def _overlaid(one: Drawn, band: Band, edges: Edges, is_share: bool) -> Line:
    return band_line(
        one.name,
        band,
        one.colour,
        edges,
        is_share=is_share,
        width=3.0 if one.is_chosen else 1.75,
        is_dotted=one.is_baseline,
        has_points=len(band.epochs) <= _MOST_POINTS and not one.is_baseline,
    )


def step_points(step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float) -> dict[str, Sequence[float | None]]:
    """Return what was measured at each report within epochs: epoch (fractional), step, and quantities of `STEP_CURVES`.

    A quantity that was never measured is left out.
    """
    points: dict[str, Sequence[float | None]] = {
        "epoch": [row["step"] / max(steps_per_epoch, 1) for row in step_rows],
        "step": [row["step"] for row in step_rows],
    }
    for name in STEP_CURVES:
        values = [row.get(name) for row in step_rows]
        if any(value is not None for value in values):
            points[name] = [value and value / 1e9 for value in values] if name == "device_memory" else values
    return points


def step_chart(points: Mapping[str, Sequence[float | None]], name: str, marks: Sequence[Mark] = ()) -> LineChart:
    """Draw one quantity of `STEP_CURVES` over epochs.

    Args:
        points: As `step_points` returns them.
        name: Which of them.
        marks: What is to be seen where.
    """
    title = STEP_CURVES[name][0]
    top = max(_known(points[name]), default=0.0) * 1.08
    line = Line(title, [epoch or 0.0 for epoch in points["epoch"]], points[name], VAL, 1.5)
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
        go.Scatter(
            x=epochs, y=100 * probs_true, mode="lines", line={"color": TRAIN}, showlegend=False, hoverinfo="skip"
        )
    )
    for holds, name, colour, symbol in ((True, "right", RIGHT, "circle"), (False, "wrong", WRONG, "x")):
        chosen = is_right == holds
        figure.add_scatter(
            x=epochs[chosen],
            y=100 * probs_true[chosen],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 8},
            hovertemplate=f"epoch %{{x}}: {hover_share('y')}<extra></extra>",
        )
    style_figure(figure, EPOCH, "Probability of the true class")
    figure.update_yaxes(**share_axis(-0.02, 1.02))
    figure.update_layout(height=220)
    return figure
