"""Judgements on CIFAR-10's test labels that others have published: read from the data folder, never brought along."""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import DataError, Dataset
from cifar_core.failures import explain

_NUM_TEST, _NUM_CLASSES = 10_000, 10
_NUM_VOTES = 5
_MAJORITY = 3
VOTES = ("given", "guessed", "neither", "both")


@dataclass(frozen=True)
class Published:
    """A file that somebody else published.

    Attributes:
        name: Of the file, in the data folder.
        what: It holds, in words.
        url: Where it can be had.
        licence: Under which it stands, in words.
        sha256: Of the published file.
    """

    name: str
    what: str
    url: str
    licence: str
    sha256: str

    def how_to_get(self, data_dir: Path) -> str:
        """Say in words what to do for it to be there."""
        return (
            f"{self.name} ({self.what}) is not in {data_dir}. It is not part of this project: get it from {self.url} "
            f"({self.licence}) and put it there."
        )


VERDICTS = Published(
    "cifar10_mturk.json",
    "five votes each on 275 suspected labels of test, Northcutt, Athalye and Mueller, 2021",
    "https://github.com/cleanlab/label-errors/tree/main/mturk",
    "see the terms in that repository",
    "81b2c16c9eee060d6cc2390f6bbce1e0e7be0a050574be5177c9428f3596b5b5",
)
PEOPLE = Published(
    "cifar10h-counts.npy",
    "CIFAR-10H: some 51 people's answers for each test image, Peterson, Battleday, Griffiths and Russakovsky, 2019",
    "https://github.com/jcpeterson/cifar-10h/tree/master/data",
    "CC BY-NC-SA 4.0: not for commercial use",
    "9b36b4550349af56c79083356312eb4af856cc5fd3caf1f669d40b9d0bbb69ff",
)


@dataclass(frozen=True, eq=False)
class KnownVerdicts:
    """People's votes on suspected test labels.

    Attributes:
        places: (N,) int64 among the test images, ascending.
        given: (N,) int64 the label as published.
        guessed: (N,) int64 the class that was suspected instead.
        votes: (N, 4) int64 for "given", "guessed", "neither", "both"; five each.
        is_original: Whether the file is, to the byte, the one that was published.
    """

    places: NDArray[np.int64]
    given: NDArray[np.int64]
    guessed: NDArray[np.int64]
    votes: NDArray[np.int64]
    is_original: bool

    @property
    def is_disputed(self) -> NDArray[np.bool_]:
        """(N,) whether fewer than three of five kept the label as published."""
        return self.votes[:, 0] < _MAJORITY

    @property
    def is_corrected(self) -> NDArray[np.bool_]:
        """(N,) whether three of five or more agree on the other class."""
        return self.votes[:, 1] >= _MAJORITY


@dataclass(frozen=True, eq=False)
class PeoplesAnswers:
    """How many people called each test image what.

    Attributes:
        counts: (10000, 10) int64.
        is_original: Whether the file is, to the byte, the one that was published.
    """

    counts: NDArray[np.int64]
    is_original: bool

    @property
    def probs(self) -> NDArray[np.float64]:
        """(10000, 10) the share of people for each class."""
        return self.counts / self.counts.sum(axis=1, keepdims=True)

    @property
    def entropy(self) -> NDArray[np.float64]:
        """(10000,) how little they agree, in nats; 0 where all say the same."""
        probs = self.probs
        logs = np.log(np.where(probs > 0, probs, 1.0))
        return -(probs * logs).sum(axis=1)

    def accuracy(self, labels: NDArray[np.int64]) -> float:
        """Return the share of all single answers that are the label."""
        return float(self.counts[np.arange(len(labels)), labels].sum() / self.counts.sum())


@dataclass(frozen=True)
class ThreeAccuracies:
    """A network's accuracy on test by three sets of labels, each in [0, 1], with the images it is over.

    Attributes:
        published: With the labels as they are.
        undisputed: Without the images whose label fewer than three of five kept.
        corrected: With the other class where three of five or more agree on it, and without the rest of the disputed.
    """

    published: tuple[float, int]
    undisputed: tuple[float, int]
    corrected: tuple[float, int]


