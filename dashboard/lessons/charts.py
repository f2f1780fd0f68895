"""What runs say of a claim, drawn: each seed's difference, their mean, its interval, the margin; curves over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cifar_core.evaluation.bands import Band
from cifar_core.experiments import Answer, Drawn
from dashboard.components import Line, LineChart
from dashboard.drawing.bands import Edges, count_seeds
from dashboard.drawing.chart_style import style_figure, top_of_accuracy
from dashboard.drawing.colours import RUN_COLOURS, VAL, YARDSTICK
from dashboard.drawing.curve_charts import Drawn as DrawnLine
from dashboard.drawing.curve_charts import overlay_chart
from dashboard.drawing.literal import in_figure, plain
from dashboard.drawing.words import with_minus

_BAND = "rgba(138, 148, 166, 0.18)"
_SEED, _MEAN = -0.55, 0.0  # heights of the two rows


def effect_frame(answer: Answer) -> pd.DataFrame:
    """Return a row for the mean, if there is one, and one for each seed: kind, seed, difference, low, high.

    Differences are in percentage points of what the claim is about, the second arm's less the first's.
    """
    rows: list[dict[str, Any]] = []
    if answer.effect is not None:
        effect = answer.effect
        rows.append(_row("mean", None, effect.size, effect.low, effect.high))
    rows += [_row("seed", seed, value, None, None) for seed, value in answer.differences.items()]
    return pd.DataFrame(rows, columns=["kind", "seed", "difference", "low", "high"])


def _row(kind: str, seed: int | None, value: float, low: float | None, high: float | None) -> dict[str, Any]:
    ends = (None if end is None else 100 * end for end in (low, high))
    return {"kind": kind, "seed": seed, "difference": 100 * value, **dict(zip(("low", "high"), ends, strict=True))}


def find_extent(answers: Sequence[Answer]) -> float:
    """Return how far all charts of a lesson reach to either side, in points: their claims can be compared by eye."""
    ends = [2 * 100 * answer.claim.margin for answer in answers]
    for answer in answers:
        ends += [100 * abs(value) for value in answer.differences.values()]
        ends += [] if answer.effect is None else [100 * abs(answer.effect.low), 100 * abs(answer.effect.high)]
    return max(1.0, *ends) * 1.1


def effect_figure(
    frame: pd.DataFrame, first: str, second: str, margin: float, extent: float, is_decided: bool, more: str = " better"
) -> go.Figure:
    """Draw one claim's differences.

    Args:
        frame: As `effect_frame` returns it.
        first: The first arm, better left of zero.
        second: The second, better right of it.
        margin: Smaller differences do not matter, in points.
        extent: How far to draw, in points.
        is_decided: Whether the interval says something.
        more: What a larger value is.
    """
    figure = go.Figure()
    figure.add_vrect(x0=-margin, x1=margin, fillcolor=_BAND, line_width=0, layer="below")
    figure.add_vline(x=0, line={"color": YARDSTICK, "width": 1})
    colour = VAL if is_decided else YARDSTICK
    mean, seeds = frame[frame["kind"] == "mean"], frame[frame["kind"] == "seed"]
    for row in mean.to_dict("records"):
        figure.add_scatter(
            x=[row["low"], row["high"]],
            y=[_MEAN] * 2,
            mode="lines",
            line={"color": colour, "width": 4},
            hoverinfo="skip",
        )
        ends = with_minus(f"{row['low']:+.1f} to {row['high']:+.1f}")
        hover = f"mean %{{x:+.1f}} points, 95 % interval {ends}<extra></extra>"
        marker = {"color": colour, "size": 13, "line": {"color": "white", "width": 1.5}}
        figure.add_scatter(x=[row["difference"]], y=[_MEAN], mode="markers", marker=marker, hovertemplate=hover)
    figure.add_scatter(
        x=seeds["difference"],
        y=[_SEED] * len(seeds),
        mode="markers",
        marker={"color": YARDSTICK, "size": 6},
        customdata=seeds["seed"],
        hovertemplate="seed %{customdata}: %{x:+.1f} points<extra></extra>",
    )
    style_figure(figure, None, None)
    _lay_out(figure, f"← {first}{more}", f"{second}{more} →", extent)
    return figure


def _lay_out(figure: go.Figure, left: str, right: str, extent: float) -> None:
    for x, anchor, words in ((0, "left", left), (1, "right", right)):
        figure.add_annotation(
            x=x, xref="paper", xanchor=anchor, y=1.0, yref="paper", yanchor="bottom", text=in_figure(words, most=44),
            showarrow=False, font={"size": 12, "color": YARDSTICK},
        )  # fmt: skip
    figure.update_layout(height=120, margin={"t": 22}, showlegend=False)
    figure.update_xaxes(range=[-extent, extent], ticksuffix=" pt", tickformat="~g", nticks=7, fixedrange=True)
    figure.update_yaxes(range=[-0.95, 0.6], visible=False, fixedrange=True)


def curves_chart(bands: Mapping[str, Band], edges: Edges, drawn: Drawn | None = None) -> LineChart:
    """Draw each arm's mean val accuracy over epochs with its band.

    Args:
        bands: By arm.
        edges: Of the bands.
        drawn: The curve that somebody expected.
    """
    names = {arm: f"{plain(arm)}, {count_seeds(band.num_runs)}" for arm, band in bands.items()}
    looks = [DrawnLine(names[arm], RUN_COLOURS[place % len(RUN_COLOURS)]) for place, arm in enumerate(bands)]
    chart = overlay_chart({names[arm]: band for arm, band in bands.items()}, "val/accuracy", looks, (), edges)
    if drawn is None:
        return chart
    values = list(drawn.values)
    epochs = range(1, len(values) + 1)
    expected = Line(f"drawn for {plain(drawn.arm)}", [*epochs], values, YARDSTICK, 2.5, is_dotted=True)
    top = max(chart.y_range[1], top_of_accuracy(values, ()))
    return replace(chart, lines=[*chart.lines, expected], y_range=(0.0, top))
