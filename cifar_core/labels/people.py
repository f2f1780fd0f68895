"""A network beside some fifty people who looked at the same test images (CIFAR-10H, Peterson et al., 2019)."""

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.labels.published import NUM_CLASSES, NUM_TEST, PEOPLE, not_it, read_published

if TYPE_CHECKING:
    import pandas as pd

UNANIMOUS = 0.95
# Ends of the bins of people's entropy, in nats; the first bin is that of images which all call the same.
_BIN_ENDS = (0.0, 0.1, 0.25, 0.5, 0.75, np.inf)


@dataclass(frozen=True, eq=False)
class PeoplesAnswers:
    """How many people called each test image what.

    Attributes:
        counts: (M, C) int64, in the order of the test images.
    """

    counts: NDArray[np.int64]

    @cached_property
    def probs(self) -> NDArray[np.float64]:
        """(M, C) the share of people for each class."""
        return self.counts / self.counts.sum(axis=1, keepdims=True)

    @cached_property
    def entropy(self) -> NDArray[np.float64]:
        """(M,) how little they agree, in nats; 0 where all say the same."""
        return entropy_of(self.probs)

    @cached_property
    def majority(self) -> NDArray[np.int64]:
        """(M,) the class that most people name."""
        return self.counts.argmax(axis=1)

    def accuracy(self, labels: NDArray[np.int64]) -> float:
        """Return the share of all single answers that are the label: how good one person alone is, on average."""
        return float(self.counts[np.arange(len(labels)), labels].sum() / self.counts.sum())

    def majority_accuracy(self, labels: NDArray[np.int64]) -> float:
        """Return the share of images that most people call what the label says."""
        return float((self.majority == labels).mean())


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


def load_people(data_dir: Path, dataset: Dataset) -> PeoplesAnswers:
    """Read CIFAR-10H's counts.

    Raises:
        DataError: The file is not there or holds something else; the message says what to do.
    """
    content = read_published(PEOPLE, data_dir, dataset)
    try:
        counts = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise not_it(PEOPLE, data_dir) from error
    if not isinstance(counts, np.ndarray) or counts.shape != (NUM_TEST, NUM_CLASSES):
        raise not_it(PEOPLE, data_dir)
    if counts.dtype.kind not in "iu" or counts.min() < 0 or counts.sum(axis=1).min() < 1:
        raise not_it(PEOPLE, data_dir)
    return PeoplesAnswers(counts.astype(np.int64))


def entropy_of(probs: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (M,) the entropy of (M, C) probabilities, in nats."""
    wide = probs.astype(np.float64)
    logs = np.log(np.where(wide > 0, wide, 1.0))
    return -(wide * logs).sum(axis=1) + 0.0  # no minus before a zero


def compare_with_people(preds: NDArray[np.int64], labels: NDArray[np.int64], people: PeoplesAnswers) -> BesidePeople:
    """Sort a network's mistakes by how hard they are for people.

    Args:
        preds: (M,) predicted classes of all test images, in their order.
        labels: (M,) as published.
        people: What people said.
    """
    is_wrong = preds != labels
    are_people_wrong = people.majority != labels
    agreement = people.probs[np.arange(len(labels)), labels]
    is_unanimous = agreement >= UNANIMOUS
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


def doubt_frame(
    probs: NDArray[np.floating], labels: NDArray[np.int64], people: PeoplesAnswers
) -> "tuple[pd.DataFrame, NDArray[np.int64]]":
    """Return how sure and how right a network is, by how little people agree.

    Args:
        probs: (M, C) the network's, of all test images, in their order.
        labels: (M,) as published.
        people: What people said.

    Returns:
        A row for each bin of people's entropy that holds an image, with the columns bin (its place), low, high (nats),
        num_images, confidence (the network's, on average), right (the share it gets right), right_low, right_high (95 %
        interval, Wilson, 1927) and people_right (the share of people's single answers that are the label); and (M,) the
        bin of each image.
    """
    import pandas as pd

    bins = np.searchsorted(_BIN_ENDS[:-1], people.entropy, side="left")
    is_right = probs.argmax(axis=1) == labels
    own = people.counts[np.arange(len(labels)), labels]
    rows = []
    for place in np.unique(bins).tolist():
        members = bins == place
        total, right = int(members.sum()), int(is_right[members].sum())
        low, high = wilson_interval(right, total)
        rows.append(
            {
                "bin": place,
                "low": _BIN_ENDS[max(0, place - 1)],
                "high": _BIN_ENDS[place],
                "num_images": total,
                "confidence": float(probs.max(axis=1)[members].mean()),
                "right": right / total,
                "right_low": float(low),
                "right_high": float(high),
                "people_right": float(own[members].sum() / people.counts[members].sum()),
            }
        )
    return pd.DataFrame(rows), bins


def correlate_doubts(probs: NDArray[np.floating], people: PeoplesAnswers) -> float:
    """Return the rank correlation (Spearman) of people's entropy with the network's; NaN where one is constant."""
    doubt = entropy_of(probs)
    if np.ptp(people.entropy) == 0 or np.ptp(doubt) == 0:
        return float("nan")
    from scipy import stats

    return float(stats.spearmanr(people.entropy, doubt).statistic)
