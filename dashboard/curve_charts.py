"""Curves over epochs: one run's with what is to be seen in them, or one quantity of several runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts import scale_accuracy, style_figure
from dashboard.colours import CLASS_COLOURS, FINDING, TRAIN, VAL, YARDSTICK, colour_classes

Quantity = Literal["accuracy", "loss"]

CURVES = {
    "val/accuracy": "Val accuracy",
    "val/loss": "Val loss",
    "train/accuracy": "Train accuracy",
    "train/loss": "Train loss",
    "learning_rate": "Learning rate",
}

# What a step can be measured by: title, axis, and what it says.
STEP_CURVES = {
    "learning_rate": ("Learning rate", "How far each step goes, after the schedule and what was changed by hand."),
    "gradient_norm": ("Gradient norm", "Length of the gradient over all weights: leaps and zeros mean trouble."),
    "images_per_second": ("Images a second", "Training throughput, augmentation included."),
    "device_memory": ("Device memory, GB", "The most that the GPU's memory has held for this run."),
    "device_utilization": ("Device busy, %", "Share of the time in which the GPU computed."),
}


@dataclass(frozen=True)
class Mark:
    """Something to be seen at one place of a chart.

    Attributes:
        epoch: Where, fractional.
        label: In a word or two.
        tone: "finding" for what a rule found, "event" for what somebody did.
    """

    epoch: float
    label: str
    tone: Literal["finding", "event"] = "finding"


def curves_frame(
    epoch_rows: Sequence[Mapping[str, Any]], step_rows: Sequence[Mapping[str, Any]], steps_per_epoch: float
) -> pd.DataFrame:
    """Return one run's curves in long form.

    Columns: split ("train" within epochs, "val" after each), epoch (fractional within an epoch), step, accuracy in
    [0, 1], loss.
    """
    rows = [_curve_row("train", row, steps_per_epoch) for row in step_rows]
    rows += [_curve_row("val", row, steps_per_epoch) for row in epoch_rows]
    return pd.DataFrame(rows, columns=["split", "epoch", "step", "accuracy", "loss"])


def curves_figure(
    frame: pd.DataFrame,
    quantity: Quantity,
    lines: Sequence[tuple[str, float]] = (),
    marks: Sequence[Mark] = (),
    others: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw train (fine, within epochs) and val (a point an epoch) over epochs.

    Args:
        frame: As `curves_frame` returns it.
        quantity: Which of its columns.
        lines: Levels to hold an accuracy against.
        marks: What is to be seen where.
        others: Val of other runs, as `overlay_frame` returns it.
    """
    figure = go.Figure()
    number = ".1%" if quantity == "accuracy" else ".3f"
    for place, (name, part) in enumerate(() if others is None else others.groupby("run", sort=False)):
        figure.add_scatter(
            x=part["epoch"],
            y=part["value"],
            name=str(name),
            mode="lines",
            line={"width": 1.5, "dash": "dot", "color": CLASS_COLOURS[(3 * place + 2) % len(CLASS_COLOURS)]},
            hovertemplate=f"{name}, val, epoch %{{x}}: %{{y:{number}}}<extra></extra>",
        )
    for split, colour, mode in (("train", TRAIN, "lines"), ("val", VAL, "lines+markers")):
        part = frame[frame["split"] == split]
        # Points of 200 epochs would hide the line.
        shown = "lines" if len(part) > 60 else mode
        figure.add_scatter(
            x=part["epoch"],
            y=part[quantity],
            name=split,
            mode=shown,
            line={"color": colour, "width": 2 if split == "val" else 1.5},
            hovertemplate=f"{split}, epoch %{{x:.2f}}: %{{y:{number}}}<extra></extra>",
        )
    style_figure(figure, "Epoch", "Accuracy" if quantity == "accuracy" else "Loss (nats)")
    if quantity == "accuracy":
        scale_accuracy(figure, frame["accuracy"], lines)
    else:
        _scale_loss(figure, frame)
    _add_marks(figure, marks)
    return figure


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
        hover = f"{name}, epoch %{{x}}: {value}<extra></extra>"
        figure.add_scatter(x=part["epoch"], y=part["value"], name=str(name), mode="lines+markers", hovertemplate=hover)
    style_figure(figure, "Epoch", CURVES[curve])
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


