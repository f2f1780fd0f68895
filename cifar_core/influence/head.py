"""The last layer of a network, fitted anew by itself: multinomial logistic regression on features that stay fixed.

It minimises the sum over training images of the cross-entropy, and half a penalty times the squares of the weights;
biases go free, as sklearn's LogisticRegression has it with C = 1 / penalty. Its optimum is one, so what it would be
without some images can be told exactly.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve

# A row of the Hessian's factor in float64: rows that are taken at once, so that they stay in a processor's caches.
_ROWS_AT_ONCE = 2_000
_MOST_STEPS, _MOST_HALVINGS = 60, 30
# A gradient is small enough when none of its entries is larger than this share of the number of images.
_TOLERANCE = 1e-9
# Of more images than this, a part is fitted first: it leads close to the optimum of all.
_PART, _MANY = 8, 8_000

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a head is fitted to.

    Attributes:
        inputs: (N, K + 1) float64, features behind a column of ones.
        labels: (N,) int64 in [0, num_classes).
        num_classes: C.
        penalty: Above 0.
    """

    inputs: Numbers
    labels: NDArray[np.int64]
    num_classes: int
    penalty: float = 1.0

    @cached_property
    def targets(self) -> Numbers:
        """(N, C) 1 for each image's label, 0 for the other classes."""
        return np.eye(self.num_classes)[self.labels]

    def at(self, places: NDArray[np.int64]) -> "Evidence":
        """Return the part of some images."""
        return replace(self, inputs=self.inputs[places], labels=self.labels[places])


@dataclass(frozen=True, eq=False)
class Head:
    """A fitted head.

    Attributes:
        weights: (C, K + 1) float64, biases first.
        factor: (C * (K + 1), C * (K + 1)) float64, lower Cholesky factor of the loss's second derivatives there.
    """

    weights: Numbers
    factor: Numbers

    def probs(self, inputs: Numbers) -> Numbers:
        """Return class probabilities (N, C) of inputs (N, K + 1)."""
        return compute_probs(self.weights, inputs)

    def solve(self, gradient: Numbers) -> Numbers:
        """Return the step (C, K + 1) that undoes a gradient of that shape, to second order."""
        step: Numbers = cho_solve((self.factor, True), gradient.ravel(), check_finite=False)
        return step.reshape(gradient.shape)


def with_ones(features: NDArray[np.floating]) -> Numbers:
    """Return (N, K + 1) inputs of a head from (N, K) features."""
    return np.concatenate([np.ones((len(features), 1)), features.astype(np.float64)], axis=1)


def compute_probs(weights: Numbers, inputs: Numbers) -> Numbers:
    """Return the softmax (N, C) of a head's scores."""
    scores = inputs @ weights.T
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def compute_loss(weights: Numbers, evidence: Evidence) -> float:
    """Return what a fit minimises."""
    scores = evidence.inputs @ weights.T
    highest = scores.max(axis=1)
    own = scores[np.arange(len(scores)), evidence.labels]
    surprise = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1)) - own
    return float(surprise.sum() + 0.5 * evidence.penalty * (weights[:, 1:] ** 2).sum())


def compute_gradient(weights: Numbers, evidence: Evidence) -> Numbers:
    """Return the loss's first derivatives, (C, K + 1)."""
    gradient = (compute_probs(weights, evidence.inputs) - evidence.targets).T @ evidence.inputs
    gradient[:, 1:] += evidence.penalty * weights[:, 1:]
    return gradient


def compute_factor(weights: Numbers, evidence: Evidence) -> Numbers:
    """Return the lower Cholesky factor of the loss's second derivatives.

    Biases that all grow alike change no probability. That direction, which would make the matrix singular, gets a
    slope of its own: no gradient points there, so nothing that is solved for changes.
    """
    hessian = sum_curvature(weights, evidence.inputs)
    size = evidence.inputs.shape[1]
    weighted = np.ones((evidence.num_classes, size), bool)
    weighted[:, 0] = False
    hessian[np.diag_indices_from(hessian)] += evidence.penalty * weighted.ravel()
    biases = np.flatnonzero(~weighted.ravel())
    hessian[np.ix_(biases, biases)] += max(1.0, float(np.trace(hessian)) / len(hessian))
    return np.linalg.cholesky(hessian).astype(np.float64, copy=False)


def sum_curvature(weights: Numbers, inputs: Numbers) -> Numbers:
    """Return the sum of the second derivatives of each image's cross-entropy, without the penalty's."""
    num_classes, size = weights.shape
    total = np.zeros((num_classes * size, num_classes * size))
    for start in range(0, len(inputs), _ROWS_AT_ONCE):
        part = inputs[start : start + _ROWS_AT_ONCE]
        probs = compute_probs(weights, part)
        spread = (probs[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        total -= spread.T @ spread
        for class_idx in range(num_classes):
            block = slice(class_idx * size, (class_idx + 1) * size)
            total[block, block] += spread[:, block].T @ part
    return total


def fit_head(evidence: Evidence, start: Numbers | None = None) -> Head:
    """Find the optimum by Newton's method.

    Args:
        evidence: What it is fitted to.
        start: (C, K + 1) weights to start from, e.g. of a head for almost the same images; zeros if None.
    """
    weights = start
    if weights is None:
        weights = np.zeros((evidence.num_classes, evidence.inputs.shape[1]))
        if len(evidence.labels) > _MANY:
            some = np.arange(0, len(evidence.labels), _PART)
            part = replace(evidence.at(some), penalty=evidence.penalty / _PART)
            weights = fit_head(part).weights
    gradient = compute_gradient(weights, evidence)
    for _ in range(_MOST_STEPS):
        if _is_flat(gradient, evidence):
            break
        head = Head(weights, compute_factor(weights, evidence))
        weights = _descend(weights, head.solve(gradient), gradient, evidence)
        gradient = compute_gradient(weights, evidence)
    return Head(weights, compute_factor(weights, evidence))


def refit_without(head: Head, evidence: Evidence, places: NDArray[np.int64]) -> Numbers:
    """Return the optimal weights (C, K + 1) without some images: exactly, with the others' features held fixed.

    The curvature with all images leads there in a few steps, each of which costs a gradient. Where so much is left out
    that it does not, the head is fitted as a new one is.

    Args:
        head: Fitted to all of `evidence`.
        evidence: All images.
        places: (M,) rows of those to leave out.
    """
    kept = np.setdiff1d(np.arange(len(evidence.labels)), places)
    rest = evidence.at(kept)
    weights, gradient = head.weights, compute_gradient(head.weights, rest)
    size = np.inf
    while (now := float(np.abs(gradient).max())) < 0.7 * size:
        if _is_flat(gradient, rest):
            return weights
        size, weights = now, weights - head.solve(gradient)
        gradient = compute_gradient(weights, rest)
    return fit_head(rest, weights if now < size else head.weights).weights


def _is_flat(gradient: Numbers, evidence: Evidence) -> bool:
    return float(np.abs(gradient).max()) <= _TOLERANCE * len(evidence.labels)


def _descend(weights: Numbers, step: Numbers, gradient: Numbers, evidence: Evidence) -> Numbers:
    """Take the step, or the largest half of a half of it that makes the loss as much smaller as it should."""
    before, expected = compute_loss(weights, evidence), float((step * gradient).sum())
    share = 1.0
    for _ in range(_MOST_HALVINGS):
        after = compute_loss(weights - share * step, evidence)
        if after <= before - 1e-4 * share * expected + 1e-12 * abs(before):
            break
        share /= 2
    return weights - share * step
