"""Whether a network is right as often as it says, and what one temperature can mend."""

from typing import Literal

import numpy as np
import pandas as pd

from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.evaluation.metrics import compute_loss
from cifar_core.evaluation.predictions import Predictions

Binning = Literal["width", "mass"]

# From the lowest to the highest that is tried: a fit that ends there has no best temperature within.
TEMPERATURES = (0.02, 50.0)


def reliability_frame(predictions: Predictions, num_bins: int = 15, binning: Binning = "width") -> pd.DataFrame:
    """Sort images into bins by confidence, the probability of the predicted class.

    Args:
        predictions: Finite ones.
        num_bins: From 1.
        binning: "width": bins of equal width over [0, 1], each including its upper end, as Guo et al. (2017) have it.
            "mass": bins of as many images each, of equals as they come.

    Returns:
        A row for each bin that holds images: low, high (ends), num_images, confidence (mean), accuracy, and
        accuracy_low, accuracy_high, its 95 % Wilson interval.
    """
    if num_bins < 1:
        raise ValueError(f"num_bins {num_bins}; allowed: 1 and above")
    confidence, is_right = _confidence(predictions), predictions.preds == predictions.targets
    if binning == "width":
        bins = np.clip(np.ceil(confidence * num_bins).astype(int) - 1, 0, num_bins - 1)
        ends = np.arange(num_bins + 1) / num_bins
    elif binning == "mass":
        ranks = np.argsort(np.argsort(confidence, kind="stable"), kind="stable")
        bins = ranks * num_bins // len(ranks)
        lows = [confidence[bins == place].min(initial=1.0) for place in range(num_bins)]
        ends = np.array([*lows, 1.0])
    else:
        raise ValueError(f"binning {binning!r}; allowed: 'width', 'mass'")
    frame = (
        pd.DataFrame({"bin": bins, "confidence": confidence, "right": is_right})
        .groupby("bin")
        .agg(num_images=("right", "size"), right=("right", "sum"), confidence=("confidence", "mean"))
    )
    low, high = wilson_interval(frame["right"], frame["num_images"])
    return pd.DataFrame(
        {
            "low": ends[frame.index],
            "high": ends[frame.index + 1],
            "num_images": frame["num_images"].to_numpy(),
            "confidence": frame["confidence"].to_numpy(),
            "accuracy": (frame["right"] / frame["num_images"]).to_numpy(),
            "accuracy_low": low,
            "accuracy_high": high,
        }
    )


def compute_ece(reliability: pd.DataFrame) -> float:
    """Return the expected calibration error (Naeini et al., 2015), in [0, 1]; it depends on the binning.

    That is the gap between a bin's confidence and its accuracy, averaged over bins by their numbers of images.
    """
    gaps = (reliability["confidence"] - reliability["accuracy"]).abs()
    return float((gaps * reliability["num_images"]).sum() / reliability["num_images"].sum())


def compute_brier(predictions: Predictions) -> float:
    """Return the Brier score: squared distance between probabilities and truth, summed over classes; in [0, 2].

    Of ten classes, guessing has 0.9.
    """
    truth = np.eye(predictions.num_classes)[predictions.targets]
    return float(((predictions.probs - truth) ** 2).sum(axis=1).mean())


def fit_temperature(predictions: Predictions) -> float:
    """Return the temperature, from 0.02 to 50, by which to divide the scores for the lowest loss (Guo et al., 2017).

    Above 1 the network was too sure, below 1 not sure enough. Fit it on val, judge it on test. It is 1 where each
    image's scores are the same for all classes, since then no temperature changes anything.
    """
    if np.ptp(predictions.logits, axis=1).max(initial=0.0) == 0:
        return 1.0
    from scipy.optimize import minimize_scalar

    fitted = minimize_scalar(
        lambda log_t: compute_loss(apply_temperature(predictions, float(np.exp(log_t)))),
        bounds=tuple(np.log(TEMPERATURES)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(fitted.x))


def apply_temperature(predictions: Predictions, temperature: float) -> Predictions:
    """Return the predictions with scores divided by a temperature above 0; the predicted classes stay."""
    if not temperature > 0:
        raise ValueError(f"temperature {temperature}; allowed: above 0")
    logits = (predictions.log_probs / temperature).astype(np.float32)
    return Predictions(logits, predictions.targets, predictions.indices)


def coverage_frame(predictions: Predictions, num_points: int = 100) -> pd.DataFrame:
    """Answer only for the images one is surest of: how accurate, for each share of images answered.

    Columns: coverage in (0, 1], accuracy over those images, threshold (the lowest confidence among them).
    """
    confidence = _confidence(predictions)
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum((predictions.preds == predictions.targets)[order])
    sizes = np.unique(np.linspace(1, len(order), min(num_points, len(order))).round().astype(int))
    return pd.DataFrame(
        {
            "coverage": sizes / len(order),
            "accuracy": right[sizes - 1] / sizes,
            "threshold": confidence[order][sizes - 1],
        }
    )


def _confidence(predictions: Predictions) -> np.ndarray:
    return predictions.probs[np.arange(predictions.num_images), predictions.preds]