def step_figure(frame: pd.DataFrame, name: str, marks: Sequence[Mark] = ()) -> go.Figure:
    """Draw one quantity of `STEP_CURVES` over epochs."""
    title = STEP_CURVES[name][0]
    hover = f"{title}, epoch %{{x:.2f}}: %{{y:.4g}}<extra></extra>"
    figure = go.Figure(
        go.Scatter(
            x=frame["epoch"], y=frame[name], mode="lines", line={"color": VAL, "width": 1.5}, hovertemplate=hover
        )
    )
    style_figure(figure, "Epoch", title)
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(height=220)
    _add_marks(figure, marks)
    return figure


def class_accuracy_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw each class's val accuracy over epochs, its name at the end of its line."""
    figure = go.Figure()
    colours = colour_classes(list(dict.fromkeys(frame["class_name"])))
    ends = frame.groupby("class_name", sort=False)["accuracy"].last().sort_values()
    for name, part in frame.groupby("class_name", sort=False):
        hover = f"{name}, epoch %{{x}}: %{{y:.1%}}<extra></extra>"
        line = {"color": colours[str(name)], "width": 2}
        mode = "lines" if len(part) > 1 else "markers"
        figure.add_scatter(
            x=part["epoch"], y=part["accuracy"], name=str(name), mode=mode, line=line, hovertemplate=hover
        )
    style_figure(figure, "Epoch", "Val accuracy of the class")
    for name, height in _spread_out(ends).items():
        text = f"{name} {100 * ends[name]:.0f} %"
        font = {"size": 11, "color": colours[str(name)]}
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", y=height, text=text, font=font, showarrow=False, align="left"
        )
    figure.update_layout(height=380, showlegend=False, margin={"r": 110})
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure


def _spread_out(ends: pd.Series, gap: float = 0.05) -> dict[Any, float]:
    """Move the labels of lines that end close together apart; `ends` ascends."""
    heights: dict[Any, float] = {}
    last = -gap
    for name, value in ends.items():
        last = max(float(value), last + gap)
        heights[name] = last
    over = max(0.0, last - 1.0)
    return {name: height - over for name, height in heights.items()}


def _curve_row(split: str, row: Mapping[str, Any], steps_per_epoch: float) -> dict[str, Any]:
    epoch = row["epoch"] if split == "val" else row["step"] / max(steps_per_epoch, 1)
    values = {quantity: row.get(f"{split}/{quantity}") for quantity in ("accuracy", "loss")}
    return {"split": split, "epoch": epoch, "step": row["step"], **values}


def _scale_loss(figure: go.Figure, frame: pd.DataFrame) -> None:
    """From zero to a little above what matters: a first loss of many nats, or a burst, would flatten all else."""
    losses = frame["loss"].dropna()
    if losses.empty:
        return
    top = max(float(losses.quantile(0.98)), float(frame.loc[frame["split"] == "val", "loss"].median() or 0) * 1.2)
    figure.update_yaxes(range=[0, min(float(losses.max()), 1.5 * top) * 1.05 + 1e-6])


def _add_marks(figure: go.Figure, marks: Sequence[Mark]) -> None:
    """A line with its number or word above; what stands close together shares the room by height."""
    for place, mark in enumerate(sorted(marks, key=lambda mark: mark.epoch)):
        colour = FINDING if mark.tone == "finding" else YARDSTICK
        figure.add_vline(x=mark.epoch, line={"color": colour, "width": 1.5, "dash": "dash"})
        figure.add_annotation(
            x=mark.epoch,
            y=0.98 - 0.1 * (place % 4),
            yref="paper",
            text=mark.label,
            font={"size": 11, "color": colour},
            showarrow=False,
            xanchor="left",
            xshift=3,
        )
