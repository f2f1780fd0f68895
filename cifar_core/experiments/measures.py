"""What a claim is about: accuracy on val, or one part of it, computed from what a run saved of its last epoch."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from cifar_core.data import CIFAR10_CLASS_NAMES
from cifar_core.evaluation import Predictions, PredictionsError, compute_accuracy, load_predictions
from cifar_core.files import Stamp, stamp

ACCURACY = "accuracy"
_PATTERN = re.compile(r"recall:(?P<right>\w+)|confusion:(?P<true>\w+)<?>(?P<pred>\w+)")
_ALLOWED = "accuracy, recall:CLASS, confusion:CLASS>OTHER or confusion:CLASS<>OTHER, with classes such as cat and dog"
_SAME_IN_PLURAL = "deer"


@dataclass(frozen=True)
class Measure:
    """One number of a run, in [0, 1].

    Attributes:
        kind: Accuracy; of a class's images the share told rightly, or taken for another; or of two classes' images
            the share taken for the other one, of both as much.
        true: The class, where it is about one.
        pred: What it is taken for, where it is about that.
    """

    kind: Literal["accuracy", "recall", "confusion", "mixed"] = "accuracy"
    true: str = ""
    pred: str = ""

    @property
    def words(self) -> str:
        """What is measured, within a sentence, e.g. "share of cats taken for dogs"."""
        match self.kind:
            case "accuracy":
                return "val accuracy"
            case "recall":
                return f"share of val {plural(self.true)} told rightly"
            case "confusion":
                return f"share of val {plural(self.true)} taken for {plural(self.pred)}"
            case "mixed":
                return f"share of val {plural(self.true)} and {plural(self.pred)} taken for each other"

    @property
    def more(self) -> str:
        """What an arm does of which it is larger, e.g. "takes more cats for dogs"."""
        match self.kind:
            case "accuracy":
                return "is better"
            case "recall":
                return f"tells more {plural(self.true)} rightly"
            case "confusion":
                return f"takes more {plural(self.true)} for {plural(self.pred)}"
            case "mixed":
                return f"mixes up more {plural(self.true)} and {plural(self.pred)}"

    def compute(self, predictions: Predictions) -> float:
        """Return it of some predictions, in CIFAR-10's order of classes.

        Raises:
            PredictionsError: None of the images is of the class.
        """
        if self.kind == "accuracy":
            return compute_accuracy(predictions)
        share = _share_taken(predictions, self.true, self.pred or self.true)
        return share if self.kind != "mixed" else (share + _share_taken(predictions, self.pred, self.true)) / 2


def _share_taken(predictions: Predictions, true: str, pred: str) -> float:
    true_idx, pred_idx = (CIFAR10_CLASS_NAMES.index(name) for name in (true, pred))
    of_class = predictions.targets == true_idx
    if not of_class.any():
        raise PredictionsError(f"no image of class {true!r}; allowed: predictions about some")
    return float(np.mean(predictions.preds[of_class] == pred_idx))


def parse_measure(text: str) -> Measure:
    """Read a measure as questions have it, e.g. "recall:cat".

    Raises:
        ValueError: There is no such measure, or no such class.
    """
    if text == ACCURACY:
        return Measure()
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"there is no such measure; allowed: {_ALLOWED}")
    for name in filter(None, match.group("right", "true", "pred")):
        if name not in CIFAR10_CLASS_NAMES:
            raise ValueError(f"there is no class {name!r}; allowed: {', '.join(CIFAR10_CLASS_NAMES)}")
    if match["right"]:
        return Measure("recall", match["right"])
    if match["true"] == match["pred"]:
        raise ValueError(
            f"{match['true']} taken for {match['true']}; allowed: another class, or recall:{match['true']}"
        )
    return Measure("mixed" if "<>" in text else "confusion", match["true"], match["pred"])


def plural(class_name: str) -> str:
    """Return several of a class."""
    return class_name if class_name == _SAME_IN_PLURAL else f"{class_name}s"


def read_measure(path: Path, text: str) -> float | None:
    """Return a measure of saved predictions; None where they are not there, or not whole."""
    stamped = stamp(path)
    return None if stamped is None else _read(path, stamped, text)


@lru_cache(maxsize=4096)
def _read(path: Path, stamped: Stamp, text: str) -> float | None:
    """Each file is read once for as long as it stays as it is: pages ask with each redraw."""
    try:
        return parse_measure(text).compute(load_predictions(path))
    except (OSError, PredictionsError):
        return None
