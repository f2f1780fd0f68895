"""A network beside some fifty people who looked at the same test images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.labels.published import PeoplesAnswers


@dataclass(frozen=True, eq=False)
class BesidePeople:
    """Which test images the network gets wrong, and what people make of them; (M,) each, in the order of test.

    Attributes:
        with_people: Wrong, and most people who looked say something else than the label, too.
        where_divided: Wrong, and people are divided: the label has most of their answers, but not nearly all.
        where_unanimous: Wrong, where at least 19 of 20 people say what the label says.
        only_people: The network is right, and most people are not.
    """

    with_people: NDArray[np.bool_]
    where_divided: NDArray[np.bool_]
    where_unanimous: NDArray[np.bool_]
    only_people: NDArray[np.bool_]


_UNANIMOUS = 0.95


def compare_with_people(preds: NDArray[np.int64], labels: NDArray[np.int64], people: PeoplesAnswers) -> BesidePeople:
    """Sort a network's mistakes by how hard they are for people.

    Args:
        preds: (M,) predicted classes of all test images, in their order.
        labels: (M,) as published.
        people: What people said.
    """
    is_wrong = preds != labels
    are_people_wrong = people.counts.argmax(axis=1) != labels
    agreement = people.probs[np.arange(len(labels)), labels]
    is_unanimous = agreement >= _UNANIMOUS
    return BesidePeople(
        is_wrong & are_people_wrong,
        is_wrong & ~are_people_wrong & ~is_unanimous,
        is_wrong & is_unanimous,
        ~is_wrong & are_people_wrong,
    )


def people_matrix(people: PeoplesAnswers, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (C, C) of each true class, a row, the share of people's answers that name each class, a column."""
    num_classes = people.counts.shape[1]
    sums = np.zeros((num_classes, num_classes))
    np.add.at(sums, labels, people.counts.astype(np.float64))
    return sums / sums.sum(axis=1, keepdims=True)
