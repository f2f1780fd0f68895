"""The last layer of a network, fitted anew by itself: multinomial logistic regression on features that stay fixed.

It minimises the sum over training images of the cross-entropy, and half a penalty times the squares of the weights;
biases go free, as sklearn's LogisticRegression has it with C = 1 / penalty. Its optimum is one, so what it would be
without some images can be told exactly.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve

# A row of the Hessian's factor in float64: rows that are taken at once, so that they stay in a processor's caches.
_ROWS_AT_ONCE = 2_000
_MOST_STEPS, _MOST_HALVINGS = 60, 30
# A gradient is small enough when none of its entries is larger than this share of the number of images.
_TOLERANCE, _TOLERANCE_OF_PART = 1e-9, 1e-5
# A step by older second derivatives was worth it if no more than this share of the gradient is left.
_LEAVES = 0.6
# Of more images than this, a part is fitted first: it leads close to the optimum of all.
_PART, _MANY = 8, 8_000
# Up to so many, second derivatives are summed in float64.
_EXACT = 4_000

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
    """Return the sum of the second derivatives of each image's cross-entropy, without the penalty's.

    Of many images, in float32: that is twice as fast, and what is rounded is far below the penalty. Where a fit ends is
    for its gradient to say, which is not rounded.
    """
    num_classes, size = weights.shape
    total = np.zeros((num_classes * size, num_classes * size))
    kind: Any = np.float32 if len(inputs) > _EXACT else np.float64
    for start in range(0, len(inputs), _ROWS_AT_ONCE):
        rows = inputs[start : start + _ROWS_AT_ONCE]
        part: NDArray[np.floating] = rows.astype(kind, copy=False)
        probs: NDArray[np.floating] = compute_probs(weights, rows).astype(kind, copy=False)
        spread = (probs[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        total -= spread.T @ spread
        for class_idx in range(num_classes):
            block = slice(class_idx * size, (class_idx + 1) * size)
            total[block, block] += spread[:, block].T @ part
    return total


def fit_head(evidence: Evidence, start: Numbers | None = None, tolerance: float = _TOLERANCE) -> Head:
    """Find the optimum by Newton's method.

    The second derivatives are most of the work: they serve for as many steps as get closer by them.

    Args:
        evidence: What it is fitted to.
        start: (C, K + 1) weights to start from, e.g. of a head for almost the same images; zeros if None.
        tolerance: Of a gradient's largest entry, for each image.
    """
    weights = _begin(evidence) if start is None else start
    gradient = compute_gradient(weights, evidence)
    for _ in range(_MOST_STEPS):
        if _is_flat(gradient, evidence, tolerance):
            break
        head = Head(weights, compute_factor(weights, evidence))
        weights = _descend(weights, head.solve(gradient), gradient, evidence)
        weights, gradient = _follow(head, weights, evidence, tolerance)
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
    rest = evidence.at(np.setdiff1d(np.arange(len(evidence.labels)), places))
    weights, gradient = _follow(head, head.weights, rest)
    return weights if _is_flat(gradient, rest) else fit_head(rest, weights).weights


def _begin(evidence: Evidence) -> Numbers:
    """Return weights to start from: of many images, those of a part of them, which lie close to the optimum of all."""
    if len(evidence.labels) <= _MANY:
        return np.zeros((evidence.num_classes, evidence.inputs.shape[1]))
    some = np.arange(0, len(evidence.labels), _PART)
    part = replace(evidence.at(some), penalty=evidence.penalty / _PART)
    return fit_head(part, tolerance=_TOLERANCE_OF_PART).weights


def _follow(head: Head, weights: Numbers, evidence: Evidence, tolerance: float = _TOLERANCE) -> tuple[Numbers, Numbers]:
    """Take steps by the curvature at a head for as long as each takes away a good part of the gradient.

    Returns:
        The weights with the smallest gradient, and that gradient.
    """
    gradient = compute_gradient(weights, evidence)
    while not _is_flat(gradient, evidence, tolerance):
        further = weights - head.solve(gradient)
        slope = compute_gradient(further, evidence)
        is_better = float(np.abs(slope).max()) < float(np.abs(gradient).max())
        is_worth_it = float(np.abs(slope).max()) < _LEAVES * float(np.abs(gradient).max())
        if is_better:
            weights, gradient = further, slope
        if not is_worth_it:
            break
    return weights, gradient


def _is_flat(gradient: Numbers, evidence: Evidence, tolerance: float = _TOLERANCE) -> bool:
    return float(np.abs(gradient).max()) <= tolerance * len(evidence.labels)


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
