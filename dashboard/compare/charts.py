"""Charts of the Compare page: each draws a table or counts."""

from collections.abc import Mapping, Sequence, Set
from statistics import fmean

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from cifar_core.evaluation.pairs import Pile
from dashboard.compare.words import PILE_TITLES
from dashboard.components import BarRow, Dot, DotRow
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import RIGHT, TRAIN, VAL, WRONG, YARDSTICK
from dashboard.drawing.shares import share_bar
from dashboard.drawing.words import percent

_PILE_COLOURS: dict[Pile, str] = {
    "right": "#b4bcc9",
    "fixed": RIGHT,
    "broken": WRONG,
    "wrong_alike": "#5f6a7c",
    "wrong_differently": YARDSTICK,
}
_DARK, _LIGHT = "#1b1f27", "#ffffff"
_NUMBER_COLOURS = dict.fromkeys(_PILE_COLOURS, _LIGHT) | {"right": _DARK, "wrong_differently": _DARK}
RUN_COLOURS = {"A": TRAIN, "B": VAL}
_NARROWEST = 0.06  # of the bar, for a number to stand in it


def write_piles(sizes: Mapping[Pile, int]) -> str:
    """Return all images as one bar, cut into the piles, and below it each pile's name and size, as HTML.

    Args:
        sizes: How many images each pile holds.
    """
    total = max(sum(sizes.values()), 1)
    rows = [(pile, sizes[pile], sizes[pile] / total) for pile in _PILE_COLOURS]
    bar = "".join(
        f'<div style="flex: {count} 1 0; min-width: 0; background: {_PILE_COLOURS[pile]}; '
        f'color: {_NUMBER_COLOURS[pile]}" title="{_describe(pile, count, share)}">'
        f"{f'{count:,}' if share >= _NARROWEST else ''}</div>"
        for pile, count, share in rows
    )
    square = "display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border-radius: 2px"
    names = "".join(
        '<li style="margin: 0; font-size: 0.8rem; white-space: nowrap">'
        f'<span style="{square}; background: {_PILE_COLOURS[pile]}"></span>'
        f"{_short(pile)} {count:,}, {percent(share)}</li>"
        for pile, count, share in rows
    )
    bar_style = "display: flex; overflow: hidden; border-radius: 5px; font-size: 0.75rem; line-height: 2.2rem"
    list_style = "display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0.5rem 0 0; padding: 0; list-style: none"
    return (
        '<div style="font-variant-numeric: tabular-nums">'
        f'<div aria-hidden="true" style="{bar_style}; text-align: center">{bar}</div>'
        f'<ul role="list" aria-label="All images" style="{list_style}">{names}</ul></div>'
    )


def _describe(pile: Pile, count: int, share: float) -> str:
    return f"{PILE_TITLES[pile]}: {count:,} images, {percent(share)}"


def _short(pile: Pile) -> str:
    return PILE_TITLES[pile].removesuffix(" by B")


def flows_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw for each class how many of its images the second fixed, to the right, and broke, to the left."""
    figure = go.Figure()
    names = frame["class_name"]
    for pile, sign in (("broken", -1), ("fixed", 1)):
        figure.add_bar(
            x=sign * frame[pile],
            y=names,
            orientation="h",
            name=PILE_TITLES[pile],  # type: ignore[index]
            marker_color=_PILE_COLOURS[pile],  # type: ignore[index]
            text=frame[pile],
            textposition="outside",  # within, the net would cover it
            textangle=0,
            hovertemplate=f"%{{y}}: %{{text}} {PILE_TITLES[pile].lower()[:-2]}<extra></extra>",  # type: ignore[index]
        )
    figure.add_scatter(
        x=frame["fixed"] - frame["broken"],
        y=names,
        mode="markers",
        name="net",
        marker={"symbol": "diamond", "size": 9, "color": "#ffffff", "line": {"width": 1.5, "color": "#222222"}},
        hovertemplate="%{y}: net %{x:+d}<extra></extra>",
    )
    style_figure(figure, "Images: broken to the left, fixed to the right", None)
    top = max(int(frame[["fixed", "broken"]].to_numpy().max()), 1)
    figure.update_xaxes(range=[-1.25 * top, 1.25 * top], showticklabels=False, zeroline=True, zerolinecolor=YARDSTICK)
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(height=380, barmode="relative", legend={"y": 1.06})
    return figure


def outcome_rows(first: Mapping[int, float], second: Mapping[int, float] | None) -> list[DotRow]:
    """Return a row of dots for each group that has runs, a dot a run; those of one seed are joined, the mean is a bar.

    Args:
        first: Accuracies of the first group by seed, in [0, 1].
        second: Likewise; None if both runs are of the first, which is then called "A, B".
    """
    groups = {"A, B": first} if second is None else {"A": first, "B": second}
    paired = set() if second is None else first.keys() & second.keys()
    return [_outcome_row(group, found, paired) for group, found in groups.items() if found]


def _outcome_row(group: str, accuracies: Mapping[int, float], paired: Set[int]) -> DotRow:
    mean = fmean(accuracies.values())
    dots = [
        Dot(accuracy, f"{group}, seed {seed}: {percent(accuracy)} of val", str(seed) if seed in paired else "")
        for seed, accuracy in accuracies.items()
    ]
    words = f"{group}, mean {percent(mean)}"
    return DotRow(group, dots, RUN_COLOURS.get(group, TRAIN), mean=mean, mean_words=words)


def probabilities_frame(
    first: NDArray[np.float64], second: NDArray[np.float64], class_names: Sequence[str], true_idx: int
) -> pd.DataFrame:
    """Return a row for each class: class_name, what A and B give it, in [0, 1], and whether it is the true one.

    Args:
        first: (C,) A's probabilities.
        second: (C,) B's.
        class_names: C names.
        true_idx: The image's class.
    """
    is_true = np.arange(len(class_names)) == true_idx
    return pd.DataFrame({"class_name": list(class_names), "A": first, "B": second, "is_true": is_true})


def probabilities_rows(frame: pd.DataFrame) -> list[BarRow]:
    """Return both probabilities of each class; the true one says so."""
    rows = []
    for _, row in frame.iterrows():
        drawn = tuple(share_bar(row[run], colour) for run, colour in RUN_COLOURS.items())
        rows.append(BarRow(str(row["class_name"]), drawn, ("true",) if row["is_true"] else ()))
    return rows
