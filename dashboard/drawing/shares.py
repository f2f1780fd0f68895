"""Shares as people read them: 62.7 %, in tables and charts as in words.

Plotly and Streamlit write their own percentages without the space; both write numbers of per cent as they are told.
"""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from dashboard.components import Bar
from dashboard.drawing.words import exact_percent, percent

COLUMN_FORMAT = "%.1f %%"  # of a table's column


def in_per_cent(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return a table whose columns of shares in [0, 1] are in per cent. Columns that it does not have are left out."""
    return frame.assign(**{column: 100 * frame[column] for column in columns if column in frame})


def share_axis(low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Return how plotly draws an axis of per cent.

    Args:
        low: Where it begins, a share; None to leave both ends to plotly.
        high: Where it ends.
    """
    ends = {} if low is None or high is None else {"range": [100 * low, 100 * high]}
    return {"ticksuffix": " %", **ends}


def hover_share(of: str, digits: int = 1) -> str:
    """Return a number of per cent as plotly's hover templates write it, e.g. "%{y:.1f} %" for "y"."""
    return f"%{{{of}:.{digits}f}} %"


def share_bar(share: float, colour: str) -> Bar:
    """Return the bar of a share in [0, 1]; of a network whose numbers are none, an empty one that says so."""
    if not math.isfinite(share):
        return Bar(0.0, "–", "not a number", colour)
    inside = min(max(float(share), 0.0), 1.0)
    return Bar(inside, percent(inside), exact_percent(inside), colour)
