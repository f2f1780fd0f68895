"""Confidence against accuracy, by closed forms and scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as reference

from cifar_core.evaluation import Predictions, compute_accuracy, compute_loss
from cifar_core.evaluation.calibration import (
    apply_temperature,
    compute_brier,
    compute_ece,
    coverage_frame,
    fit_temperature,
    reliability_frame,
)
from tests.unit.predictions_helpers import make_predictions, predictions_of


def honest_predictions(num_images=20_000, num_classes=4, seed=0):
    """Classes drawn with the very probabilities that are predicted."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 1.5, (num_images, num_classes))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = (probs.cumsum(axis=1) > generator.random((num_images, 1))).argmax(axis=1)
    return Predictions(logits.astype(np.float32), targets.astype(np.int64), np.arange(num_images))


def test_brier_score_agrees_with_sklearn():
    predictions = make_predictions()
    expected = reference.brier_score_loss(
        predictions.targets, predictions.probs, labels=list(range(10)), scale_by_half=False
    )
    assert compute_brier(predictions) == pytest.approx(expected, abs=1e-9)
    guess = Predictions(np.zeros((5, 10), np.float32), np.arange(5), np.arange(5))
    assert compute_brier(guess) == pytest.approx(0.9)


@pytest.mark.parametrize("num_bins", [1, 7, 15])
def test_bins_hold_every_image_once_and_their_own(num_bins):
    predictions = make_predictions(num_images=997, bias=2.0)
    for binning in ("width", "mass"):
        frame = reliability_frame(predictions, num_bins, binning)
        assert frame["num_images"].sum() == 997
        assert (frame["low"] <= frame["confidence"] + 1e-12).all()
        assert (frame["confidence"] <= frame["high"] + 1e-12).all()
        assert frame["accuracy"].between(frame["accuracy_low"], frame["accuracy_high"]).all()
        assert (frame["accuracy"] * frame["num_images"]).sum() == pytest.approx(997 * compute_accuracy(predictions))
    sizes = reliability_frame(predictions, num_bins, "mass")["num_images"].to_numpy()
    assert sizes.max() - sizes.min() <= 1


def test_a_bin_includes_its_upper_end():
    probs = [[0.5, 0.5 - 1e-9], [1 - 1e-12, 1e-12]]
    frame = reliability_frame(predictions_of(probs, [0, 0]), num_bins=2)
    assert frame[["low", "high"]].to_numpy().tolist() == [[0, 0.5], [0.5, 1]]


def test_expected_calibration_error_by_hand():
    # Nine of ten at 0.6 right, one of four at 0.95 right.
    probs = [[0.6, 0.4]] * 10 + [[0.95, 0.05]] * 4
    predictions = predictions_of(probs, [0] * 9 + [1] + [0] + [1] * 3)
    expected = (10 * abs(0.9 - 0.6) + 4 * abs(0.25 - 0.95)) / 14
    assert compute_ece(reliability_frame(predictions, 10)) == pytest.approx(expected, abs=1e-6)


def test_honest_predictions_are_calibrated_and_exaggerated_ones_are_not():
    honest = honest_predictions()
    assert compute_ece(reliability_frame(honest)) < 0.02
    assert fit_temperature(honest) == pytest.approx(1, abs=0.03)
    exaggerated = apply_temperature(honest, 1 / 3)
    assert compute_ece(reliability_frame(exaggerated)) > 0.1
    assert fit_temperature(exaggerated) == pytest.approx(3, abs=0.1)


def test_the_fitted_temperature_has_the_lowest_loss():
    predictions = make_predictions(bias=1.0)
    fitted = fit_temperature(predictions)
    losses = {t: compute_loss(apply_temperature(predictions, t)) for t in (fitted * 0.98, fitted, fitted * 1.02)}
    assert min(losses, key=losses.get) == fitted
    np.testing.assert_array_equal(apply_temperature(predictions, fitted).preds, predictions.preds)


def test_coverage_keeps_the_surest():
    probs = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]]
    frame = coverage_frame(predictions_of(probs, [0, 1, 0, 0]))
    assert frame["coverage"].tolist() == [0.25, 0.5, 0.75, 1]
    assert frame["accuracy"].tolist() == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4])
    assert frame["threshold"].tolist() == pytest.approx([0.9, 0.8, 0.7, 0.6], abs=1e-6)


def test_what_cannot_be_is_refused():
    predictions = make_predictions(num_images=5)
    with pytest.raises(ValueError, match="num_bins 0; allowed: 1 and above"):
        reliability_frame(predictions, 0)
    with pytest.raises(ValueError, match="binning 'size'; allowed: 'width', 'mass'"):
        reliability_frame(predictions, 5, "size")
    with pytest.raises(ValueError, match="temperature 0; allowed: above 0"):
        apply_temperature(predictions, 0)
