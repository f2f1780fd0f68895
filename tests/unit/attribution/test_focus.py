"""Where a map is strong, in words, and which method is shown where nobody chose."""

import numpy as np
import pytest

from cifar_core.attribution import METHODS, find_focus, quietest


def spot(row, column):
    values = np.zeros((32, 32), np.float32)
    values[row, column] = 2
    return values


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (2, 2, "upper left"),
        (2, 29, "upper right"),
        (29, 2, "lower left"),
        (29, 29, "lower right"),
        (2, 15, "top"),
        (29, 15, "bottom"),
        (15, 2, "left"),
        (15, 29, "right"),
        (15, 15, "middle"),
    ],
)
def test_a_spot_is_named_by_its_place(row, column, place):
    focus = find_focus(spot(row, column))
    assert (focus.place, focus.share, focus.is_narrow) == (place, 1.0, True)


def test_what_is_even_lies_nowhere_more_than_elsewhere():
    focus = find_focus(np.ones((32, 32), np.float32))
    assert focus.share == pytest.approx(0.25)
    assert not focus.is_narrow


def test_what_speaks_against_the_class_is_no_focus():
    assert find_focus(spot(2, 2) - 5 * spot(29, 29)).place == "upper left"
    assert find_focus(-spot(2, 2)) is None
    assert find_focus(np.full((32, 32), np.nan, np.float32)) is None


def test_grad_cam_is_shown_first_where_it_fits_and_occlusion_elsewhere():
    assert quietest(list(METHODS)) == "grad_cam"
    assert quietest([name for name in METHODS if not METHODS[name].needs_convolution]) == "occlusion"
