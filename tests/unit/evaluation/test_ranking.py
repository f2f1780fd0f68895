"""Curves of one class against the rest, held against scikit-learn and closed forms."""

import numpy as np
import pytest
from sklearn import metrics as reference

from cifar_core.evaluation import Predictions, wilson_interval
from cifar_core.evaluation.ranking import precision_recall_frame, ranking_frame, roc_frame
from tests.unit.predictions_helpers import make_predictions, predictions_of

NAMES = tuple(f"class {number}" for number in range(10))


def test_areas_agree_with_sklearn():
    predictions = make_predictions(num_images=1500, bias=2.0)
    frame = ranking_frame(predictions, NAMES)
    truth = np.eye(10)[predictions.targets]
    expected = {
        "average_precision": reference.average_precision_score(truth, predictions.probs, average=None),
        "roc_auc": reference.roc_auc_score(truth, predictions.probs, average=None),
    }
    for column, values in expected.items():
        np.testing.assert_allclose(frame[column], values, atol=1e-9)


@pytest.mark.parametrize("curve", [roc_frame, precision_recall_frame])
def test_thinned_curves_keep_ends_and_area(curve):
    predictions = make_predictions(num_images=3000, bias=2.0)
    frame = curve(predictions, NAMES)
    x, y = frame.columns[1:3]
    assert frame.groupby("class_name").size().max() <= 302
    for place, name in enumerate(NAMES):
        part = frame[frame["class_name"] == name]
        assert part[x].is_monotonic_increasing
        assert (part[x].iloc[0], part[x].iloc[-1]) == (0, 1)
        is_class, probs = predictions.targets == place, predictions.probs[:, place]
        if curve is roc_frame:
            area = reference.roc_auc_score(is_class, probs)
        else:
            area = reference.average_precision_score(is_class, probs)
        assert np.trapezoid(part[y], part[x]) == pytest.approx(area, abs=0.01)


def test_a_perfect_and_a_reversed_order():
    perfect = predictions_of([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], [0, 0, 1])
    assert ranking_frame(perfect, ("cat", "dog"))[["average_precision", "roc_auc"]].to_numpy().min() == 1
    reversed_order = Predictions(perfect.logits[:, ::-1].copy(), perfect.targets, perfect.indices)
    assert ranking_frame(reversed_order, ("cat", "dog"))["roc_auc"].tolist() == [0, 0]


def test_a_class_without_images_has_no_curve():
    predictions = make_predictions(classes_present=[2, 5])
    assert ranking_frame(predictions, NAMES)["class_name"].tolist() == ["class 2", "class 5"]
    assert set(roc_frame(predictions, NAMES)["class_name"]) == {"class 2", "class 5"}


def test_scores_that_are_not_finite_are_refused():
    predictions = make_predictions()
    predictions.logits[3, 2] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        ranking_frame(predictions, NAMES)


def test_wilson_interval_of_textbook_cases():
    # 8 of 10 at 95 %: the roots of (p - 0.8)^2 = z^2 p (1 - p) / 10.
    low, high = wilson_interval([8, 0, 10, 0], [10, 10, 10, 0])
    assert (low[0], high[0]) == (pytest.approx(0.4901625), pytest.approx(0.9433178))
    assert low[1] == pytest.approx(0)
    assert high[1] == pytest.approx(3.841459 / 13.841459)
    assert high[2] == pytest.approx(1)
    assert (low[3], high[3]) == (0, 1)
    for p, bound in ((low[0], 0.8), (high[0], 0.8)):
        assert (p - bound) ** 2 == pytest.approx(3.841459 * p * (1 - p) / 10, rel=1e-5)


def test_a_surer_interval_is_wider():
    narrow, wide = (np.subtract(*wilson_interval(30, 50, confidence)[::-1]) for confidence in (0.8, 0.99))
    assert wide > narrow


@pytest.mark.parametrize(("successes", "totals", "confidence"), [(3, 2, 0.9), (-1, 2, 0.9), (1, 2, 1.0)])
def test_what_is_no_share_is_refused(successes, totals, confidence):
    with pytest.raises(ValueError, match="allowed"):
        wilson_interval(successes, totals, confidence)


@pytest.mark.parametrize("curve", [roc_frame, precision_recall_frame, ranking_frame])
def test_images_of_one_class_alone_have_no_curve(curve):
    frame = curve(predictions_of([[0.9, 0.1], [0.4, 0.6]], [0, 0]), NAMES)
    assert frame.empty
    assert frame.columns[0] == "class_name"
