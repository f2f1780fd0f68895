"""Find the planted errors: a game on images of which some carry a label that is not theirs."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NUM_TILES, NUM_PLANTED = 80, 8
SECONDS = 120
_FLAGS = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, eq=False)
class Game:
    """Images with their labels as somebody is shown them; (N,) each.

    Attributes:
        indices: Dataset indices.
        shown: The classes that they are said to be of.
        is_planted: Whether that is another one than their label.
        suspicion: The probability, by the network, that they are of another class than shown.
    """

    indices: NDArray[np.int64]
    shown: NDArray[np.int64]
    is_planted: NDArray[np.bool_]
    suspicion: NDArray[np.float64]

    @property
    def ranking(self) -> NDArray[np.int64]:
        """(N,) places of the images, those that the network doubts most first."""
        return np.argsort(-self.suspicion, kind="stable")


@dataclass(frozen=True)
class Find:
    """What somebody found.

    Attributes:
        found: Planted errors among the images that were pointed at.
        false_alarms: Others among them.
        missed: Planted errors that were not.
    """

    found: int
    false_alarms: int
    missed: int


def plant_errors(indices: NDArray[np.int64], labels: NDArray[np.int64], probs: NDArray[np.floating], seed: int) -> Game:
    """Draw images, and give some of them another label, any with the same probability.

    Args:
        indices: (M,) dataset indices of images that the network was not trained on.
        labels: (M,) theirs.
        probs: (M, C) the network's.
        seed: The same seed, the same game.
    """
    random = np.random.default_rng([seed, 7])
    rows = random.choice(len(indices), min(NUM_TILES, len(indices)), replace=False)
    is_planted = np.zeros(len(rows), bool)
    is_planted[random.choice(len(rows), min(NUM_PLANTED, len(rows)), replace=False)] = True
    steps = random.integers(1, probs.shape[1], len(rows))
    shown = np.where(is_planted, (labels[rows] + steps) % probs.shape[1], labels[rows])
    suspicion = 1.0 - probs[rows, shown].astype(np.float64)
    return Game(indices[rows], shown, is_planted, suspicion)


def judge_flags(game: Game, places: NDArray[np.int64]) -> Find:
    """Count what somebody found by pointing at these places, each once."""
    is_flagged = np.isin(np.arange(len(game.shown)), places)
    found = int((is_flagged & game.is_planted).sum())
    return Find(found, int(is_flagged.sum()) - found, int(game.is_planted.sum()) - found)


def write_flags(places: NDArray[np.int64]) -> str:
    """Return the places as an address has them: a bit each, in hexadecimal digits."""
    return f"{sum(1 << int(place) for place in np.unique(places)):x}"


def read_flags(text: str | None, num_tiles: int) -> NDArray[np.int64] | None:
    """Read what `write_flags` wrote; None for anything else."""
    if text is None or not _FLAGS.fullmatch(text):
        return None
    bits = int(text, 16)
    return None if bits >> num_tiles else np.array([place for place in range(num_tiles) if bits >> place & 1], np.int64)
