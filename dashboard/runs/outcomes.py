"""What several seeds of one setting came to: a dot a run, and the mean with its interval."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cifar_core.evaluation.comparison import expected_half_width
from cifar_core.evaluation.intervals import mean_interval
from cifar_core.runs import RunSummary
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import VAL, YARDSTICK
from dashboard.drawing.literal import in_figure
from dashboard.drawing.shares import hover_share, in_per_cent, share_axis
from dashboard.drawing.words import group_name

_RUN = ["group", "name", "run_id", "seed", "which", "accuracy"]
_MEAN = ["group", "name", "which", "num_runs", "mean", "low", "high"]
_LINES = {"best": 0.08, "last": -0.22}  # heights within a group's row
_TITLES = {"best": "best epoch", "last": "last epoch"}
_ROW = 72  # CSS pixels


def outcomes_frame(groups: Sequence[Sequence[RunSummary]]) -> pd.DataFrame:
    """Return two rows for each run, of its best and of its last epoch on val; the best groups first.

    Args:
        groups: Runs that differ in their seed alone.

    Returns:
        Columns group (0 for the best mean of best epochs), name, run_id, seed, which ("best", "last"), accuracy in
        [0, 1]. Runs without val accuracy are left out.
    """
    ordered = sorted(groups, key=lambda runs: -_mean_best(runs))
    rows = [
        (place, group_name(runs[0]), run.run_id, run.config.training.seed, which, accuracy)
        for place, runs in enumerate(ordered)
        for run in runs
        for which, accuracy in (("best", run.status.best_val_accuracy), ("last", run.status.last_val_accuracy))
        if accuracy is not None and run.config is not None
    ]
    return pd.DataFrame(rows, columns=_RUN)


def _mean_best(runs: Sequence[RunSummary]) -> float:
    return fmean([run.status.best_val_accuracy or 0.0 for run in runs])


def means_frame(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each group's best and last epochs: group, name, which, num_runs, mean, low, high.

    Low and high are the ends of the 95 % interval of the mean (Student's t), in [0, 1]; NaN of one run.
    """
    rows = []
    for (group, name, which), part in outcomes.groupby(["group", "name", "which"], sort=False):
        values = part["accuracy"].tolist()
        low, high = mean_interval(values)
        rows.append((group, name, which, len(values), fmean(values), max(low, 0.0), min(high, 1.0)))
    return pd.DataFrame(rows, columns=_MEAN)


def describe_outcomes(outcomes: pd.DataFrame) -> str:
    """Say how far seeds lie apart, and what so many of them can tell."""
    best = outcomes[outcomes["which"] == "best"]
    parts = [part["accuracy"].to_numpy() for _, part in best.groupby("group") if len(part) > 1]
    freedom = sum(len(part) - 1 for part in parts)
    if not freedom:
        return ""
    deviation = float(np.sqrt(sum(((part - part.mean()) ** 2).sum() for part in parts) / freedom))
    fewest = min(map(len, parts))
    tells = [f"{count_seeds(number)} to ± {_half(deviation, number)}" for number in sorted({fewest, 5, 10})]
    return (
        f"Runs that differ in their seed alone lie {_points(deviation)} apart (standard deviation, best epoch). "
        f"So the mean of {', of '.join(tells)} is known, 19 times in 20: a smaller difference may be luck."
    )


def _half(deviation: float, number: int) -> str:
    return _points(expected_half_width(deviation, number))


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def outcomes_figure(outcomes: pd.DataFrame, means: pd.DataFrame) -> go.Figure:
    """Draw a dot a run, full for its best epoch, hollow for its last; a bar from end to end of the mean's interval.

    Args:
        outcomes: As `outcomes_frame` returns them. A dot's first customdata is its run.
        means: As `means_frame` returns them.
    """
    figure = go.Figure()
    for which, height in _LINES.items():
        _add_means(figure, in_per_cent(means[means["which"] == which], ("mean", "low", "high")), which, height)
        part = in_per_cent(outcomes[outcomes["which"] == which], ("accuracy",))
        colour = VAL if which == "best" else YARDSTICK
        marker = {"size": 10, "color": colour if which == "best" else "rgba(0, 0, 0, 0)"}
        figure.add_scatter(
            x=part["accuracy"],
            y=height - part["group"],
            mode="markers",
            name=_TITLES[which],
            marker=marker | {"line": {"width": 1.5, "color": "white" if which == "best" else colour}},
            unselected={"marker": {"opacity": 1}},
            customdata=part[["run_id", "seed"]],
            hovertemplate=f"seed %{{customdata[1]}}, {_TITLES[which]}: {hover_share('x')}<extra>open</extra>",
        )
    _lay_out(figure, outcomes, means)
    return figure


def _add_means(figure: go.Figure, means: pd.DataFrame, which: str, height: float) -> None:
    for row in means.to_dict("records"):
        line: dict[str, Any] = {"color": VAL if which == "best" else YARDSTICK, "width": 2}
        words = f"{_TITLES[which]}, mean of {row['num_runs']} {row['mean']:.1f} %"
        if row["low"] == row["low"]:
            words += f", 95 % interval {row['low']:.1f} to {row['high']:.1f} %"
        figure.add_scatter(
            x=[row["low"], row["mean"], row["high"]],
            y=[height - row["group"]] * 3,
            mode="lines+markers",
            line=line,
            marker={"symbol": "line-ns-open", "size": [8, 20, 8], "color": line["color"], "line": {"width": 2}},
            hovertemplate=f"{words}<extra></extra>",
            showlegend=False,
        )


def _lay_out(figure: go.Figure, outcomes: pd.DataFrame, means: pd.DataFrame) -> None:
    style_figure(figure, "Val accuracy", None)
    names = means[means["which"] == "best"][["group", "name", "num_runs"]].itertuples(index=False)
    for group, name, num_runs in names:
        words = f"<b>{in_figure(name, most=40)}</b>, {count_seeds(num_runs)}"
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=0.42 - group, text=words, showarrow=False, font={"size": 12}
        )
    num_groups = outcomes["group"].nunique()
    figure.update_layout(height=90 + _ROW * num_groups, legend={"y": 1 + 20 / (_ROW * num_groups)})
    figure.update_yaxes(range=[0.5 - num_groups, 0.6], visible=False, fixedrange=True)
    figure.update_xaxes(**share_axis(*_extent(outcomes["accuracy"])), showgrid=True, nticks=6, fixedrange=True)


def _extent(values: pd.Series) -> tuple[float, float]:
    """Around all runs: an interval of two seeds would leave them no room, and runs out of the picture instead."""
    pad = max(0.5 * float(values.max() - values.min()), 0.01)
    return float(values.min()) - pad, float(values.max()) + pad
