"""python -m pytest tests/unit/evaluation/test_tables.py. Columns, rows from 0, order among equals."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import precision_recall_curve, roc_curve

from cifar_core.evaluation import Criteria, compute_confusion_matrix, order_classes, per_class_frame, select_predictions
from cifar_core.evaluation.calibration import apply_temperature, coverage_frame, reliability_frame
from cifar_core.evaluation.confusion import confusion_frame, fold_matrix, top_confusions_frame
from cifar_core.evaluation.criteria import ORDERS
from cifar_core.evaluation.dynamics import dynamics_frame
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.evaluation.ranking import precision_recall_frame, ranking_frame, roc_frame
from cifar_core.evaluation.track import create_track, find_changing, read_epoch
from tests.unit.predictions_helpers import make_predictions, predictions_of

NAMES = tuple("abcdefghij")


def wilson(successes, total, confidence=0.95):
    """By the formula as Wilson (1927) has it."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / total
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return centre - half, centre + half


def test_each_class_has_intervals_of_its_own_counts():
    predictions = make_predictions(num_images=200, bias=1.0)
    frame = per_class_frame(predictions, NAMES)
    matrix = compute_confusion_matrix(predictions, 10)
    for place, row in enumerate(frame.to_dict("records")):
        right = matrix[place, place]
        assert row["class_name"] == NAMES[place]
        assert (row["precision_low"], row["precision_high"]) == pytest.approx(wilson(right, matrix[:, place].sum()))
        assert (row["recall_low"], row["recall_high"]) == pytest.approx(wilson(right, matrix[place].sum()))


def test_intervals_stay_within_what_shares_can_be_and_know_nothing_of_nothing():
    low, high = wilson_interval(np.array([0, 3, 0]), np.array([3, 3, 0]))
    assert low[0] == 0
    assert high[1] == 1
    assert (low[2], high[2]) == (0, 1)
    for confidence in (0.0, 1.0):
        with pytest.raises(ValueError, match="confidence"):
            wilson_interval(np.array([1]), np.array([2]), confidence)


def test_bins_have_intervals_of_their_own_counts_and_cover_everything():
    predictions = make_predictions(num_images=500, bias=2.0)
    frame = reliability_frame(predictions)
    assert len(frame) <= 15
    assert frame["num_images"].sum() == 500
    for binning in ("width", "mass"):
        frame = reliability_frame(predictions, 8, binning)
        for row in frame.to_dict("records"):
            right = round(row["accuracy"] * row["num_images"])
            assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx(wilson(right, row["num_images"]))
    frame = reliability_frame(predictions, 8, "mass")
    assert frame["num_images"].max() - frame["num_images"].min() <= 1
    assert (frame["low"].to_numpy()[1:] == frame["high"].to_numpy()[:-1]).all()
    assert frame["high"].iloc[-1] == 1
    assert ((frame["low"] <= frame["confidence"]) & (frame["confidence"] <= frame["high"])).all()


def test_a_sure_prediction_falls_into_the_last_bin_and_an_even_one_into_its_own():
    frame = reliability_frame(predictions_of([[1.0, 1e-30], [0.5, 0.5]], [0, 0]), 4)
    assert frame[frame["num_images"] > 0]["confidence"].tolist() == pytest.approx([0.5, 1.0])


def test_a_temperature_divides():
    predictions = make_predictions(num_images=20)
    hotter = apply_temperature(predictions, 2.0)
    expected = np.exp(predictions.logits / 2)
    np.testing.assert_allclose(hotter.probs, expected / expected.sum(axis=1, keepdims=True), rtol=1e-4)
    assert hotter.probs.max(axis=1).mean() < predictions.probs.max(axis=1).mean()


