"""Charts: each a `*_frame()`, the table behind it, and a `*_figure(frame)`. Neither streamlit nor torch is needed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.colours import RIGHT, TRAIN, VAL, WRONG, YARDSTICK

Quantity = Literal["accuracy", "loss"]

# What an accuracy can be held against; the notebook's and the human's are CIFAR-10's.
CHANCE = ("chance", 0.1)
CIFAR10_YARDSTICKS = (CHANCE, ("notebook", 0.7365), ("one human", 0.952))

CURVES = {
    "val/accuracy": "Val accuracy",
    "val/loss": "Val loss",
    "train/accuracy": "Train accuracy",
    "train/loss": "Train loss",
    "learning_rate": "Learning rate",
}


def yardsticks(is_practice: bool) -> tuple[tuple[str, float], ...]:
    """Return the accuracies worth drawing a line at for a dataset."""
    return (CHANCE,) if is_practice else CIFAR10_YARDSTICKS


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


def curves_figure(frame: pd.DataFrame, quantity: Quantity, lines: Sequence[tuple[str, float]] = ()) -> go.Figure:
    """Draw train (fine, within epochs) and val (a point an epoch) over epochs, with yardsticks."""
    figure = go.Figure()
    number = ".1%" if quantity == "accuracy" else ".3f"
    for split, colour, mode in (("train", TRAIN, "lines"), ("val", VAL, "lines+markers")):
        part = frame[frame["split"] == split]
        figure.add_scatter(
            x=part["epoch"],
            y=part[quantity],
            name=split,
            mode=mode,
            line={"color": colour, "width": 2 if split == "val" else 1.5},
            hovertemplate=f"{split}, epoch %{{x:.2f}}: %{{y:{number}}}<extra></extra>",
        )
    style_figure(figure, "Epoch", "Accuracy" if quantity == "accuracy" else "Loss (nats)")
    if quantity == "accuracy":
        _scale_accuracy(figure, frame["accuracy"], lines)
    else:
        figure.update_yaxes(rangemode="tozero")
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
        _scale_accuracy(figure, frame["value"], lines)
    return figure


def probabilities_frame(probs: np.ndarray, class_names: Sequence[str], true_idx: int) -> pd.DataFrame:
    """Return a row a class, most probable first: class_name, probability, is_true, is_predicted."""
    frame = pd.DataFrame({"class_name": list(class_names), "probability": probs})
    frame["is_true"] = frame.index == true_idx
    frame["is_predicted"] = frame.index == int(np.argmax(probs))
    return frame.sort_values("probability", ascending=False, ignore_index=True)


def probabilities_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw a bar a class; the true and the predicted one say so in words, not by colour alone."""
    rows = list(zip(frame["class_name"], frame["is_true"], frame["is_predicted"], strict=True))
    labels = [_mark(str(name), bool(is_true), bool(is_predicted)) for name, is_true, is_predicted in rows]
    colours = [
        RIGHT if is_true else WRONG if is_predicted else "rgba(138, 148, 166, 0.6)" for _, is_true, is_predicted in rows
    ]
    figure = go.Figure(
        go.Bar(
            x=frame["probability"],
            y=labels,
            orientation="h",
            marker_color=colours,
            text=[f"{100 * value:.1f} %" for value in frame["probability"]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )
    style_figure(figure, None, None)
    figure.update_xaxes(range=[0, 1.15], visible=False)
    figure.update_yaxes(autorange="reversed", ticksuffix=" ")
    figure.update_layout(height=320, showlegend=False)
    return figure


def per_class_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw precision and recall side by side for each class."""
    figure = go.Figure()
    for column, colour in (("precision", TRAIN), ("recall", VAL)):
        figure.add_bar(
            x=frame["class_name"],
            y=frame[column],
            name=column,
            marker_color=colour,
            hovertemplate=f"%{{x}}: {column} %{{y:.1%}}<extra></extra>",
        )
    style_figure(figure, None, "Share")
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    figure.update_layout(height=240, barmode="group")
    return figure


def _curve_row(split: str, row: Mapping[str, Any], steps_per_epoch: float) -> dict[str, Any]:
    epoch = row["epoch"] if split == "val" else row["step"] / max(steps_per_epoch, 1)
    values = {quantity: row.get(f"{split}/{quantity}") for quantity in ("accuracy", "loss")}
    return {"split": split, "epoch": epoch, "step": row["step"], **values}


def _mark(name: str, is_true: bool, is_predicted: bool) -> str:
    words = [word for word, holds in (("true", is_true), ("predicted", is_predicted)) if holds]
    return f"{name} ({', '.join(words)})" if words else name


def _scale_accuracy(figure: go.Figure, values: pd.Series, lines: Sequence[tuple[str, float]]) -> None:
    """Show from zero up to the next yardstick above the best value, so that a curve is not squeezed by a far one."""
    best = float(values.max()) if values.notna().any() else 0.0
    above = [level for _, level in lines if level >= best]
    top = min(max(best, min(above, default=best)) + 0.06, 1.02)
    for label, level in lines:
        if level <= top:
            figure.add_hline(y=level, line={"color": YARDSTICK, "width": 1, "dash": "dot"})
            # Right of the plot, where no curve runs through the words.
            figure.add_annotation(
                x=1,
                xref="paper",
                xanchor="left",
                y=level,
                text=f"{label}<br>{100 * level:g} %",
                align="left",
                font={"size": 11, "color": YARDSTICK},
                showarrow=False,
            )
    figure.update_layout(margin={"r": 72})
    figure.update_yaxes(range=[0, top], tickformat=".0%")


def style_figure(figure: go.Figure, x_title: str | None, y_title: str | None) -> None:
    """Give a figure the look of all others: small margins, the page's background, legend above."""
    figure.update_layout(
        height=280,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hovermode="closest",
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False)
    figure.update_yaxes(title=y_title, zeroline=False)
