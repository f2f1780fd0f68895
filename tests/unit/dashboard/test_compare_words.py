"""What a comparison is said to show, at its borders."""

import re

import pandas as pd
import pytest

from cifar_core.evaluation.comparison import Effect
from cifar_core.evaluation.pairs import PILES
from dashboard.compare.charts import flows_figure, outcome_rows, write_piles
from dashboard.compare.words import (
    describe_chance,
    describe_networks,
    describe_settings,
    describe_spread,
    explain_test,
    too_few_seeds,
)
from dashboard.drawing.words import signed

SURE = Effect(0.023, 0.011, 0.035, 0.0004)


@pytest.mark.parametrize(
    ("effect", "begins"),
    [
        (SURE, "**B is better than A** by 2.3 points: B gets 60.0 % of 500 val images right, A 57.7 %"),
        (Effect(-0.023, -0.035, -0.011, 0.0004), "**A is better than B** by 2.3 points"),
        (Effect(0.01, -0.001, 0.02, 0.05), "**Not told apart**"),
    ],
)
def test_of_two_networks_one_is_better_only_if_chance_hardly_makes_it(effect, begins):
    assert describe_networks(effect, (0.577, 0.6), "500 val images").startswith(begins)


def test_the_test_says_what_it_is_about_and_what_not():
    words = explain_test(SURE, 312, 201)
    for part in ("312 images that A gets wrong", "201 that A gets right", "about once in 2,500 times", "+1.1 to +3.5"):
        assert part in words
    assert "nothing about their settings" in words
    assert explain_test(Effect(0, 0, 0, 1.0), 0, 0) == "They get the very same images right."


@pytest.mark.parametrize(
    ("p", "words"),
    [(1e-9, "less than once in 10,000 times"), (0.05, "about once in 20 times"), (0.5, "50 % of the time")],
)
def test_a_probability_is_said_as_how_often(p, words):
    assert describe_chance(p) == words


@pytest.mark.parametrize(
    ("verdict", "begins"),
    [
        ("supported", "**Supported here**: B's settings are better"),
        ("contradicted", "**Contradicted here**: B's settings are worse"),
        ("no difference", "**No difference larger than 3.5 points**"),
        ("undecided", "**Undecided**"),
    ],
)
def test_each_verdict_says_no_more_than_it_is_and_has_its_interval(verdict, begins):
    words = describe_settings(SURE, verdict, 3)
    assert words.startswith(begins)
    for part in ("+2.3 points", "+1.1 to +3.5", "over 3 seeds"):
        assert part in words


def test_without_two_seeds_of_both_nothing_is_said_of_the_settings():
    assert "only one seed" in too_few_seeds(1)
    assert "no seed" in too_few_seeds(0)
    assert "from 50.0 % to 52.0 %" in describe_spread([0.52, 0.5, 0.51])
    assert "is chance" in describe_spread([0.5])


def test_a_difference_has_its_sign():
    assert (signed(0.0123), signed(-0.02)) == ("+1.2", "\N{MINUS SIGN}2.0")


def test_the_bar_is_cut_into_shares_of_all():
    sizes = {"fixed": 10, "broken": 5, "wrong_alike": 20, "wrong_differently": 5, "right": 60}
    bar, names = write_piles(sizes).split("<ul")
    assert [int(number) for number in re.findall(r"flex: (\d+) 1 0", bar)] == [60, 10, 5, 20, 5]
    assert re.findall(r">(\d+)</div>", bar) == ["60", "10", "20"], "the others are too narrow"
    assert "Both wrong differently 5, 5.0 %" in names


def test_every_pile_is_named_beside_its_colour():
    bar, names = write_piles(dict.fromkeys(PILES, 2_000)).split("<ul")
    told = re.findall(r'background: (#\w+); color: #\w+" title="([\w ]+): 2,000 images, 20.0 %"', bar)
    assert len(told) == 5
    for colour, title in told:
        assert f'background: {colour}"></span>{title.removesuffix(" by B")} 2,000, 20.0 %<' in names


def test_numbers_of_a_class_stand_where_the_net_does_not_cover_them():
    frame = pd.DataFrame({"class_name": ["cat", "dog"], "broken": [173, 11], "fixed": [4, 135]})
    figure = flows_figure(frame)
    broken, fixed, net = figure.data
    assert {broken.textposition, fixed.textposition} == {"outside"}
    assert all(low <= place <= high for low, place, high in zip(broken.x, net.x, fixed.x, strict=True))
    assert figure.layout.xaxis.range[1] >= 1.2 * 173, "room for the numbers"


def test_runs_of_one_seed_are_joined():
    first, second = outcome_rows({0: 0.5, 1: 0.52, 2: 0.55}, {0: 0.6, 1: 0.58})
    assert [(dot.value, dot.pair) for dot in first.dots] == [(0.5, "0"), (0.52, "1"), (0.55, "")]
    assert [(dot.value, dot.pair) for dot in second.dots] == [(0.6, "0"), (0.58, "1")]
    assert (second.name, second.mean, second.mean_words) == ("B", pytest.approx(0.59), "B, mean 59.0 %")
    assert second.dots[1].words == "B, seed 1: 58.0 % of val"
    (alike,) = outcome_rows({0: 0.5, 1: 0.4}, None)
    assert (alike.name, alike.mean, [dot.pair for dot in alike.dots]) == ("A, B", pytest.approx(0.45), ["", ""])
