"""Charts of the Explain page: each draws a frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.components import BarRow
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import RIGHT, TRAIN, VAL, WRONG, YARDSTICK
from dashboard.drawing.literal import in_figure
from dashboard.drawing.shares import hover_share, in_per_cent, share_axis, share_bar

if TYPE_CHECKING:
    from dashboard.engine import PerturbationCurve

_RUN_COLOURS = (VAL, WRONG)


def perturbation_frame(curves: "dict[str, PerturbationCurve]") -> pd.DataFrame:
    """Return a row for each curve and share of pixels: curve, share, probability, random_probability (mean)."""
    parts = [
        pd.DataFrame(
            {
                "curve": name,
                "share": curve.shares,
                "probability": curve.probs,
                "random_probability": curve.random_probs.mean(axis=0),
            }
        )
        for name, curve in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)


def perturbation_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw deletion and insertion side by side, each over its random order."""
    names = list(dict.fromkeys(frame["curve"]))
    frame = in_per_cent(frame, ["share", "probability", "random_probability"])
    figure = make_subplots(rows=1, cols=len(names), subplot_titles=names, shared_yaxes=True, horizontal_spacing=0.06)
    for column, name in enumerate(names, start=1):
        part = frame[frame["curve"] == name]
        for values, title, line in (
            ("probability", "in the map's order", {"color": VAL, "width": 2}),
            ("random_probability", "in random order", {"color": YARDSTICK, "width": 1.5, "dash": "dot"}),
        ):
            figure.add_scatter(
                x=part["share"],
                y=part[values],
                mode="lines",
                line=line,
                name=title,
                showlegend=column == 1,
                hovertemplate=f"{hover_share('x', 0)} of the pixels: {hover_share('y')} ({title})<extra></extra>",
                row=1,
                col=column,
            )
    style_figure(figure, "Pixels changed", None)
    figure.update_xaxes(**share_axis(0, 1))
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_yaxes(title="Probability", col=1, row=1)
    # Room above for the legend in two lines, as a phone breaks it, over the panels' titles.
    figure.update_layout(height=330, margin={"t": 76}, legend={"y": 1.42})
    return figure


def variants_rows(frame: pd.DataFrame) -> list[BarRow]:
    """Return a class's probability for each test-time variant of an image; columns variant and probability."""
    rows = zip(frame["variant"], frame["probability"], strict=True)
    return [BarRow(str(name), (share_bar(prob, TRAIN if place else VAL),)) for place, (name, prob) in enumerate(rows)]


def robustness_figure(frames: dict[str, pd.DataFrame], titles: dict[str, str]) -> go.Figure:
    """Draw the probability over each change, for one or two runs.

    Args:
        frames: By the run's name; as `robustness_frame` returns them.
        titles: What each change is called, in the order of drawing.
    """
    columns = 4
    rows = -(-len(titles) // columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=list(titles.values()),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.2,
    )
    for (run, frame), colour in zip(frames.items(), _RUN_COLOURS, strict=False):
        name = in_figure(run, most=None)
        for place, change in enumerate(titles):
            part = frame[frame["change"] == change]
            figure.add_scatter(
                x=part["value"],
                y=100 * part["probability"],
                mode="lines+markers",
                marker={"size": 4},
                line={"color": colour, "width": 1.8},
                name=name,
                legendgroup=name,
                showlegend=place == 0 and len(frames) > 1,
                hovertemplate=f"{titles[change]} %{{x:g}}: {hover_share('y')}<extra>%{{fullData.name}}</extra>",
                row=place // columns + 1,
                col=place % columns + 1,
            )
    style_figure(figure, None, None)
    figure.update_yaxes(**share_axis(0, 1.02))
    figure.update_layout(height=190 * rows + 40, legend={"y": 1.14})
    return figure


def before_after_rows(before: np.ndarray, after: np.ndarray, class_names: Sequence[str]) -> list[BarRow]:
    """Return the probabilities of the image before and after something changed, a row a class."""
    rows = zip(class_names, before, after, strict=True)
    return [BarRow(name, (share_bar(was, TRAIN), share_bar(now, RIGHT))) for name, was, now in rows]


def probabilities_frame(probs: np.ndarray, class_names: Sequence[str], true_idx: int | None) -> pd.DataFrame:
    """Return a row a class, most probable first: class_name, probability, is_true, is_predicted."""
    frame = pd.DataFrame({"class_name": list(class_names), "probability": probs})
    frame["is_true"] = frame.index == true_idx
    frame["is_predicted"] = frame.index == int(np.argmax(probs))
    return frame.sort_values("probability", ascending=False, ignore_index=True, kind="stable")


def probabilities_rows(probs: np.ndarray, class_names: Sequence[str], true_idx: int | None) -> list[BarRow]:
    """Return the same as bars; the true and the predicted class say so in words, not by colour alone."""
    pred_idx = int(np.argmax(probs))
    rows = []
    for idx in np.argsort(-probs, kind="stable").tolist():
        is_true, is_predicted = idx == true_idx, idx == pred_idx
        colour = RIGHT if is_true else WRONG if is_predicted else YARDSTICK
        notes = tuple(word for word, holds in (("true", is_true), ("predicted", is_predicted)) if holds)
        rows.append(BarRow(class_names[idx], (share_bar(float(probs[idx]), colour),), notes))
    return rows
