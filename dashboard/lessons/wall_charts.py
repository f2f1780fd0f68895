"""The wall of a class, drawn: accuracies of each arm, each learner's effect beside the pooled one, predictions."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cifar_core.experiments.pooling import Calibration, PooledClaim, PooledLesson
from cifar_core.experiments.store import Prediction
from dashboard.components import Dot, DotRow
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import VAL, YARDSTICK
from dashboard.drawing.literal import in_figure, plain
from dashboard.drawing.words import percent, with_minus

_BAND = "rgba(138, 148, 166, 0.18)"
_ROW, _FRAME = 26, 90  # pixels of a row, and of what stands around all of them
ORDER: tuple[Prediction, ...] = ("contradicted", "no difference", "supported")  # as an effect's axis has them


def arms_frame(lesson: PooledLesson) -> pd.DataFrame:
    """Return a row a run: arm, learner, seed, accuracy in [0, 1]."""
    rows = [
        {"arm": arm, "learner": learner, "seed": seed, "accuracy": value}
        for arm, by_learner in lesson.accuracies.items()
        for learner, by_seed in by_learner.items()
        for seed, value in by_seed.items()
    ]
    return pd.DataFrame(rows, columns=["arm", "learner", "seed", "accuracy"])


def arm_rows(frame: pd.DataFrame) -> list[DotRow]:
    """Return a row of dots for each arm, a dot a run, with a bar at their mean.

    Args:
        frame: As `arms_frame` returns it.
    """
    return [_arm_row(arm, frame[frame["arm"] == arm]) for arm in frame["arm"].unique()]


def _arm_row(arm: str, runs: pd.DataFrame) -> DotRow:
    mean = float(runs["accuracy"].mean())
    dots = [
        Dot(accuracy, f"{plain(learner)}, seed {seed}: {percent(accuracy)}")
        for learner, seed, accuracy in runs[["learner", "seed", "accuracy"]].itertuples(index=False)
    ]
    return DotRow(plain(arm), dots, VAL, "faint", mean=mean, mean_words=f"{plain(arm)}, mean {percent(mean)}")


def wall_frame(pooled: PooledClaim) -> pd.DataFrame:
    """Return a row a learner, the smallest mean first, then one for all: learner, mean, low, high, num_seeds, ...

    Differences are in percentage points of the second arm's less the first's; low and high are the smallest and the
    largest of a learner's seeds, and the ends of the pooled interval. Further columns: is_all, and whether the learner
    predicted it rightly (is_right, None where that is not known, or nothing was predicted).
    """
    right = {guess.learner: guess.is_right for guess in pooled.guesses}
    rows = [_wall_row(learner, by_seed, right.get(learner)) for learner, by_seed in pooled.by_learner.items()]
    rows.sort(key=lambda row: row["mean"])
    if pooled.effect is not None:
        effect = pooled.effect
        ends = {"mean": 100 * effect.size, "low": 100 * effect.low, "high": 100 * effect.high}
        rows.append({"learner": "all together", **ends, "num_seeds": len(pooled.by_seed), "is_all": True})
    return pd.DataFrame(rows, columns=["learner", "mean", "low", "high", "num_seeds", "is_all", "is_right"])


def _wall_row(learner: str, by_seed: Mapping[int, float], is_right: bool | None) -> dict[str, Any]:
    points = [100 * value for value in by_seed.values()]
    ends = {"mean": sum(points) / len(points), "low": min(points), "high": max(points)}
    return {"learner": learner, **ends, "num_seeds": len(points), "is_all": False, "is_right": is_right}


def wall_figure(frame: pd.DataFrame, first: str, second: str, margin: float, is_decided: bool) -> go.Figure:
    """Draw each learner's effect, and below them the pooled one with its interval.

    Args:
        frame: As `wall_frame` returns it.
        first: The first arm, better left of zero.
        second: The second.
        margin: Smaller differences do not matter, in points.
        is_decided: Whether the pooled interval says something.
    """
    figure = go.Figure()
    figure.add_vrect(x0=-margin, x1=margin, fillcolor=_BAND, line_width=0, layer="below")
    figure.add_vline(x=0, line={"color": YARDSTICK, "width": 1})
    for place, row in enumerate(frame.to_dict("records")):
        _draw_row(figure, place, row, VAL if row["is_all"] and is_decided else YARDSTICK)
    style_figure(figure, None, None)
    _lay_out(figure, frame, first, second)
    return figure


def _draw_row(figure: go.Figure, place: int, row: Mapping[Any, Any], colour: str) -> None:
    is_all = row["is_all"]
    what = "95 % interval" if is_all else "seeds from"
    mean, ends = with_minus(f"{row['mean']:+.1f} points"), with_minus(f"{row['low']:+.1f} to {row['high']:+.1f}")
    hover = f"{in_figure(row['learner'])}: {mean} over {row['num_seeds']} seeds, {what} {ends}<extra></extra>"
    line = {"color": colour, "width": 5 if is_all else 1.5}
    figure.add_scatter(x=[row["low"], row["high"]], y=[place] * 2, mode="lines", line=line, hoverinfo="skip")
    marker = {"color": colour, "size": 14 if is_all else 8, "symbol": "diamond" if is_all else "circle"}
    figure.add_scatter(x=[row["mean"]], y=[place], mode="markers", marker=marker, hovertemplate=hover)


def _lay_out(figure: go.Figure, frame: pd.DataFrame, first: str, second: str) -> None:
    # Below each other: side by side they would lie over each other on a phone.
    for x, anchor, shift, words in ((0, "left", 14, f"← {first} better"), (1, "right", 0, f"{second} better →")):
        figure.add_annotation(
            x=x, xref="paper", xanchor=anchor, y=1.0, yref="paper", yanchor="bottom", yshift=shift,
            text=in_figure(words, most=30), showarrow=False, font={"size": 12, "color": YARDSTICK},
        )  # fmt: skip
    names = [_name_of(row) for row in frame.to_dict("records")]
    ends = [abs(value) for column in ("low", "high") for value in frame[column]]
    extent = max([1.0, *ends]) * 1.1
    figure.update_layout(height=_FRAME + _ROW * len(frame), margin={"t": 40}, showlegend=False)
    figure.update_xaxes(range=[-extent, extent], ticksuffix=" pt", tickformat="~g", nticks=7, fixedrange=True)
    rows = {"tickvals": list(range(len(frame))), "ticktext": names, "range": [len(frame) - 0.4, -0.6]}
    figure.update_yaxes(**rows, automargin=True, fixedrange=True)


def _name_of(row: Mapping[Any, Any]) -> str:
    """A learner's name with a sign for a prediction that came true, or did not."""
    if row["is_all"]:
        return f"<b>{row['learner']}</b>"
    sign = {True: " ✓", False: " ✗"}.get(row["is_right"], "")
    return f"{in_figure(row['learner'], most=14)}{sign}"


