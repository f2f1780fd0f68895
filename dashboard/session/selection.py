"""The images that are gone through one by one: Errors chooses them, Explain takes them over; the address holds them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.data.superclasses import find_superclasses
from cifar_core.evaluation import Criteria, Predictions, PredictionsError, select_predictions
from cifar_core.evaluation.criteria import ORDERS, Order, Outcome
from cifar_core.runs import RunRecord
from dashboard.session import address, state
from dashboard.session.cache import get_predictions
from dashboard.session.lock import list_splits
from dashboard.session.parameter import Parameter
from dashboard.session.saying import errors_said

ANY = "any"
MISTAKES, RIGHT, UNSURE, EVERYTHING = "mistakes", "right", "right but unsure", "all"
OUTCOMES: dict[str, Outcome] = {MISTAKES: "wrong", RIGHT: "right", UNSURE: "right", EVERYTHING: "any"}
_ALL_PROBS = (0.0, 1.0)


@dataclass(frozen=True)
class Selection:
    """Which images of a split, in which order.

    Attributes:
        class_names: Of the dataset.
        true_name: A class, a superclass or ANY.
        pred_name: Likewise, of the predicted class.
        which: A key of OUTCOMES.
        order: One of ORDERS.
        probs: Bounds of the predicted class's probability, both included.
    """

    class_names: tuple[str, ...]
    true_name: str = ANY
    pred_name: str = ANY
    which: str = MISTAKES
    order: Order = ORDERS[0]
    probs: tuple[float, float] = _ALL_PROBS

    @property
    def title(self) -> str:
        """What they are, e.g. "dog taken for cat" or "all mistakes"; of other outcomes that is said, too."""
        true_name, pred_name = self.true_name, self.pred_name
        if true_name == pred_name == ANY:
            words = "all mistakes" if self.which == MISTAKES else "all classes"
        elif pred_name == ANY:
            words = f"{true_name} taken for another class" if self.which == MISTAKES else f"images of {true_name}"
        elif true_name == ANY:
            words = f"taken for {pred_name}"
        else:
            words = f"{true_name} taken for {pred_name}"
        return words if self.which in (MISTAKES, EVERYTHING) else f"{words}, {self.which}"

    @property
    def criteria(self) -> Criteria:
        """The same for the core."""
        classes = {name: (place,) for place, name in enumerate(self.class_names)} | find_superclasses(self.class_names)
        lowest, highest = self.probs
        return Criteria(
            classes.get(self.true_name, ()), classes.get(self.pred_name, ()), OUTCOMES[self.which], lowest, highest
        )

    def find_rows(self, predictions: Predictions) -> pd.DataFrame:
        """Return the images among these predictions, in order, as `select_predictions` does; only to be read."""
        return _select(predictions, self.criteria, self.order)

    def describe_place(self, rows: pd.DataFrame, index: int | None) -> str:
        """Say which of them an image is: "mistake 3 of 98"; empty if it is none."""
        place = find_place(rows, index)
        noun = "mistake" if self.which == MISTAKES else "image"
        return "" if place is None else f"{noun} {place + 1:,} of {len(rows):,}"


@lru_cache(maxsize=32)  # predictions are read once a server: the same ones are the same object
def _select(predictions: Predictions, criteria: Criteria, order: Order) -> pd.DataFrame:
    """All sessions share it, and a page asks for it whenever it is drawn."""
    return select_predictions(predictions, criteria, order)


def read_selection(class_names: tuple[str, ...]) -> Selection:
    """Return what the address asks for, as far as it exists."""
    names = list_names(class_names)
    return Selection(
        class_names,
        _read(address.TRUE, names),
        _read(address.PRED, names),
        _read(address.OUTCOME, tuple(OUTCOMES)),
        _read(address.ORDER, ORDERS),  # type: ignore[arg-type]
        read_probs(),
    )


def list_names(class_names: tuple[str, ...]) -> list[str]:
    """Return what a cell can be of: any class, superclasses, classes."""
    return [ANY, *find_superclasses(class_names), *class_names]


def read_split() -> str:
    """Return the split whose images they are."""
    return _read(address.SPLIT, list_splits())


def read_probs() -> tuple[float, float]:
    """Return the bounds of the predicted class's probability, in [0, 1]; all where the address names none."""
    parts = (address.PROBS.value() or "").split("-")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) < 4 for part in parts):
        return _ALL_PROBS
    lowest, highest = (int(part) / 100 for part in parts)
    return (lowest, highest) if lowest <= highest <= 1 else _ALL_PROBS


def choose_probs(lowest: float, highest: float) -> None:
    """Choose those bounds; all probabilities need no mention."""
    is_all = (lowest, highest) == _ALL_PROBS
    address.PROBS.choose(None if is_all else f"{round(100 * lowest)}-{round(100 * highest)}")


def choose_cell(true_name: str, pred_name: str) -> None:
    """Select the images of a cell: what is wrong in it, or on the diagonal what is right. For callbacks.

    The image that was looked at is closed: it is hardly ever one of these.
    """
    address.TRUE.choose(None if true_name == ANY else true_name)
    address.PRED.choose(None if pred_name == ANY else pred_name)
    is_right = true_name == pred_name != ANY
    address.OUTCOME.choose(RIGHT if is_right else None)
    state.choose_image(None)


def find_selected(record: RunRecord, split: str, epoch: int, selection: Selection) -> pd.DataFrame | None:
    """Return the selected images of a run; None if it has not saved what it predicts of that split and epoch.

    A list of test images tells what a run gets wrong of test: it counts as a look at it.
    """
    with suppress(PredictionsError):
        predictions = get_predictions(record, split, epoch)
        if predictions is not None:
            count_reading(record, split, by="Explain page")
            return selection.find_rows(predictions)
    return None


def count_reading(record: RunRecord, split: str, by: str) -> None:
    """Count a look at test, the first one of a session at a run."""
    if split == "test" and state.is_first_look_at_test(record.run_id):
        with errors_said():  # it is shown all the same
            record.count_test_reading(by=by, look=state.sitting())


def find_place(rows: pd.DataFrame, index: int | None) -> int | None:
    """Return where an image stands among the selected ones, from 0; None if it is none of them."""
    places: NDArray[np.intp] = np.flatnonzero(rows["index"].to_numpy() == index) if index is not None else np.array([])
    return int(places[0]) if len(places) else None


def step(rows: pd.DataFrame, by: int) -> None:
    """Look at the selected image after the chosen one, or before it. For callbacks."""
    place = find_place(rows, state.chosen_image())
    if place is not None:
        state.choose_image(int(rows["index"].iloc[min(len(rows) - 1, max(0, place + by))]))


def _read(parameter: Parameter, allowed: Sequence[str]) -> str:
    value = parameter.value()
    return value if value is not None and value in allowed else allowed[0]
