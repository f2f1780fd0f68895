"""Comparisons against published and independent computations, and what their verdicts are at the borders."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from cifar_core.evaluation.comparison import (
    Effect,
    Piles,
    align_predictions,
    compare_networks,
    compare_seeds,
    expected_half_width,
    judge_claim,
    smallest_difference,
    sort_into_piles,
)
from cifar_core.evaluation.predictions import Predictions, PredictionsError


def predicted(classes, targets, indices=None, num_classes=4):
    logits = np.zeros((len(classes), num_classes), np.float32)
    logits[np.arange(len(classes)), classes] = 5
    indices = np.arange(len(classes)) if indices is None else indices
    return Predictions(logits, np.array(targets, np.int64), np.array(indices, np.int64))


def piles_of(fixed, broken, wrong=0, right=0):
    ends = np.cumsum([0, fixed, broken, wrong, 0, right])
    return Piles(*(np.arange(start, end) for start, end in pairwise(ends)))


def test_each_image_lies_in_the_pile_it_belongs_to():
    first = predicted([0, 1, 2, 2, 3], [0, 0, 1, 1, 3], [40, 30, 20, 10, 0])
    second = predicted([3, 2, 0, 1, 0], [3, 1, 0, 0, 1], [0, 20, 30, 40, 10])
    piles = sort_into_piles(first, second)
    found = {name: getattr(piles, name).tolist() for name in Piles.__dataclass_fields__}
    assert found == {
        "fixed": [30],
        "broken": [40],
        "wrong_alike": [20],
        "wrong_differently": [10],
        "right": [0],
    }


@given(st.integers(1, 60), st.integers(2, 5), st.randoms())
def test_piles_hold_every_image_once(size, num_classes, chance):
    targets, first, second = ([chance.randrange(num_classes) for _ in range(size)] for _ in range(3))
    pair = predicted(first, targets, num_classes=num_classes), predicted(second, targets, num_classes=num_classes)
    piles = sort_into_piles(*pair)
    everything = np.concatenate([getattr(piles, name) for name in Piles.__dataclass_fields__])
    assert sorted(everything) == list(range(size))
    accuracies = [float((each.preds == each.targets).mean()) for each in pair]
    assert compare_networks(piles).size == pytest.approx(accuracies[1] - accuracies[0])


def test_only_shared_images_are_compared():
    first, second = align_predictions(predicted([0, 1], [0, 0], [5, 7]), predicted([2, 3], [0, 1], [7, 9]))
    assert first.indices.tolist() == second.indices.tolist() == [7]
    assert (first.preds[0], second.preds[0]) == (1, 2)


def test_predictions_that_cannot_be_compared_are_refused():
    with pytest.raises(PredictionsError, match="about different images"):
        align_predictions(predicted([0], [0], [1]), predicted([0], [0], [2]))
    with pytest.raises(PredictionsError, match="different true classes"):
        align_predictions(predicted([0], [0]), predicted([0], [1]))


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_exact_test_is_that_of_statsmodels(fixed, broken):
    ours = compare_networks(piles_of(fixed, broken, wrong=3, right=5))
    theirs = mcnemar([[5, broken], [fixed, 3]], exact=True).pvalue
    assert ours.p == pytest.approx(min(theirs, 1.0), rel=1e-9)


def test_nothing_changed_is_no_evidence():
    effect = compare_networks(piles_of(0, 0, wrong=10, right=90))
    assert (effect.size, effect.p) == (0, 1)
    assert effect.low < 0 < effect.high


def test_the_interval_of_two_networks_is_the_published_one():
    # Bonett and Price (2012): pairs (1, 1, 0, 46) of 48, p12 - p21 with one added to either side.
    effect = compare_networks(piles_of(1, 0, wrong=1, right=46))
    up, down, total = 2 / 50, 1 / 50, 50
    half = stats.norm.ppf(0.975) * np.sqrt((up + down - (up - down) ** 2) / total)
    assert (effect.low, effect.high) == pytest.approx((up - down - half, up - down + half))


def test_intervals_of_two_networks_hold_the_true_difference_as_often_as_they_say():
    chance = np.random.default_rng(0)
    shares, held = (0.08, 0.05, 0.1, 0.77), 0
    for _ in range(2000):
        fixed, broken, wrong, right = chance.multinomial(500, shares)
        effect = compare_networks(piles_of(fixed, broken, wrong, right))
        held += effect.low <= 0.03 <= effect.high
    assert 0.935 <= held / 2000 <= 0.97  # four standard errors around 0.95 are 0.02


values = st.lists(st.floats(0, 1), min_size=2, max_size=12)


@given(values, values)
def test_seeds_are_compared_as_scipy_does(first, second):
    size = min(len(first), len(second))
    first, second = first[:size], second[:size]
    if np.std(np.subtract(second, first)) < 1e-6:
        return
    effect = compare_seeds(first, second)
    theirs = stats.ttest_rel(second, first)
    interval = theirs.confidence_interval(0.95)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-9)
    assert effect.p == pytest.approx(theirs.pvalue, rel=1e-6)


def test_intervals_over_seeds_hold_the_true_difference_as_often_as_they_say():
    chance, held = np.random.default_rng(1), 0
    for _ in range(2000):
        differences = chance.normal(0.02, 0.015, 3)
        effect = compare_seeds([0.0] * 3, differences.tolist())
        held += effect.low <= 0.02 <= effect.high
    assert 0.93 <= held / 2000 <= 0.97


def test_pairs_that_all_differ_alike_have_no_width():
    assert compare_seeds([0.5, 0.25], [0.75, 0.5]) == Effect(0.25, 0.25, 0.25, 0.0)
    assert compare_seeds([0.5, 0.25], [0.5, 0.25]) == Effect(0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([0.5], [0.6], "1 and 1 values"),
        ([0.5, 0.6], [0.6], "2 and 1 values"),
        ([0.5, float("nan")], [0.6, 0.7], "not a finite number"),
    ],
)
def test_values_that_are_no_pairs_are_refused(first, second, words):
    with pytest.raises(ValueError, match=words):
        compare_seeds(first, second)


def test_a_confidence_or_margin_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match="confidence 1"):
        compare_seeds([0, 1], [1, 1], confidence=1)
    with pytest.raises(ValueError, match=r"margin -0\.1"):
        judge_claim(Effect(0, 0, 0, None), margin=-0.1)
    with pytest.raises(ValueError, match="num_pairs 1"):
        expected_half_width(0.01, 1)


@pytest.mark.parametrize("num_pairs", [2, 3, 5, 20])
@pytest.mark.parametrize("power", [0.5, 0.8])
def test_the_smallest_difference_is_that_of_a_power_analysis(num_pairs, power):
    # One end of a two-sided interval is a one-sided test.
    expected = TTestPower().solve_power(nobs=num_pairs, alpha=0.025, power=power, alternative="larger")
    assert smallest_difference(1.0, num_pairs, 0.0, power) == pytest.approx(expected, abs=1e-4)
    assert smallest_difference(0.02, num_pairs, 0.01, power) == pytest.approx(0.01 + 0.02 * expected, abs=1e-5)


def test_half_of_all_experiments_show_the_smallest_difference():
    chance = np.random.default_rng(1)
    size = smallest_difference(0.02, 3)
    differences = chance.normal(size, 0.02, (1500, 3))
    verdicts = [judge_claim(compare_seeds([0.0] * 3, list(each))) for each in differences]
    assert verdicts.count("supported") / 1500 == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("changes", [{"deviation": 0}, {"num_pairs": 1}, {"margin": -0.1}, {"power": 1}])
def test_no_power_is_told_of_what_cannot_be(changes):
    with pytest.raises(ValueError, match="allowed: above 0, from 2"):
        smallest_difference(**{"deviation": 0.01, "num_pairs": 3} | changes)


def test_three_pairs_are_twice_as_unsure_as_five():
    assert expected_half_width(1, 3) == pytest.approx(2.484, abs=0.001)
    assert expected_half_width(1, 5) == pytest.approx(1.242, abs=0.001)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.011, 0.05, "supported"),
        (0.01, 0.05, "undecided"),
        (-0.05, -0.011, "contradicted"),
        (-0.05, -0.01, "undecided"),
        (-0.01, 0.01, "no difference"),
        (-0.01, 0.0101, "undecided"),
        (-0.006, 0.082, "undecided"),
    ],
)
def test_verdicts_at_their_borders(low, high, verdict):
    assert judge_claim(Effect((low + high) / 2, low, high, None)) == verdict
