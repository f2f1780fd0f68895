"""A network drawn as boxes, as high as the resolution and as thick as there are channels."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.drawing.chart_style import style_figure

_MOST_BOXES = 24
_COLOURS = {"conv": "#2f6fde", "pool": "#17a2b8", "dense": "#8e5a3c", "input": "#8a94a6", "other": "#5b6abf"}
_GAP = 14.0


def drawing_frame(layers: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each box: what changes the shape of what passes through begins a new one.

    Args:
        layers: As `cifar_core.models.summary_frame` returns them.

    Returns:
        Columns label (the shape), kind ("input", "conv", "pool", "dense", "other"), channels, side (1 for vectors),
        layers (names and kinds of the layers in the box, one a line), parameters. At most 24 boxes: of deeper networks,
        neighbours of one shape share one.
    """
    boxes: list[dict[str, Any]] = [_box("input", (3, 32, 32), "The image", 0)]
    for row in layers.to_dict("records"):
        shape = tuple(int(part) for part in row["output"].split(" x "))
        kind, words = _kind(row["kind"]), f"{row['layer']}: {row['kind']}"
        if kind == "other" or (kind == "pool" and shape == boxes[-1]["shape"]):
            _join(boxes[-1], words, row["parameters"])
        else:
            boxes.append(_box(kind, shape, words, row["parameters"]))
    while len(boxes) > _MOST_BOXES:
        merged = _merge_neighbours(boxes)
        if len(merged) == len(boxes):
            break
        boxes = merged
    frame = pd.DataFrame(boxes)
    frame["channels"] = [shape[0] for shape in frame["shape"]]
    frame["side"] = [shape[1] if len(shape) == 3 else 1 for shape in frame["shape"]]
    frame["label"] = [" x ".join(map(str, shape)) for shape in frame["shape"]]
    return frame[["label", "kind", "channels", "side", "layers", "parameters"]]


def drawing_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw the boxes left to right, in perspective, their shapes below."""
    figure = go.Figure()
    left, centres = 0.0, []
    for box in frame.to_dict("records"):
        thick, high = _thickness(box["channels"]), _height(box["side"], box["channels"])
        depth = 0.35 * high if box["side"] > 1 else 3.0
        colour = _COLOURS[box["kind"]]
        layers = box["layers"].replace("\n", "<br>")
        hover = f"<b>{box['label']}</b><br>{layers}<br>{box['parameters']:,} parameters"
        for xs, ys, opacity in _faces(left, thick, high, depth):
            figure.add_scatter(
                x=xs,
                y=ys,
                fill="toself",
                fillcolor=colour,
                opacity=opacity,
                mode="lines",
                line={"color": "rgba(255, 255, 255, 0.7)", "width": 1},
                text=hover,
                hoverinfo="text",
                hoveron="fills+points",
                showlegend=False,
            )
        centres.append((left + (thick + depth * 0.7) / 2, high, box["label"]))
        left += thick + 0.7 * depth + _GAP
    style_figure(figure, None, None)
    lowest = _label(figure, centres)
    figure.update_layout(height=220, margin={"l": 4, "r": 4, "t": 4, "b": 4})
    figure.update_xaxes(visible=False, range=[-0.03 * left - 4, left], fixedrange=True)
    figure.update_yaxes(visible=False, range=[lowest, 25], fixedrange=True)
    return figure


def _label(figure: go.Figure, centres: Sequence[tuple[float, float, str]]) -> float:
    """Write the shapes below the boxes, in three rows where there are many, and return where the lowest ends."""
    rows = 1 if len(centres) <= 6 else 3
    for place, (x, high, text) in enumerate(centres):
        y = -high / 2 - 3 if rows == 1 else -22 - 5 * (place % rows)
        figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"size": 11}, yanchor="top")
    return -24 - 5.0 * rows


def _faces(left: float, thick: float, high: float, depth: float) -> list[tuple[list[float], list[float], float]]:
    """Front, top and side of a box whose front is centred on the axis."""
    low, top = -high / 2, high / 2
    right, dx, dy = left + thick, 0.7 * depth, 0.45 * depth
    front = ([left, right, right, left, left], [low, low, top, top, low], 0.95)
    roof = ([left, right, right + dx, left + dx, left], [top, top, top + dy, top + dy, top], 0.6)
    side = ([right, right + dx, right + dx, right, right], [low, low + dy, top + dy, top, low], 0.75)
    return [side, roof, front]


def _thickness(channels: int) -> float:
    return 2.0 + 2.2 * math.log2(max(channels, 1))


def _height(side: int, channels: int) -> float:
    return float(side) if side > 1 else 4.0 + 2.2 * math.log2(max(channels, 1))


def _kind(words: str) -> str:
    lower = words.lower()
    for kind, starts in (("conv", ("convolution", "depthwise", "whitening")), ("dense", ("dense",))):
        if lower.startswith(starts):
            return kind
    return "pool" if "pool" in lower else "other"


def _box(kind: str, shape: tuple[int, ...], words: str, parameters: int) -> dict[str, Any]:
    return {"kind": kind, "shape": shape, "layers": words, "parameters": parameters}


def _join(box: dict[str, Any], words: str, parameters: int) -> None:
    box["layers"] += f"\n{words}"
    box["parameters"] += parameters


def _merge_neighbours(boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join each second box with the one before it where both have one kind and one shape."""
    merged: list[dict[str, Any]] = []
    may_join = False
    for box in boxes:
        last = merged[-1] if merged else None
        if may_join and last is not None and (last["kind"], last["shape"]) == (box["kind"], box["shape"]):
            _join(last, box["layers"], box["parameters"])
            may_join = False
        else:
            merged.append(dict(box))
            may_join = True
    return merged
