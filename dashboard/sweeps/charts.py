"""Charts of a sweep: one setting, two settings, which mattered, and how good the best was so far."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from cifar_core.runs import RunSummary
from cifar_core.sweeps import Dimension, Sweep, smooth_between
from dashboard.drawing.chart_style import style_figure, whole_step
from dashboard.drawing.colours import QUIET, RUN_COLOURS, VAL, WRONG
from dashboard.drawing.literal import in_figure
from dashboard.drawing.shares import hover_share, share_axis
from dashboard.drawing.words import setting, setting_names
from dashboard.sweeps.trial_rows import name_trial
from dashboard.sweeps.words import has_diverged, rung_title

_FEW_TICKS = 6
_SCALE = [[0.0, "#8a94a6"], [0.5, "#6f9be0"], [1.0, VAL]]


def results_frame(sweep: Sweep, dimensions: Sequence[Dimension], runs: Mapping[str, RunSummary]) -> pd.DataFrame:
    """Return a row for each result: number, rung, after, val_accuracy, diverged, name, and each setting by its path.

    Choices that are no numbers stand there by their places.
    """
    rows = []
    for trial in sweep.trials:
        values = {each.path: _number(each, trial.values[each.path]) for each in dimensions}
        for rung, score in sorted(trial.scores.items()):
            told = {"rung": rung, "after": rung_title(sweep.rungs[rung]), "val_accuracy": score}
            is_lost = has_diverged(trial, runs)
            name = in_figure(name_trial(trial, sweep), most=None)
            rows.append({"number": trial.number, **told, "diverged": is_lost, "name": name, **values})
    columns = ["number", "rung", "after", "val_accuracy", "diverged", "name", *(each.path for each in dimensions)]
    return pd.DataFrame(rows, columns=columns)


def is_numeric(dimension: Dimension) -> bool:
    """Whether its values are numbers, so that something may lie between them."""
    return not dimension.choices or all(_is_number(choice) for choice in dimension.choices)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(dimension: Dimension, value: object) -> float:
    return float(value) if is_numeric(dimension) else float(dimension.choices.index(value))  # type: ignore[arg-type]


def setting_figure(frame: pd.DataFrame, path: str, title: str, is_log: bool, words: Sequence[str]) -> go.Figure:
    """Draw results over one setting, those after fewer epochs paler; crosses are what diverged.

    Args:
        frame: As `results_frame` returns it.
        path: Of the setting.
        title: Of its axis.
        is_log: Whether factors count.
        words: Of its choices, where they are no numbers.
    """
    figure = go.Figure()
    for colour, name, part in _by_rung(frame):
        # Choices share a place: moved apart a little, by their numbers, so that all are seen.
        spread = 0.16 * ((part["number"] * 0.618) % 1 - 0.5) if words else 0.0
        marks = np.where(part["diverged"], "x", "circle")
        figure.add_scatter(
            x=part[path] + spread,
            y=100 * part["val_accuracy"],
            mode="markers",
            name=name,
            marker={"color": np.where(part["diverged"], WRONG, colour).tolist(), "size": 9, "symbol": marks.tolist()},
            text=part["name"],
            hovertemplate="%{text}<extra></extra>",
        )
    style_figure(figure, title, "Val accuracy")
    figure.update_layout(height=340, showlegend=frame["rung"].nunique() > 1)
    figure.update_yaxes(**share_axis())
    _scale_axis(figure.update_xaxes, is_log, words)
    return figure


def _by_rung(frame: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield the results after equally many epochs with their colour, which is bolder the longer they were trained."""
    rungs = sorted(int(rung) for rung in frame["rung"].unique())
    for rung in rungs:
        part = frame[frame["rung"] == rung]
        colour = VAL if rung == rungs[-1] else RUN_COLOURS[2] if rungs[-1] - rung == 1 else QUIET
        yield colour, str(part["after"].iloc[0]).removeprefix("Val accuracy ").capitalize(), part


def _scale_axis(update: Callable[..., object], is_log: bool, words: Sequence[str]) -> None:
    if words:
        update(tickvals=list(range(len(words))), ticktext=[in_figure(word) for word in words])
    elif is_log:
        update(type="log", exponentformat="power", dtick=1, minor={"ticks": "outside", "dtick": "D1"})


def importance_frame(importance: Mapping[str, float]) -> pd.DataFrame:
    """Return a row a setting, the one that mattered most first: setting, share."""
    names = setting_names(importance)
    rows = [{"setting": names[path], "share": share} for path, share in importance.items()]
    return pd.DataFrame(rows, columns=["setting", "share"]).sort_values("share", ascending=False, ignore_index=True)


