"""python -m pytest tests/unit/dashboard/test_words.py. Settings in words."""

import pytest

from cifar_core.config import SECTIONS, section_choices
from dashboard.drawing.words import exact_percent, in_digits, percent_pair, setting_name, setting_names, signed

ALL_PATHS = sorted(
    {
        f"{section}.{field}"
        for section in SECTIONS
        for choice in section_choices(section).values()
        for field in choice.model_fields
    }
)


def test_no_two_settings_have_one_name():
    names = setting_names(ALL_PATHS)
    assert list(names) == ALL_PATHS
    assert len(set(names.values())) == len(ALL_PATHS)


@pytest.mark.parametrize("path", ALL_PATHS)
def test_a_setting_alone_keeps_its_short_name(path):
    assert setting_names([path, path]) == {path: setting_name(path)}


def test_settings_that_would_be_called_alike_say_more():
    assert setting_names(["model.num_blocks", "model.blocks"]) == {
        "model.num_blocks": "number of blocks",
        "model.blocks": "blocks",
    }
    assert setting_names(["a.rate", "b.rate"]) == {"a.rate": "rate (a)", "b.rate": "rate (b)"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.2, 0.4, ("20.0 %", "40.0 %")),
        (0.9991, 0.99905, ("99.910 %", "99.905 %")),
        (0.5, 0.5, ("50.0 %", "50.0 %")),
        (0.5, 0.5 + 1e-12, ("50.0 %", "50.0 %")),
    ],
)
def test_two_shares_have_as_many_digits_as_tell_them_apart(before, after, expected):
    assert percent_pair(before, after) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0.00 %"),
        (1e-12, "less than 0.000001 %"),
        (0.000012345, "0.00123 %"),
        (0.0010345, "0.103 %"),
        (0.5, "50.00 %"),
        (0.991834, "99.183 %"),
        (0.99999876, "99.999876 %"),
        (1 - 1e-12, "more than 99.999999 %"),
        (1.0, "100.00 %"),
    ],
)
def test_an_exact_share_is_told_from_none_and_from_all(share, expected):
    assert exact_percent(share) == expected


@pytest.mark.parametrize(
    ("number", "digits", "sign", "expected"),
    [
        (-1e-6, 3, "+", "+0.000"),
        (-0.004, 2, "", "0.00"),
        (-0.006, 2, "", "\N{MINUS SIGN}0.01"),
        (0.25, 2, "+", "+0.25"),
        (float("nan"), 2, "", "nan"),
    ],
)
def test_a_number_has_a_minus_where_it_is_below_zero_as_shown(number, digits, sign, expected):
    assert in_digits(number, digits, sign) == expected


def test_a_difference_of_nothing_is_no_loss():
    assert (signed(-0.0004), signed(0.0004), signed(-0.0006)) == ("+0.0", "+0.0", "\N{MINUS SIGN}0.1")
