"""What five people each said of test labels that had looked wrong to a network (Northcutt et al., 2021)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import DataError, Dataset
from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.scorecard import Share, share_right
from cifar_core.labels.published import (
    NUM_CLASSES,
    NUM_TEST,
    VERDICTS,
    find_published,
    is_spoken_of,
    not_it,
    read_published,
)

if TYPE_CHECKING:
    import pandas as pd

NUM_VOTES = 5
_MAJORITY = 3
VOTES = ("given", "guessed", "neither", "both")


@dataclass(frozen=True, eq=False)
class KnownVerdicts:
    """People's votes on suspected test labels.

    Attributes:
        indices: (N,) int64 dataset indices, ascending.
        given: (N,) int64 the label as published.
        guessed: (N,) int64 the class that was suspected instead.
        votes: (N, 4) int64 for "given", "guessed", "neither", "both"; five each.
    """

    indices: NDArray[np.int64]
    given: NDArray[np.int64]
    guessed: NDArray[np.int64]
    votes: NDArray[np.int64]

    @property
    def is_disputed(self) -> NDArray[np.bool_]:
        """(N,) whether fewer than three of five kept the label as published."""
        return self.votes[:, 0] < _MAJORITY

    @property
    def is_corrected(self) -> NDArray[np.bool_]:
        """(N,) whether three of five or more agree on the other class."""
        return self.votes[:, 1] >= _MAJORITY

    @property
    def disputed(self) -> NDArray[np.int64]:
        """Dataset indices of the disputed labels, ascending."""
        return self.indices[self.is_disputed]

    @property
    def corrections(self) -> dict[int, int]:
        """The other class by dataset index, where three of five or more agree on it."""
        return dict(
            zip(self.indices[self.is_corrected].tolist(), self.guessed[self.is_corrected].tolist(), strict=True)
        )


@dataclass(frozen=True)
class ThreeAccuracies:
    """A network's accuracy on test by three sets of labels.

    Attributes:
        published: With the labels as they are.
        undisputed: Without the images whose label fewer than three of five kept.
        corrected: With the other class where three of five or more agree on it, and without the rest of the disputed.
    """

    published: Share
    undisputed: Share
    corrected: Share


def load_verdicts(data_dir: Path, dataset: Dataset) -> KnownVerdicts:
    """Read the votes.

    Raises:
        DataError: The file is not there, holds something else, or speaks of other labels; the message says what to do.
    """
    content = read_published(VERDICTS, data_dir, dataset)
    try:
        entries = json.loads(content)
        rows = np.array([_row_of(entry) for entry in entries], np.int64)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise not_it(VERDICTS, data_dir) from error
    if rows.ndim != 2 or not _are_votes(rows):
        raise not_it(VERDICTS, data_dir)
    rows = rows[np.argsort(rows[:, 0])]
    if (dataset.labels[dataset.num_train :][rows[:, 0]] != rows[:, 1]).any():
        raise DataError(f"{VERDICTS.name} speaks of other labels than those of test; allowed: the published file")
    return KnownVerdicts(dataset.num_train + rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3:])


def find_verdicts(data_dir: Path, dataset: Dataset) -> KnownVerdicts | None:
    """Return the votes; None where they are not at hand, or speak of other images than these.

    Raises:
        DataError: As for `load_verdicts`, of a file that is there.
    """
    if not is_spoken_of(dataset) or find_published(VERDICTS, data_dir) is None:
        return None
    return load_verdicts(data_dir, dataset)


def score_three_ways(predictions: Predictions, verdicts: KnownVerdicts) -> ThreeAccuracies:
    """Hold predictions of test images against three sets of labels."""
    disputed = verdicts.disputed.tolist()
    return ThreeAccuracies(
        share_right(predictions),
        share_right(predictions, disputed),
        share_right(predictions, disputed, verdicts.corrections),
    )


def verdicts_frame(verdicts: KnownVerdicts) -> "pd.DataFrame":
    """Return a row for each judged label, those that the fewest people kept first.

    Columns: index, given_idx, guessed_idx, a column of votes for each of VOTES, is_disputed, is_corrected.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {"index": verdicts.indices, "given_idx": verdicts.given, "guessed_idx": verdicts.guessed}
        | {name: verdicts.votes[:, place] for place, name in enumerate(VOTES)}
        | {"is_disputed": verdicts.is_disputed, "is_corrected": verdicts.is_corrected}
    )
    order = np.lexsort((frame["index"], -frame["guessed"], frame["given"]))
    return frame.iloc[order].reset_index(drop=True)


def _row_of(entry: dict[str, Any]) -> list[int]:
    votes = entry["mturk"]
    return [
        int(entry["id"]),
        int(entry["given_original_label"]),
        int(entry["our_guessed_label"]),
        *(int(votes[name]) for name in VOTES),
    ]


def _are_votes(rows: NDArray[np.int64]) -> bool:
    """Whether each row is of another test image, with two classes and five votes."""
    places, classes, votes = rows[:, 0], rows[:, 1:3], rows[:, 3:]
    are_places = len(np.unique(places)) == len(places) and places.min() >= 0 and places.max() < NUM_TEST
    are_classes = classes.min() >= 0 and classes.max() < NUM_CLASSES
    return bool(are_places and are_classes and votes.min() >= 0 and (votes.sum(axis=1) == NUM_VOTES).all())