def guesses_frame(pooled: PooledClaim) -> pd.DataFrame:
    """Return a row for each answer one could expect, in the order of an effect's axis: prediction, learners, is_so."""
    rows = [
        {
            "prediction": prediction,
            "learners": [guess.learner for guess in pooled.guesses if guess.prediction == prediction],
            "is_so": prediction == pooled.verdict,
        }
        for prediction in ORDER
    ]
    return pd.DataFrame(rows).assign(number=lambda frame: frame["learners"].map(len))


def guesses_figure(frame: pd.DataFrame, labels: tuple[str, ...]) -> go.Figure:
    """Draw how many expected what; what turned out so stands out.

    Args:
        frame: As `guesses_frame` returns it.
        labels: What each row is called.
    """
    names = [in_figure(label, most=30) for label in labels]
    who = [in_figure(", ".join(map(plain, learners)), most=300) or "nobody" for learners in frame["learners"]]
    figure = go.Figure()
    figure.add_bar(
        x=frame["number"],
        y=names,
        orientation="h",
        marker={"color": [VAL if is_so else YARDSTICK for is_so in frame["is_so"]]},
        text=[_count(row) for row in frame.to_dict("records")],
        textposition="outside",
        cliponaxis=False,
        customdata=who,
        hovertemplate="%{customdata}<extra></extra>",
    )
    style_figure(figure, None, None)
    figure.update_layout(height=130, margin={"t": 4, "r": 110}, showlegend=False, bargap=0.25)
    figure.update_xaxes(visible=False, fixedrange=True, rangemode="tozero")
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    return figure


def _count(row: Mapping[Any, Any]) -> str:
    return f"{row['number']}: and so it is" if row["is_so"] else str(row["number"])


def calibration_frame(rows: Iterable[Calibration]) -> pd.DataFrame:
    """Return how often predictions of about one confidence came true, as people read it."""
    return pd.DataFrame(
        [
            {
                "So sure": f"{row.lowest} to {row.highest} %",
                "Came true": f"{row.num_right} of {row.num_guesses}",
                "Share": f"{100 * row.num_right / row.num_guesses:.0f} %",
                "95 % interval": f"{100 * row.low:.0f} to {100 * row.high:.0f} %",
            }
            for row in rows
        ],
        columns=["So sure", "Came true", "Share", "95 % interval"],
    )
