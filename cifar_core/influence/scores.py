"""What the training images did for one answer, by what it would be without each of them (Koh and Liang, 2017)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.influence.head import Evidence, Head, Numbers, compute_probs, refit_without


@dataclass(frozen=True, eq=False)
class WhatIf:
    """An answer with all training images, and without some: features held fixed.

    Attributes:
        before: (C,) class probabilities of the head.
        after: (C,) those of the head that was fitted without the images.
    """

    before: Numbers
    after: Numbers


def score_images(head: Head, evidence: Evidence, inputs: Numbers, class_idx: int) -> Numbers:
    """Return how much each training image pushes an image towards a class.

    Args:
        head: Fitted to `evidence`.
        evidence: The training images.
        inputs: (K + 1,) the image's.
        class_idx: The class.

    Returns:
        (N,) how much the logarithm of the class's probability would fall, to first order, if the training image was not
        there: positive for the helpful ones, negative for the harmful ones.
    """
    pull = gradient_of_surprise(head, inputs, class_idx)
    step = head.solve(pull)
    residuals = head.probs(evidence.inputs)
    residuals[np.arange(len(residuals)), evidence.labels] -= 1.0
    scores: Numbers = np.einsum("nc,nc->n", residuals, evidence.inputs @ step.T)
    return scores


def gradient_of_surprise(head: Head, inputs: Numbers, class_idx: int) -> Numbers:
    """Return the first derivatives (C, K + 1) of an image's cross-entropy for a class."""
    residual = head.probs(inputs[None])[0]
    residual[class_idx] -= 1.0
    return np.outer(residual, inputs)


def ask_what_if(head: Head, evidence: Evidence, inputs: Numbers, places: NDArray[np.int64]) -> WhatIf:
    """Return what becomes of an image's probabilities if some training images had not been there.

    Args:
        head: Fitted to `evidence`.
        evidence: The training images.
        inputs: (K + 1,) the image's.
        places: (M,) rows of the training images to leave out.
    """
    weights = refit_without(head, evidence, places)
    return WhatIf(head.probs(inputs[None])[0], compute_probs(weights, inputs[None])[0])


def rank(scores: Numbers, num_images: int, *, helpful: bool) -> NDArray[np.int64]:
    """Return the rows of the most helpful, or the most harmful, training images, the strongest first."""
    signed = -scores if helpful else scores
    order = np.argsort(signed, kind="stable")[:num_images]
    return order[signed[order] < 0]
