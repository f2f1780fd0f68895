"""All methods by each check: a dot and its interval."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cifar_core.attribution import ALIKE, MEASURES
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import RIGHT, RUN_COLOURS, WRONG, YARDSTICK

_COLOURS = {"passes": RIGHT, "fails": WRONG, "undecided": YARDSTICK}
_PLAIN = RUN_COLOURS[4]  # of what no verdict is passed on
_BOUNDS = {"untrained": ALIKE, "deletion": 0.0, "insertion": 0.0}
# Short: two of them stand side by side on a phone. The table says them whole.
_TITLES = {"untrained": "Like untrained", "seeds": "Like other seeds", "deletion": "Deletion", "insertion": "Insertion"}
_ACROSS = 2
_ROW = 24  # CSS pixels


def audit_figure(frame: pd.DataFrame) -> go.Figure:
    """Draw a panel a measure: methods below each other, in their usual order, since intervals overlap.

    Args:
        frame: As `audit_frame` returns it.
    """
    shown = [measure for measure in MEASURES if frame.loc[frame["measure"] == measure, "mean"].notna().any()]
    num_rows = max(1, -(-len(shown) // _ACROSS))
    figure = make_subplots(
        rows=num_rows,
        cols=_ACROSS,
        subplot_titles=[_TITLES[measure] for measure in shown],
        shared_yaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=0.22 / num_rows,
    )
    for place, measure in enumerate(shown):
        _add_measure(
            figure, frame[frame["measure"] == measure], measure, *(1 + part for part in divmod(place, _ACROSS))
        )
    style_figure(figure, None, None)
    num_methods = frame["method"].nunique()
    figure.update_layout(height=num_rows * (_ROW * num_methods + 60), showlegend=False)
    figure.update_annotations(font_size=13)
    figure.update_xaxes(showgrid=True, nticks=5)
    figure.update_yaxes(categoryorder="array", categoryarray=frame["method"].unique(), autorange="reversed")
    return figure


def _add_measure(figure: go.Figure, part: pd.DataFrame, measure: str, row: int, column: int) -> None:
    colours = [_COLOURS.get(verdict, _PLAIN) for verdict in part["verdict"]]
    for (_, each), colour in zip(part.iterrows(), colours, strict=True):
        words = "" if each["verdict"] is None else f", {each['verdict']}"
        figure.add_scatter(
            x=[each["mean"]],
            y=[each["method"]],
            mode="markers",
            marker={"size": 9, "color": colour},
            error_x={"array": [each["high"] - each["mean"]], "color": colour, "width": 4, "thickness": 1.5},
            hovertemplate=f"%{{y}}: {each['mean']:.2f}, interval {each['low']:.2f} to {each['high']:.2f}"
            f"{words}<extra></extra>",
            row=row,
            col=column,
        )
    if measure in _BOUNDS:
        line = {"color": YARDSTICK, "width": 1, "dash": "dot"}
        figure.add_vline(x=_BOUNDS[measure], line=line, row=row, col=column)
