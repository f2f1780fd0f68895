"""python -m pytest tests/unit/dashboard/test_scatter.py. A map of points: what is sent, and what is marked on it."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import Marking, ScatterPoints
from dashboard.components.scatter import encode_scatter, mark_points, read_marking
from dashboard.components.scatter.region import (
    GRID,
    MOST_CORNERS,
    is_within,
    pack_polygon,
    to_grid,
    unpack_polygon,
)

SQUARE = ((10, 10), (20, 10), (20, 20), (10, 20))
NUMBERS = st.integers(0, GRID)
OUTLINES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=MOST_CORNERS)


def points_at(positions, ids=None, **others):
    count = len(positions)
    groups = np.arange(count) % 2
    ids = np.arange(count) if ids is None else np.array(ids)
    named = {"names": ["even", "odd"], "colours": ["#ff0000", "#00ff00"], "label_names": None} | others
    return ScatterPoints(
        ids, np.array(positions, np.float32), groups, labels=groups + 3, pictures="/pictures/0f", **named
    )


def test_a_map_travels_as_whole_numbers():
    shown = encode_scatter(points_at([(0, 0), (2, 1), (1, 0.5)], [7, 9, 70_000]))
    assert shown.header["count"] == 3
    assert not shown.header["isCounted"]
    assert np.frombuffer(shown.body[:12], "<u2").reshape(-1, 2).tolist() == [[0, 0], [GRID, 32768], [32768, 16384]]
    assert list(shown.body[12:15]) == [0, 1, 0]
    assert list(shown.body[15:18]) == [3, 4, 3]
    assert np.frombuffer(shown.body[18:], "<u4").tolist() == [7, 9, 70_000]


def test_all_images_in_their_order_need_no_ids():
    shown = encode_scatter(points_at(np.zeros((60_000, 2))))
    assert shown.header["isCounted"]
    assert len(shown.body) == 6 * 60_000


def test_other_colours_are_on_the_same_map_and_other_positions_are_not():
    first, second = (
        encode_scatter(points_at([(0, 0), (2, 1)], colours=[colour] * 2)) for colour in ("#111111", "#222222")
    )
    assert first.header["map"] == second.header["map"]
    assert first.header["map"] != encode_scatter(points_at([(0, 0), (2, 1.5)])).header["map"]


@pytest.mark.parametrize("positions", [np.zeros((0, 2)), np.zeros((3, 2)), np.array([[1.5, -3.0]])])
def test_points_without_a_span_are_on_the_grid(positions):
    assert not to_grid(positions.astype(np.float32)).any()


def test_both_axes_have_one_scale():
    grid = to_grid(np.array([(-1, 5), (3, 6)], np.float32))
    assert grid.tolist() == [[0, 0], [GRID, round(GRID / 4)]]


@pytest.mark.parametrize(
    ("marking", "expected"),
    [
        (Marking(), []),
        (Marking(groups=(1,)), [1, 3]),
        (Marking(((0, 0), (30000, 0), (30000, 30000), (0, 30000))), [0, 1]),
        (Marking(((0, 0), (30000, 0), (30000, 30000), (0, 30000)), (1,)), [1]),
    ],
)
def test_a_marking_marks_by_outline_and_by_groups(marking, expected):
    positions = [(0.1, 0.1), (0.2, 0.2), (0, 1), (1, 0)]
    shown = encode_scatter(points_at(positions, [4, 5, 6, 7]))
    assert (shown.find_marked(marking) - 4).tolist() == expected
    assert np.flatnonzero(mark_points(shown_positions(positions), shown.groups, marking)).tolist() == expected


def shown_positions(positions):
    return np.array(positions, np.float32)


def is_within_by_fractions(point, polygon):
    """The even-odd rule with exact numbers: how often a line to the right crosses the outline."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y):
            crossings += x < x1 + Fraction((y - y1) * (x2 - x1), y2 - y1)
    return crossings % 2 == 1


@given(OUTLINES, st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_what_is_within_is_exact(polygon, points):
    points = [*points, *polygon[:3]]
    expected = [is_within_by_fractions(point, polygon) for point in points]
    assert is_within(np.array(points, np.uint16), polygon).tolist() == expected


def test_the_same_points_are_within_as_in_the_browser():
    state = 11

    def number():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return int(state / 2**32 * (GRID + 1))

    polygon = [(number(), number()) for _ in range(9)]
    points = np.array([(number(), number()) for _ in range(2000)], np.uint16)
    inside = np.flatnonzero(is_within(points, polygon))
    assert (len(inside), inside[0], inside[-1]) == (479, 14, 1998)  # as in tests/javascript/scatter.test.js


@given(OUTLINES)
def test_an_outline_travels_in_an_address(polygon):
    text = pack_polygon(polygon)
    assert unpack_polygon(text) == tuple(polygon)
    assert len(text) <= 6 * len(polygon)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)


@pytest.mark.parametrize("text", ["A", "AAAA", "AAAAAAAAAAA", "é" * 16, "AAAA" * 400, "not an outline!"])
def test_what_is_no_outline_is_refused(text):
    with pytest.raises(ValueError, match="outline"):
        unpack_polygon(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"polygon": [], "groups": [1, 0, 1]}, Marking((), (0, 1))),
        ({"polygon": [10, 10, 20.0, 10, 20, 20, 10, 20], "groups": []}, Marking(SQUARE)),
        ({"polygon": [10, 10, 20, 10], "groups": [5, -1, True, "0"]}, Marking()),
        ({"polygon": [10, 10, 20, 10, 20], "groups": None}, Marking()),
        ({"polygon": [10, 10, 20, 10, 20, GRID + 1]}, Marking()),
        ({"polygon": [1] * 2 * (MOST_CORNERS + 1)}, Marking()),
        ({"polygon": [float("nan")] * 6, "groups": [float("inf")]}, Marking()),
        (None, Marking()),
        ([1, 2], Marking()),
    ],
)
def test_what_comes_from_the_browser_is_checked(value, expected):
    assert read_marking(value, 3) == expected