@pytest.mark.parametrize("num_images", [5, 100, 101, 1000])
def test_coverage_goes_from_the_surest_image_to_all_in_a_hundred_steps_at_most(num_images):
    predictions = make_predictions(num_images=num_images, bias=1.0)
    frame = coverage_frame(predictions)
    assert len(frame) == min(num_images, 100)
    assert frame["coverage"].iloc[0] == pytest.approx(1 / num_images)
    assert frame["coverage"].iloc[-1] == 1
    surest = int(predictions.probs.max(axis=1).argmax())
    assert frame["accuracy"].iloc[0] == float(predictions.preds[surest] == predictions.targets[surest])
    assert frame["accuracy"].iloc[-1] == pytest.approx((predictions.preds == predictions.targets).mean())


def test_curves_are_sklearns():
    predictions = make_predictions(num_images=60, num_classes=3, bias=1.0)
    roc, recalled = roc_frame(predictions, NAMES), precision_recall_frame(predictions, NAMES)
    assert list(roc.columns) == ["class_name", "false_positive_rate", "true_positive_rate", "threshold"]
    assert list(recalled.columns) == ["class_name", "recall", "precision", "threshold"]
    assert list(ranking_frame(predictions, NAMES).columns) == ["class_name", "average_precision", "roc_auc"]
    for place in range(3):
        is_class, probs = predictions.targets == place, predictions.probs[:, place]
        precision, recall, thresholds = precision_recall_curve(is_class, probs)
        theirs = (recall[::-1], precision[::-1], np.append(thresholds, np.inf)[::-1])
        for frame, points in ((roc, roc_curve(is_class, probs)), (recalled, theirs)):
            assert frame.index.tolist() == list(range(len(frame)))
            mine = frame[frame["class_name"] == NAMES[place]].to_numpy()[:, 1:].tolist()
            points = np.stack(points, axis=1).tolist()
            assert mine[0] == points[0]
            assert mine[-1] == points[-1]
            assert all(point in points for point in mine)
            assert len(mine) > 0.8 * len(points)


def test_a_long_curve_is_thinned_and_keeps_both_ends():
    frame = roc_frame(make_predictions(num_images=20_000, num_classes=2), NAMES)
    for name in "ab":
        mine = frame[frame["class_name"] == name]
        assert 100 < len(mine) < 1_000
        ends = mine[["false_positive_rate", "true_positive_rate"]].to_numpy()
        assert ends[0].tolist() == [0, 0]
        assert ends[-1].tolist() == [1, 1]


def test_a_class_that_is_absent_or_alone_has_no_curve():
    predictions = make_predictions(num_images=50, num_classes=4, classes_present=[0, 2])
    assert set(roc_frame(predictions, NAMES)["class_name"]) == {"a", "c"}


@pytest.mark.parametrize("order", ORDERS)
def test_criteria_hold_all_at_once_in_every_order(order):
    predictions = make_predictions(num_images=400, num_classes=4, bias=1.0)
    criteria = Criteria((1, 2), (0, 1), "wrong", 0.4, 0.8)
    rows = select_predictions(predictions, criteria, order)
    prob = predictions.probs.max(axis=1)
    expected = np.isin(predictions.targets, (1, 2)) & np.isin(predictions.preds, (0, 1)) & (prob >= 0.4) & (prob <= 0.8)
    expected &= predictions.preds != predictions.targets
    assert set(rows["index"]) == set(predictions.indices[expected])
    assert rows.index.tolist() == list(range(len(rows)))
    for changes in ({"lowest_prob": 0.6}, {"highest_prob": 0.6}, {"outcome": "right"}, {"outcome": "any"}):
        other = select_predictions(predictions, replace(criteria, **changes), order)
        assert set(other["index"]) != set(rows["index"])


