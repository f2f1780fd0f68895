"""What Errors says of suspicions and calibration, in words."""

import numpy as np
import pandas as pd
import pytest

from cifar_core.evaluation import top_confusions_frame
from cifar_core.evaluation.calibration import coverage_frame, fit_temperature, reliability_frame
from cifar_core.evaluation.predictions import Predictions
from dashboard.errors.calibration_view import describe_bins, describe_coverage, describe_temperature, describe_trust
from dashboard.errors.class_view import describe_classes
from dashboard.errors.label_view import describe_none, describe_precision
from dashboard.errors.matrix_view import describe_mistakes


def test_a_weak_networks_suspicions_come_with_what_is_known_of_them():
    words = describe_precision(0.7136)
    assert "right on 71.4 % of the images" in words
    assert "3 of 94 and 4 of 102" in words
    assert "own mistakes" not in describe_precision(0.94)


def test_no_suspicion_of_a_weak_network_says_nothing_of_the_labels():
    assert "says nothing of the labels" in describe_none(0.1)
    assert describe_none(0.94) == "No label is suspected."


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (50.0, "the highest that is tried"),
        (0.02, "the lowest that is tried"),
        (1.0, "nothing that a temperature could mend"),
        (1.3, "surer than it should be"),
        (0.7, "less sure than it may be"),
    ],
)
def test_a_temperature_is_put_into_words(temperature, expected):
    assert expected in describe_temperature(temperature)


def test_a_constant_predictor_has_no_temperature_no_curve_and_no_surer_half():
    for row in (np.zeros(10), np.array([2.0, *[0.0] * 9])):
        predictions = Predictions(np.tile(row, (500, 1)).astype(np.float32), np.arange(500) % 10, np.arange(500))
        assert "one bin" in describe_bins(reliability_frame(predictions))
        assert "left to chance" in describe_coverage(coverage_frame(predictions))
    even = Predictions(np.zeros((500, 10), np.float32), np.arange(500) % 10, np.arange(500))
    assert fit_temperature(even) == 1.0
    # Always the same class: right on a tenth, and best evened out altogether.
    assert "the highest that is tried" in describe_temperature(fit_temperature(predictions))


def test_bins_of_few_images_are_pointed_out():
    frame = pd.DataFrame({"num_images": [3, 200, 19, 20]})
    assert describe_bins(frame).startswith("2 of 4 bins hold fewer than 20 images")
    assert describe_bins(frame.tail(3)).startswith("One of 3 bins holds")
    assert describe_bins(frame.iloc[[1, 3]]) is None


def test_shares_have_a_space_and_one_digit():
    frame = pd.DataFrame({"coverage": [0.5, 1.0], "accuracy": [0.9567, 0.7136], "threshold": [0.8123, 0.2]})
    assert describe_coverage(frame) == (
        "Answering only the surest 50 % (confidence from 81.2 %), 95.7 % are right; answering all, 71.4 %."
    )


def test_the_mistakes_are_summed_up_by_their_most_frequent_kind():
    matrix = np.array([[5, 3, 0], [1, 8, 1], [0, 0, 9]])
    words = describe_mistakes(top_confusions_frame(matrix, ("cat", "dog", "ship")), "27 val")
    assert (
        words
        == "It gets **5** of 27 val images wrong, most often by taking **cat for dog** (3 times, 38 % of that class)."
    )
    nothing = describe_mistakes(top_confusions_frame(np.eye(3, dtype=int), ("cat", "dog", "ship")), "3 val")
    assert nothing == "It makes no mistake at all on 3 val images."


def test_the_best_and_the_worst_class_are_named():
    frame = pd.DataFrame({"class_name": ["cat", "dog", "ship"], "recall": [0.5, 0.25, np.nan]})
    assert describe_classes(frame) == "It recognises **cat** best (50.0 % of its images) and **dog** worst (25.0 %)."
    assert "one class alone" in describe_classes(frame.head(1))


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.9, "40.0 points surer than it should be"), (0.5, "as sure as it may be"), (0.3, "20.0 points less sure")],
)
def test_how_sure_is_held_against_how_right(share, expected):
    logits = np.log(np.full((2, 10), (1 - share) / 9))
    logits[:, 0] = np.log(share)
    predictions = Predictions(logits.astype(np.float32), np.array([0, 1]), np.arange(2))
    assert expected in describe_trust(predictions)
