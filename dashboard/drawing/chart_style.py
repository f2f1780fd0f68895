"""Charts: each a `*_frame()`, the table behind it, and a `*_figure(frame)`. Neither streamlit nor torch is needed."""

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

# The axis whose numbers are whole.
EPOCH = "Epoch"
_MOST_TICKS = 12
# What an accuracy can be held against; the notebook's and the human's are CIFAR-10's.
CHANCE = ("chance", 0.1)
CIFAR10_YARDSTICKS = (CHANCE, ("notebook", 0.7365), ("one human", 0.952))


def yardsticks(is_practice: bool) -> tuple[tuple[str, float], ...]:
    """Return the accuracies worth drawing a line at for a dataset."""
    return (CHANCE,) if is_practice else CIFAR10_YARDSTICKS


def top_of_accuracy(values: Iterable[float | None], yardsticks: Sequence[tuple[str, float]]) -> float:
    """Return how high to draw: to the next yardstick above the best value, so that a far one squeezes no curve."""
    best = max((value for value in values if value is not None and value == value), default=0.0)
    above = [level for _, level in yardsticks if level >= best]
    return min(max(best, min(above, default=best)) + 0.06, 1.02)


def style_figure(figure: go.Figure, x_title: str | None, y_title: str | None) -> None:
    """Give a figure the look of all others: small margins, the page's background, legend above."""
    figure.update_layout(
        height=280,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        # From its foot up: on a phone it has several lines, and takes room from the plot instead of lying over it.
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False)
    figure.update_yaxes(title=y_title, zeroline=False)
    if x_title == EPOCH:
        figure.update_xaxes(dtick=whole_step(figure))


def whole_step(figure: go.Figure) -> int:
    """Return how far apart ticks of what is counted are: 1, 2, 5, 10 ..., so that a dozen at most are named."""
    last = max((float(number) for trace in figure.data if trace.x is not None for number in trace.x), default=1.0)
    steps = (factor * 10**power for power in range(6) for factor in (1, 2, 5))
    return next((step for step in steps if last <= step * _MOST_TICKS), 10**6)
