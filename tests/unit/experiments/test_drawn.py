"""A curve that somebody expects: kept, sent through an address, and held against what came."""

import pytest
from pydantic import ValidationError

from cifar_core.experiments.drawn import MOST_EPOCHS, Drawn, read_values, write_values


def test_how_far_off_a_curve_lies():
    drawn = Drawn(arm="a", values=(0.2, 0.5, 0.6))
    assert drawn.miss({1: 0.3, 2: 0.4, 3: 0.5}) == pytest.approx((0.1, 0.1))
    assert drawn.miss({2: 0.52, 9: 0.9}) == pytest.approx((0.02, -0.02))  # of epochs that both have
    assert drawn.miss({}) is None


@pytest.mark.parametrize("values", [(), (1.1,), (-0.1,), (float("nan"),), (float("inf"),), (0.1,) * (MOST_EPOCHS + 1)])
def test_only_curves_of_shares_are_kept(values):
    with pytest.raises(ValidationError):
        Drawn(arm="a", values=values)


def test_curves_go_through_the_address():
    values = (0.0, 0.355, 0.41, 1.0)
    assert write_values(values) == "0.36.41.100"
    assert read_values("0.36.41.100", 4) == (0.0, 0.36, 0.41, 1.0)
    for strange in (None, "", "0.36.41", "0.36.41.101", "0.36.41.-1", "a.b.c.d", "0..1.2", "1.2.3.٤", "0001.2.3.4"):
        assert read_values(strange, 4) is None, strange
    assert read_values(".".join(["1"] * 100), 100) is None