def importance_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw a bar a setting."""
    figure = go.Figure()
    figure.add_bar(
        x=100 * frame["share"],
        y=[in_figure(name.capitalize()) for name in frame["setting"]],
        orientation="h",
        marker={"color": VAL},
        hovertemplate=f"%{{y}}: {hover_share('x', 0)}<extra></extra>",
    )
    style_figure(figure, "Share of what sets the best apart", None)
    figure.update_layout(height=90 + 30 * len(frame))
    figure.update_xaxes(**share_axis(0, 1))
    figure.update_yaxes(autorange="reversed")
    return figure


def contour_figure(frame: pd.DataFrame, first: Dimension, second: Dimension, titles: tuple[str, str]) -> go.Figure:
    """Draw what lies between the results of two settings, and the results themselves; nothing where none is near.

    Args:
        frame: Results of one rung, as `results_frame` returns them.
        first: The setting that grows to the right.
        second: The one that grows upwards.
        titles: Of both axes.
    """
    x, y = (_shares(each, frame[each.path]) for each in (first, second))
    surface = smooth_between(x, y, frame["val_accuracy"].to_numpy(float))
    figure = go.Figure()
    figure.add_contour(
        x=surface.places,
        y=surface.places,
        z=100 * surface.values,
        colorscale=_SCALE,
        opacity=0.75,
        line={"width": 0.5},
        connectgaps=False,
        colorbar={"title": {"text": "Val accuracy"}, "ticksuffix": " %", "thickness": 12},
        hovertemplate=f"about {hover_share('z')}<extra></extra>",
    )
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        marker={
            "size": 10,
            "color": frame["val_accuracy"],
            "colorscale": _SCALE,
            "line": {"width": 1.5, "color": "white"},
        },
        text=frame["name"],
        hovertemplate="%{text}<extra></extra>",
    )
    style_figure(figure, titles[0], titles[1])
    figure.update_layout(height=380, showlegend=False)
    figure.update_xaxes(range=[-0.04, 1.04], **_ticks(first))
    figure.update_yaxes(range=[-0.04, 1.04], **_ticks(second))
    return figure


def _shares(dimension: Dimension, values: pd.Series) -> NDArray[np.float64]:
    if dimension.choices:
        return np.array([_place(dimension, value) for value in values], float)
    return np.array([dimension.share_of(value) for value in values], float)


def _place(dimension: Dimension, value: float) -> float:
    """Numbers that are choices lie as far apart as they are, not as they come."""
    low, high = min(dimension.choices), max(dimension.choices)
    return (value - low) / (high - low)


def _ticks(dimension: Dimension) -> dict[str, list[Any]]:
    if dimension.choices:
        return {
            "tickvals": [_place(dimension, choice) for choice in dimension.choices],
            "ticktext": [setting(choice) for choice in dimension.choices],
        }
    values = [dimension.at(place / (_FEW_TICKS - 1)) for place in range(_FEW_TICKS)]
    values = [float(f"{value:.2g}") for value in values]
    kept = [value for value in dict.fromkeys(values) if dimension.low <= value <= dimension.high]
    return {"tickvals": [dimension.share_of(value) for value in kept], "ticktext": [setting(value) for value in kept]}


def best_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row a result, in the order in which they were asked for: number, after, val_accuracy, best (so far)."""
    told = frame[["number", "rung", "after", "val_accuracy"]].sort_values(["rung", "number"], ignore_index=True)
    return told.assign(best=told.groupby("rung")["val_accuracy"].cummax())


def best_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw each result as a dot, and the best so far as a line of steps."""
    figure = go.Figure()
    for colour, name, part in _by_rung(frame):
        dots = {"color": colour, "size": 7, "opacity": 0.6}
        hover = f"#%{{x}}: {hover_share('y')}<extra></extra>"
        figure.add_scatter(
            x=part["number"], y=100 * part["val_accuracy"], mode="markers", name=name, marker=dots, hovertemplate=hover
        )
        steps = {"color": colour, "width": 2, "shape": "hv"}
        hover = f"best up to #%{{x}}: {hover_share('y')}<extra></extra>"
        figure.add_scatter(
            x=part["number"], y=100 * part["best"], mode="lines", line=steps, showlegend=False, hovertemplate=hover
        )
    style_figure(figure, "Configuration, in the order in which they were tried", "Val accuracy")
    figure.update_xaxes(dtick=whole_step(figure))
    figure.update_layout(height=340, showlegend=frame["rung"].nunique() > 1)
    figure.update_yaxes(**share_axis())
    return figure
