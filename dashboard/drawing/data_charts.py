"""Charts of the dataset: each a `*_frame()`, the table behind it, and a `*_figure(frame)`, as in `charts`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import RGB, colour_classes
from dashboard.drawing.shares import hover_share, share_axis


def pixel_values_frame(pixels: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> pd.DataFrame:
    """Return how often pixel values occur before and after normalisation.

    Args:
        pixels: (N, 3, H, W) in [0, 1].
        mean: Subtracted from each colour.
        std: Each colour is divided by.

    Returns:
        A row for each colour, stage ("before", "after") and bin: columns colour, stage, value (the bin's middle),
        density (integrates to one over values).
    """
    rows = []
    for place, colour in enumerate(RGB):
        values = pixels[:, place].reshape(-1)
        for stage, shown in (("before", values), ("after", (values - mean[place]) / std[place])):
            low, high = (
                (0.0, 1.0) if stage == "before" else ((0 - mean[place]) / std[place], (1 - mean[place]) / std[place])
            )
            density, edges = np.histogram(shown, bins=64, range=(low, high), density=True)
            middles = (edges[:-1] + edges[1:]) / 2
            rows.append(pd.DataFrame({"colour": colour, "stage": stage, "value": middles, "density": density}))
    return pd.concat(rows, ignore_index=True)


def pixel_values_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw the values of each colour, before normalisation on the left and after it on the right."""
    figure = make_subplots(1, 2, subplot_titles=("Before normalisation", "After normalisation"))
    for (colour, stage), part in frame.groupby(["colour", "stage"], sort=False):
        figure.add_scatter(
            x=part["value"],
            y=part["density"],
            name=str(colour),
            legendgroup=str(colour),
            showlegend=stage == "before",
            line={"color": RGB[str(colour)], "width": 1.5},
            hovertemplate=f"{colour} %{{x:.2f}}: density %{{y:.2f}}<extra></extra>",
            row=1,
            col=1 if stage == "before" else 2,
        )
    style_figure(figure, "Value", "Density")
    figure.update_layout(margin={"t": 32}, legend={"y": -0.3})
    figure.update_annotations(font={"size": 13})
    return figure


def histogram_frame(counts: np.ndarray) -> pd.DataFrame:
    """Return how often each pixel value occurs, (3, 256) counts in long form: columns colour, value, share."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    rows = [pd.DataFrame({"colour": colour, "value": np.arange(256), "share": shares[place]})
            for place, colour in enumerate(RGB)]  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def histogram_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw a line a colour."""
    figure = go.Figure()
    for colour, part in frame.groupby("colour", sort=False):
        line = {"color": RGB[str(colour)], "width": 1.5}
        hover = f"{colour} %{{x}}: {hover_share('y', 2)}<extra></extra>"
        figure.add_scatter(x=part["value"], y=100 * part["share"], name=str(colour), line=line, hovertemplate=hover)
    style_figure(figure, "Pixel value, 0 (none) to 255 (full)", "Share of pixels")
    figure.update_yaxes(**share_axis(), rangemode="tozero")
    return figure


def density_frame(values: np.ndarray, labels: np.ndarray, class_names: Sequence[str]) -> pd.DataFrame:
    """Return how a measure is distributed in each class, in 40 bins from its least to its largest value.

    Columns class_name, value (the bin's middle), share (of the class's images).
    """
    edges = np.linspace(float(values.min()), float(values.max()), 41)
    rows = []
    for class_idx, name in enumerate(class_names):
        members = values[labels == class_idx]
        counts, _ = np.histogram(members, bins=edges)
        share = counts / max(len(members), 1)
        rows.append(pd.DataFrame({"class_name": name, "value": (edges[:-1] + edges[1:]) / 2, "share": share}))
    return pd.concat(rows, ignore_index=True)


def density_figure(frame: pd.DataFrame, title: str, in_percent: bool = False) -> go.Figure:
    """Draw a line a class in its colour.

    Args:
        frame: As `density_frame` returns it.
        title: What was measured.
        in_percent: Whether it is a share in [0, 1], to be told in per cent.
    """
    figure = go.Figure()
    colours = colour_classes(list(frame["class_name"].unique()))
    for name, part in frame.groupby("class_name", sort=False):
        line = {"color": colours[str(name)], "width": 1.5}
        value = hover_share("x") if in_percent else "%{x:.3f}"
        hover = f"{name}, {value}: {hover_share('y')}<extra></extra>"
        x = 100 * part["value"] if in_percent else part["value"]
        figure.add_scatter(x=x, y=100 * part["share"], name=str(name), line=line, hovertemplate=hover)
    style_figure(figure, title, "Share of the class")
    figure.update_yaxes(**share_axis(), rangemode="tozero")
    figure.update_layout(legend={"y": -0.3}, height=320)
    if in_percent:
        figure.update_xaxes(**share_axis())
    return figure