def test_equals_stand_in_the_order_of_their_classes():
    matrix = np.array([[5, 2, 2], [2, 5, 0], [3, 2, 5]])
    frame = top_confusions_frame(matrix, NAMES[:3])
    assert frame.index.tolist() == list(range(5))
    pairs = list(zip(frame["true_label"], frame["predicted_label"], strict=True))
    assert pairs == [("c", "a"), ("a", "b"), ("a", "c"), ("b", "a"), ("c", "b")]
    assert frame["share_of_errors"].sum() == pytest.approx(1)
    assert top_confusions_frame(np.diag([1, 1]), NAMES[:2]).empty
    assert top_confusions_frame(np.array([[1, 1], [0, 1]]), NAMES[:2])["share_of_errors"].tolist() == [1.0]


@pytest.mark.parametrize("seed", range(5))
def test_classes_that_are_taken_for_each_other_stand_side_by_side_as_scipy_says(seed):
    matrix = np.random.default_rng(seed).integers(1, 60, (10, 10))
    shares = matrix / matrix.sum(axis=1, keepdims=True)
    distances = 1 - (shares + shares.T) / 2
    np.fill_diagonal(distances, 0)
    expected = leaves_list(linkage(squareform(distances), "average", optimal_ordering=True))
    assert order_classes(matrix, "likeness").tolist() == expected.tolist()
    assert order_classes(matrix, "likeness").dtype == np.int64


def test_three_classes_can_be_alike_and_two_need_no_order():
    matrix = np.array([[6, 0, 4], [0, 10, 0], [4, 0, 6]])
    order = order_classes(matrix, "likeness").tolist()
    assert abs(order.index(0) - order.index(2)) == 1
    assert order_classes(matrix[:2, :2], "likeness").tolist() == [0, 1]


def test_folding_and_tables_keep_whole_numbers():
    matrix = np.arange(9).reshape(3, 3)
    folded = fold_matrix(matrix, [(0, 2), (1,)])
    assert folded.dtype == matrix.dtype
    assert folded.tolist() == [[16, 8], [8, 4]]
    frame = confusion_frame(matrix, NAMES[:3])
    assert frame["count"].tolist() == list(range(9))


def make_track(num_epochs=6, num_images=80, num_classes=3):
    epochs = [make_predictions(seed, num_images, num_classes) for seed in range(num_epochs)]
    first = epochs[0]
    readings = [read_epoch(replace(epoch, targets=first.targets, indices=first.indices)) for epoch in epochs]
    return create_track(range(1, num_epochs + 1), readings)


def test_dynamics_are_those_of_each_image():
    track = make_track()
    frame = dynamics_frame(track)
    assert frame["true_idx"].tolist() == track.targets.tolist()
    assert frame["pred_idx"].tolist() == track.preds[-1].tolist()
    probs = track.probs_true.astype(np.float64)
    np.testing.assert_allclose(frame["confidence"], probs.mean(axis=0))
    np.testing.assert_allclose(frame["variability"], probs.std(axis=0))
    assert frame["confidence"].nunique() > 1


@pytest.mark.parametrize("num_images", [3, 10, 500])
def test_the_images_that_changed_most_come_first_and_of_equals_the_latest(num_images):
    track = make_track()

    def facts(place):
        changes = [
            epoch for epoch in range(1, len(track.epochs)) if track.preds[epoch, place] != track.preds[epoch - 1, place]
        ]
        return -len(changes), -max(changes, default=0), track.indices[place]

    places = [place for place in range(track.preds.shape[1]) if facts(place)[0]]
    assert find_changing(track, num_images).tolist() == sorted(places, key=facts)[:num_images]


def test_an_image_that_never_changed_is_not_among_them():
    steady = predictions_of([[0.9, 0.1], [0.2, 0.8]], [0, 1])
    moved = predictions_of([[0.9, 0.1], [0.7, 0.3]], [0, 1])
    track = create_track([1, 2], [read_epoch(steady), read_epoch(moved)])
    assert find_changing(track, 5).tolist() == [1]
    assert find_changing(create_track([1], [read_epoch(steady)]), 5).tolist() == []
    assert isinstance(dynamics_frame(track), pd.DataFrame)
