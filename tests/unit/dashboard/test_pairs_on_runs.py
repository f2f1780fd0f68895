"""Two runs side by side on Runs: what their numbers say, and by how much they differ."""

import pytest

from cifar_core.runs.difference import Result
from dashboard.runs.pair_view import _write_result


@pytest.mark.parametrize(
    ("quantity", "first", "second", "written"),
    [
        ("seconds", 30.0, 64.0, ("30 s", "1 min 4 s", "\N{MINUS SIGN}34 s")),
        ("seconds", 64.4, 30.0, ("1 min 4 s", "30 s", "+34 s")),
        ("seconds", 30.0, 30.3, ("30 s", "30 s", "")),
        ("seconds", 30.0, None, ("30 s", "\N{EN DASH}", "")),
        ("epochs", 3, 5, ("3 epochs", "5 epochs", "\N{MINUS SIGN}2 epochs")),
        ("best_val", 0.489, 0.5, ("48.9 %", "50.0 %", "\N{MINUS SIGN}1.1 points")),
    ],
)
def test_a_difference_has_its_sign(quantity, first, second, written):
    assert _write_result(Result(quantity, first, second), is_same_data=True) == written
