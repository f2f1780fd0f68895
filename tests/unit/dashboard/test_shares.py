"""Shares are written in one way: 62.7 %."""

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard.drawing.shares import COLUMN_FORMAT, hover_share, in_per_cent, share_axis, share_bar

ROOT = Path(__file__).parents[3]
PAGES = [*(ROOT / "dashboard").rglob("*.py"), ROOT / "streamlit_app.py"]


def test_columns_axes_and_hover_labels_are_in_per_cent():
    frame = pd.DataFrame({"share": [0.627, 1.0], "count": [3, 4]})
    assert in_per_cent(frame, ["share", "elsewhere"])["share"].tolist() == pytest.approx([62.7, 100])
    assert in_per_cent(frame, ["share"])["count"].tolist() == [3, 4]
    assert frame["share"].tolist() == [0.627, 1.0], "the table behind it stays as it is"
    assert COLUMN_FORMAT % 62.7 == "62.7 %"
    assert hover_share("y") == "%{y:.1f} %"
    assert hover_share("customdata[0]", 0) == "%{customdata[0]:.0f} %"
    assert share_axis(0, 1.02) == {"ticksuffix": " %", "range": [0, 102]}
    assert share_axis() == {"ticksuffix": " %"}


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (0.627, (0.627, "62.7 %", "62.70 %")),
        (1.0000001, (1.0, "100.0 %", "100.00 %")),
        (-1e-9, (0.0, "0.0 %", "0.00 %")),
        (float("nan"), (0.0, "–", "not a number")),
    ],
)
def test_a_bar_is_as_long_as_its_share_and_has_its_number(share, drawn):
    bar = share_bar(share, "#123456")
    assert (bar.share, bar.text, bar.exact) == drawn
    assert bar.colour == "#123456"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_page_leaves_percentages_to_plotly_or_streamlit_or_python(path):
    """Each of them writes 62.7% or 63% in its own way."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"%\{[^}]*%\}|tickformat=\"[^\"]*%|format=\"percent\"|\{[^{}]*:\.\d%\}", text)
