"""A run's account of itself, against counts, simulation and statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.scorecard import (
    expected_best,
    expected_inflation,
    score_run,
    share_right,
    summarize_seeds,
)
from cifar_core.evaluation.scorecard_lines import describe_scorecard


def right_on(num_right, num_images, first=0):
    logits = np.zeros((num_images, 3), np.float32)
    logits[np.arange(num_images), (np.arange(num_images) >= num_right).astype(int)] = 4
    return Predictions(logits, np.zeros(num_images, np.int64), np.arange(first, first + num_images))


def test_a_share_has_the_interval_of_statsmodels():
    share = share_right(right_on(83, 120))
    low, high = proportion_confint(83, 120, method="wilson")
    assert (share.value, share.num_images) == (83 / 120, 120)
    assert (share.low, share.high) == pytest.approx((low, high))


def test_images_that_do_not_count_are_left_out():
    share = share_right(right_on(5, 10, first=100), without=[100, 101, 109, 7])
    assert (share.value, share.num_images) == (3 / 7, 7)
    corrected = share_right(right_on(5, 10, first=100), without=[100, 101, 109, 7], corrections={109: 1, 104: 2, 7: 0})
    assert (corrected.value, corrected.num_images) == (3 / 8, 8)
    with pytest.raises(ValueError, match="not all of the images"):
        share_right(right_on(1, 2), without=[0, 1])


@pytest.mark.parametrize(("accuracy", "num_images", "num_tried"), [(0.8, 500, 10), (0.5, 50, 3), (0.93, 5000, 40)])
def test_the_best_of_several_overstates_as_in_simulation(accuracy, num_images, num_tried):
    draws = np.random.default_rng(0).binomial(num_images, accuracy, (4000, num_tried)) / num_images
    best = draws.max(axis=1)
    error = best.std() / np.sqrt(len(best))
    assert expected_inflation(accuracy, num_images, num_tried) == pytest.approx(best.mean() - accuracy, abs=4 * error)


def test_one_result_overstates_nothing():
    assert expected_inflation(0.7, 200, 1) == pytest.approx(0, abs=1e-12)
    assert expected_inflation(1.0, 200, 9) == 0


@pytest.mark.parametrize("arguments", [(1.1, 10, 1), (0.5, 0, 1), (0.5, 10, 0)])
def test_arguments_out_of_bounds_are_refused(arguments):
    with pytest.raises(ValueError, match="allowed"):
        expected_inflation(*arguments)


def test_a_card_says_what_is_known_and_no_more():
    val, last = right_on(90, 100), right_on(88, 100)
    card = score_run(val, last, None, num_tried=10, num_test_readings=0, duplicates=[1])
    assert (card.val_best.value, card.val_last.value) == (0.9, 0.88)
    assert (card.test, card.test_without_duplicates, card.num_test_readings) == (None, None, 0)
    assert 0.02 < card.expected_inflation < 0.06
    card = score_run(val, last, right_on(85, 100), num_tried=1, num_test_readings=2, duplicates=[0, 99])
    assert (card.test.value, card.test_without_duplicates.num_images) == (0.85, 98)
    assert score_run(val, last, right_on(85, 100), num_tried=1, num_test_readings=2).test_without_duplicates is None


@pytest.mark.parametrize("num", [1, 2, 3, 10])
def test_the_best_of_several_seeds_lies_above_their_mean_as_in_simulation(num):
    best = np.random.default_rng(1).normal(0.6, 0.02, (20_000, num)).max(axis=1) - 0.6
    assert expected_best(0.02, num) == pytest.approx(best.mean(), abs=4 * best.std() / len(best) ** 0.5)
    assert [expected_best(1, few) for few in (1, 2, 3)] == pytest.approx([0, np.pi**-0.5, 1.5 * np.pi**-0.5], abs=1e-6)
    with pytest.raises(ValueError, match="allowed: 0 and above, 1 and more"):
        expected_best(0.02, 0)


def test_seeds_are_summarised_from_two_on():
    assert summarize_seeds([0.6]) is None
    seeds = summarize_seeds([0.6, 0.64])
    assert (seeds.num, seeds.mean, seeds.deviation) == (2, pytest.approx(0.62), pytest.approx(0.02 * 2**0.5))
    assert seeds.low < 0.6 < 0.64 < seeds.high


def test_disputed_labels_and_the_choice_of_a_run_are_accounted_for():
    val, test = right_on(90, 100), right_on(85, 100)
    card = score_run(
        val, val, test, num_tried=1, num_test_readings=1, disputed=[90, 91], num_runs=20, seeds=[0.88, 0.9]
    )
    assert card.test_without_disputed.value == 85 / 98
    assert (card.test_without_duplicates, card.test_corrected) == (None, None)
    assert card.run_inflation == expected_inflation(0.9, 100, 20) > card.expected_inflation
    lines = {what: value for what, value, _ in describe_scorecard(card)}
    assert lines["Test"].startswith("85.0 % (")
    assert lines["Test less near-duplicates"] == "–"
    assert lines["Best of 20 runs"] == f"up to +{100 * card.run_inflation:.1f} points"
    assert "Mean of 2 seeds" in lines
    corrected = score_run(
        val, val, test, num_tried=1, num_test_readings=1, disputed=[90, 91], corrections={90: 1}
    ).test_corrected
    assert (corrected.value, corrected.num_images) == (86 / 99, 99)