def load_verdicts(data_dir: Path, dataset: Dataset) -> KnownVerdicts:
    """Read the votes from the data folder.

    Raises:
        DataError: The file is not there, holds something else, or speaks of other labels; the message says what to do.
    """
    content = _read(VERDICTS, data_dir, dataset)
    try:
        entries = json.loads(content)
        rows = np.array([_row_of(entry) for entry in entries], np.int64)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise _not_it(VERDICTS, data_dir) from error
    if rows.ndim != 2 or not _are_votes(rows):
        raise _not_it(VERDICTS, data_dir)
    rows = rows[np.argsort(rows[:, 0])]
    if (dataset.labels[dataset.num_train :][rows[:, 0]] != rows[:, 1]).any():
        raise DataError(f"{VERDICTS.name} speaks of other labels than those of test; allowed: the published file")
    return KnownVerdicts(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3:], _is_original(VERDICTS, content))


def find_disputed(data_dir: Path, dataset: Dataset) -> NDArray[np.int64] | None:
    """Return the dataset indices of test images whose label fewer than three of five people kept, ascending.

    Returns:
        None where the votes are not in the data folder, or speak of other images than these.

    Raises:
        DataError: As for `load_verdicts`, of a file that is there.
    """
    if not _are_the_published(dataset) or not (data_dir / VERDICTS.name).is_file():
        return None
    verdicts = load_verdicts(data_dir, dataset)
    return dataset.num_train + verdicts.places[verdicts.is_disputed]


def load_people(data_dir: Path, dataset: Dataset) -> PeoplesAnswers:
    """Read CIFAR-10H's counts from the data folder.

    Raises:
        DataError: The file is not there or holds something else; the message says what to do.
    """
    content = _read(PEOPLE, data_dir, dataset)
    try:
        counts = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _not_it(PEOPLE, data_dir) from error
    if not isinstance(counts, np.ndarray) or counts.shape != (_NUM_TEST, _NUM_CLASSES):
        raise _not_it(PEOPLE, data_dir)
    if counts.dtype.kind not in "iu" or counts.min() < 0 or counts.sum(axis=1).min() < 1:
        raise _not_it(PEOPLE, data_dir)
    return PeoplesAnswers(counts.astype(np.int64), _is_original(PEOPLE, content))


def score_three_ways(preds: NDArray[np.int64], labels: NDArray[np.int64], verdicts: KnownVerdicts) -> ThreeAccuracies:
    """Hold predictions of all test images against three sets of labels.

    Args:
        preds: (M,) predicted classes, in the order of the test images.
        labels: (M,) as published.
        verdicts: What people say of some of them.
    """
    is_kept = np.ones(len(labels), bool)
    is_kept[verdicts.places[verdicts.is_disputed]] = False
    corrected, is_known = labels.copy(), is_kept.copy()
    places = verdicts.places[verdicts.is_corrected]
    corrected[places], is_known[places] = verdicts.guessed[verdicts.is_corrected], True
    return ThreeAccuracies(
        _accuracy(preds == labels, np.ones(len(labels), bool)),
        _accuracy(preds == labels, is_kept),
        _accuracy(preds == corrected, is_known),
    )


def _accuracy(is_right: NDArray[np.bool_], counts: NDArray[np.bool_]) -> tuple[float, int]:
    return float(is_right[counts].mean()), int(counts.sum())


def _read(published: Published, data_dir: Path, dataset: Dataset) -> bytes:
    if not _are_the_published(dataset):
        raise DataError(f"{published.name} speaks of CIFAR-10's test images, not of the {dataset.title.lower()}")
    try:
        return (data_dir / published.name).read_bytes()
    except FileNotFoundError as error:
        raise DataError(published.how_to_get(data_dir)) from error
    except OSError as error:
        raise DataError(f"{published.name} cannot be read: {explain(error)}") from error


def _are_the_published(dataset: Dataset) -> bool:
    return not dataset.is_practice and dataset.num_test == _NUM_TEST


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
    are_places = len(np.unique(places)) == len(places) and places.min() >= 0 and places.max() < _NUM_TEST
    are_classes = classes.min() >= 0 and classes.max() < _NUM_CLASSES
    return bool(are_places and are_classes and votes.min() >= 0 and (votes.sum(axis=1) == _NUM_VOTES).all())


def _is_original(published: Published, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == published.sha256


def _not_it(published: Published, data_dir: Path) -> DataError:
    return DataError(f"{published.name} in {data_dir} is not what it should be: get it anew from {published.url}")
