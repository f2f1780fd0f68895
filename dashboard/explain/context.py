"""What all views of Explain speak of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.runs import RunRecord, RunSummary
from dashboard.explain.maps import Look
from dashboard.explain.subject import Subject
from dashboard.session.maps import Choice
from dashboard.session.weights import Weights


@dataclass(frozen=True, eq=False)
class Context:
    """An image, a network, and what the one says of the other.

    Attributes:
        dataset: All images.
        runs: All runs, to compare with.
        run: Whose network.
        record: Its record.
        weights: Its weights.
        subject: The image.
        probs: (C,) probabilities of the classes.
        choice: The method of attribution.
        look: How maps are drawn.
    """

    dataset: Dataset
    runs: list[RunSummary]
    run: RunSummary
    record: RunRecord
    weights: Weights
    subject: Subject
    probs: NDArray[np.float64]
    choice: Choice
    look: Look

    @property
    def pred_idx(self) -> int:
        """The most probable class."""
        return int(self.probs.argmax())

    @property
    def runner_up(self) -> int:
        """The second most probable class."""
        return int(np.argsort(-self.probs, kind="stable")[1])

    @property
    def pair(self) -> tuple[int, int]:
        """Two classes worth comparing: the true one and what won, or what won and the next best."""
        true_idx = self.pred_idx if self.subject.true_idx is None else self.subject.true_idx
        return true_idx, self.runner_up if true_idx == self.pred_idx else self.pred_idx

    def name(self, class_idx: int) -> str:
        """Return a class's name."""
        return self.dataset.class_names[class_idx]
