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


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="no image of class 0"):
        label_errors_frame(make_predictions(classes_present=[1, 2]))
    predictions = make_predictions()
    predictions.logits[0, 0] = np.inf
    with pytest.raises(ValueError, match="not finite"):
        label_errors_frame(predictions)
