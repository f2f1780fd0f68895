"""What runs say of a claim, drawn: each seed's difference, their mean, its interval, the margin; curves over seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cifar_core.experiments import Answer, Drawn
from dashboard.drawing.chart_style import EPOCH, style_figure
from dashboard.drawing.colours import VAL, YARDSTICK
from dashboard.drawing.literal import in_figure
from dashboard.drawing.shares import hover_share, in_per_cent, share_axis

_BAND = "rgba(138, 148, 166, 0.18)"
_SEED, _MEAN = -0.55, 0.0  # heights of the two rows
# An arm each, told apart in both themes.
_ARMS = ((47, 111, 222), (230, 126, 34), (23, 162, 184), (192, 57, 43), (91, 106, 191), (185, 119, 14))


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
        hover = f"mean %{{x:+.1f}} points, 95 % interval {row['low']:+.1f} to {row['high']:+.1f}<extra></extra>"
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


def bands_frame(rows_by_arm: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]]) -> pd.DataFrame:
    """Return val accuracy over epochs by arm, over its runs: arm, epoch, mean, low, high, num_runs.

    Args:
        rows_by_arm: The rows of epochs of each of an arm's runs. An epoch that not all of them have is left out.
    """
    found = [
        {"arm": arm, "epoch": row["epoch"], "value": row["val/accuracy"]}
        for arm, rows_by_run in rows_by_arm.items()
        for rows in rows_by_run
        for row in rows
        if row.get("val/accuracy") is not None
    ]
    frame = pd.DataFrame(found, columns=["arm", "epoch", "value"])
    grouped = frame.groupby(["arm", "epoch"], sort=False)["value"]
    bands = grouped.agg(mean="mean", low="min", high="max", num_runs="count").reset_index()
    whole = {arm: len(rows_by_run) for arm, rows_by_run in rows_by_arm.items()}
    return bands[bands["num_runs"] == bands["arm"].map(whole)].reset_index(drop=True)


def bands_figure(frame: pd.DataFrame, drawn: Drawn | None = None) -> go.Figure:
    """Draw each arm's mean val accuracy as a line, and from its lowest to its highest run as a band.

    Args:
        frame: As `bands_frame` returns it.
        drawn: What somebody expected of one arm, drawn dashed.
    """
    figure = go.Figure()
    shown = in_per_cent(frame, ("mean", "low", "high"))
    for place, (arm, part) in enumerate(shown.groupby("arm", sort=False)):
        rgb = ", ".join(map(str, _ARMS[place % len(_ARMS)]))
        name = in_figure(str(arm))
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "legendgroup": name}
        figure.add_scatter(x=part["epoch"], y=part["high"], **edge)
        figure.add_scatter(x=part["epoch"], y=part["low"], fill="tonexty", fillcolor=f"rgba({rgb}, 0.2)", **edge)
        figure.add_scatter(
            x=part["epoch"],
            y=part["mean"],
            name=name,
            legendgroup=name,
            mode="lines+markers",
            line={"color": f"rgb({rgb})", "width": 2},
            marker={"size": 5},
            customdata=part[["low", "high"]],
            hovertemplate=f"%{{fullData.name}}, epoch %{{x}}: mean {hover_share('y')}, "
            f"from {hover_share('customdata[0]')} to {hover_share('customdata[1]')}<extra></extra>",
        )
    if drawn is not None:
        _draw_expected(figure, drawn)
    style_figure(figure, EPOCH, "Val accuracy")
    figure.update_layout(height=320, legend={"y": -0.28}, hovermode="closest")
    figure.update_yaxes(**share_axis(), rangemode="tozero")
    return figure


def _draw_expected(figure: go.Figure, drawn: Drawn) -> None:
    name = in_figure(f"drawn for {drawn.arm}")
    figure.add_scatter(
        x=list(range(1, len(drawn.values) + 1)),
        y=[100 * value for value in drawn.values],
        name=name,
        mode="lines",
        line={"color": YARDSTICK, "width": 2.5, "dash": "dash"},
        hovertemplate=f"{name}, epoch %{{x}}: {hover_share('y')}<extra></extra>",
    )
