"""Suspected label errors: planted ones are found, and no more."""

import numpy as np
import pytest

from cifar_core.evaluation import Predictions
from cifar_core.evaluation.label_errors import label_errors_frame
from tests.unit.predictions_helpers import make_predictions


def test_planted_errors_and_no_others_are_found():
    predictions = make_predictions(num_images=2000, scale=0.5, bias=6.0)
    planted = np.random.default_rng(1).choice(2000, 40, replace=False)
    targets = predictions.targets.copy()
    targets[planted] = (targets[planted] + 1) % 10
    frame = label_errors_frame(Predictions(predictions.logits, targets, predictions.indices))
    found = set(frame["index"])
    assert found <= set(predictions.indices[planted])
    assert len(found) > 30
    assert (frame["true_idx"] == (frame["pred_idx"] + 1) % 10).all()
    assert frame["prob_true"].is_monotonic_increasing
    assert (frame["prob_pred"] > 0.5).all()


def test_a_sure_and_right_network_suspects_nothing():
    frame = label_errors_frame(make_predictions(scale=0.1, bias=8.0))
    assert frame.empty
    assert list(frame.columns) == ["index", "true_idx", "pred_idx", "prob_true", "prob_pred"]


def test_a_network_that_learned_nothing_suspects_nothing():
    draws = np.random.default_rng(0)
    for scale in (0.01, 1.0, 5.0):
        logits = (scale * draws.normal(size=(2000, 10))).astype(np.float32)
        targets = draws.permutation(np.arange(2000) % 10)
        assert label_errors_frame(Predictions(logits, targets, np.arange(2000))).empty


def test_a_weak_network_names_few_and_its_own_mistakes_least():
    """Right on seven of ten and the less sure the likelier mistaken, with one label in fifty planted wrong."""
    draws = np.random.default_rng(2)
    truth = np.arange(5000) % 10
    logits = draws.normal(size=(5000, 10))
    logits[np.arange(5000), truth] += draws.exponential(3.0, 5000)
    planted = draws.choice(5000, 100, replace=False)
    targets = truth.copy()
    targets[planted] = (targets[planted] + 1) % 10
    predictions = Predictions(logits.astype(np.float32), targets, np.arange(5000))
    assert 0.6 < (predictions.preds == truth).mean() < 0.8
    frame = label_errors_frame(predictions)
    assert 0 < len(frame) < 100
    assert np.isin(frame["index"], planted).mean() > 0.6
    # Each one is of a class and a confidence at which labels nearly always agree.
    confidence = predictions.probs.max(axis=1)
    for row in frame.to_dict("records"):
        as_sure = (predictions.preds == row["pred_idx"]) & (confidence >= row["prob_pred"])
        assert (targets[as_sure] == row["pred_idx"]).sum() >= 0.5 * as_sure.sum() or as_sure.sum() < 20


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="no image of class 0"):
        label_errors_frame(make_predictions(classes_present=[1, 2]))
    predictions = make_predictions()
    predictions.logits[0, 0] = np.inf
    with pytest.raises(ValueError, match="not finite"):
        label_errors_frame(predictions)
