"""Images that got worse: one at every severity, and those of a cell with each as it was beside it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.corruptions import SEVERITIES
from cifar_core.data import Dataset
from cifar_core.evaluation.robustness import Robustness
from dashboard.components import Tile, gallery
from dashboard.drawing.choices import choose_one, choose_page
from dashboard.drawing.words import percent
from dashboard.session import address, state
from dashboard.session.worsened import Worse, worsen, worsen_all

_PAIRS_ACROSS, _PAIRS_A_PAGE = 3, 15
LOST, WRONG, ANY = "lost", "all mistakes", "all images"
WRONG_HERE, RIGHT_HERE = "wrong here alone", "right here alone"
_PILE_HELP = (
    "lost: right as they are, wrong once they got worse. Alone: of the two runs that are held against each other, this "
    "one is wrong, or right, where the other is not."
)


@dataclass(frozen=True, eq=False)
class Cell:
    """The images of a corruption at a severity, maybe of some classes alone.

    Attributes:
        worse: How they are made worse.
        classes: True classes; all if empty.
        title: Which those are, in words; empty for all.
    """

    worse: Worse
    classes: tuple[int, ...] = ()
    title: str = ""

    def find_rows(self, robustness: Robustness, pile: str, other: Robustness | None = None) -> NDArray[np.int64]:
        """Return the rows of these images, those with the least probability of their class first.

        Args:
            robustness: Of the run.
            pile: One of those that `list_piles` returns.
            other: Of the run that it is held against, for piles that need one.
        """
        is_right, probs = self._take(robustness)
        other_right = is_right if other is None else self._take(other)[0]
        chosen = _PILES[pile](robustness.clean_preds == robustness.targets, is_right, other_right)
        if self.classes:
            chosen = chosen & np.isin(robustness.targets, self.classes)
        order = np.argsort(probs, kind="stable")
        return order[chosen[order]]

    def _take(self, robustness: Robustness) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        place, column = robustness.names.index(self.worse.name), self.worse.severity - 1
        return robustness.preds[place, column] == robustness.targets, robustness.probs[place, column]


Marks = NDArray[np.bool_]
# Which images are meant: by whether they were right as they are, are right now, and are right for the other run.
_PILES: dict[str, Callable[[Marks, Marks, Marks], Marks]] = {
    LOST: lambda was_right, is_right, other: was_right & ~is_right,
    WRONG: lambda was_right, is_right, other: ~is_right,
    ANY: lambda was_right, is_right, other: np.ones_like(is_right),
    WRONG_HERE: lambda was_right, is_right, other: ~is_right & other,
    RIGHT_HERE: lambda was_right, is_right, other: is_right & ~other,
}


def list_piles(other: Robustness | None) -> list[str]:
    """Return which images of a cell can be looked at: more kinds where two runs are held against each other."""
    return [LOST, WRONG, ANY] if other is None else list(_PILES)


def choose_worse(name: str, severity: int) -> None:
    """Choose a corruption and a severity. For callbacks."""
    address.WORSE.choose(Worse(name, severity).text)
    address.step_on()


def render_strip(dataset: Dataset, index: int, worse: Worse, robustness: Robustness | None) -> None:
    """Draw an image as it is and at each severity of a corruption, with what it is taken for where that is known."""

    def choose_severity(severity: int) -> None:
        if severity:
            choose_worse(worse.name, severity)

    image = np.asarray(dataset.images[index])
    pictures = [image, *(worsen(image, index, Worse(worse.name, severity)) for severity in SEVERITIES)]
    gallery(
        np.stack(pictures),
        [_strip_tile(dataset, index, severity, worse, robustness) for severity in (0, *SEVERITIES)],
        key="robust_strip",
        label=f"Image {index} under {worse.corruption.title}",
        tile_size=120,
        headings=["as it is", *map(str, SEVERITIES)],
        gaps=[1],
        selected=worse.severity,
        on_select=choose_severity,
    )


def _strip_tile(dataset: Dataset, index: int, severity: int, worse: Worse, robustness: Robustness | None) -> Tile:
    row = None if robustness is None else find_row(robustness, index)
    if robustness is None or row is None:
        return Tile(severity, f"image {index}, {_how(worse.corruption.title, severity)}")
    return _tile(dataset, robustness, Worse(worse.name, severity), row, severity)


def render_pairs(dataset: Dataset, robustness: Robustness, cell: Cell, other: Robustness | None) -> None:
    """Draw the images of a cell, each as it was and made worse, page by page, and which of them are shown."""
    piles = list_piles(other)
    state.keep_among(state.ROBUST_PILE, piles)
    options = dict(zip(piles, piles, strict=True))
    pile = choose_one("Show", options, state.ROBUST_PILE, in_address=True, help=_PILE_HELP)
    rows = cell.find_rows(robustness, pile, other)
    _introduce(cell, len(rows))
    if not len(rows):
        st.info("No image is of this kind. Choose another cell, or other images.", icon=":material/check_circle:")
        return
    shown = _choose_page(rows)
    images = dataset.images[robustness.indices[shown]]
    pairs = np.stack([images, worsen_all(images, robustness.indices[shown], cell.worse)], axis=1)
    gallery(
        pairs.reshape(-1, *images.shape[1:]),
        [tile for row in shown.tolist() for tile in _pair_tiles(dataset, robustness, cell.worse, row)],
        key="robust_pairs",
        label=f"Images under {cell.worse.words}, each as it was before it",
        tile_size=120,
        headings=["as it is", f"{cell.worse.corruption.title} {cell.worse.severity}"] * _PAIRS_ACROSS,
        gaps=range(2, 2 * _PAIRS_ACROSS, 2),
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )


def find_row(robustness: Robustness, index: int | None) -> int | None:
    """Return where an image stands among those that were looked at; None if it is none of them."""
    if index is None:
        return None
    rows = np.flatnonzero(robustness.indices == index)
    return int(rows[0]) if len(rows) else None


def _introduce(cell: Cell, count: int) -> None:
    of = f" of {cell.title}" if cell.title else ""
    words = f"{cell.worse.words[0].upper()}{cell.worse.words[1:]}"
    with st.container(horizontal=True, vertical_alignment="center"):
        order = "the least sure of their class first"
        st.markdown(f"**{words}**: {count:,} {'image' if count == 1 else 'images'}{of}, {order}")
        if cell.classes:
            st.button("All classes", icon=":material/filter_alt_off:", type="tertiary", on_click=_forget_classes)


def _forget_classes() -> None:
    address.TRUE.choose(None)
    address.step_on()


def _choose_page(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw what pages through the images."""
    page = choose_page(math.ceil(len(rows) / _PAIRS_A_PAGE), state.ROBUST_PAGE, listed=rows)
    return rows[(page - 1) * _PAIRS_A_PAGE : page * _PAIRS_A_PAGE]


def _pair_tiles(dataset: Dataset, robustness: Robustness, worse: Worse, row: int) -> list[Tile]:
    index = int(robustness.indices[row])
    return [_tile(dataset, robustness, Worse(worse.name, severity), row, index) for severity in (0, worse.severity)]


def _tile(dataset: Dataset, robustness: Robustness, worse: Worse, row: int, place: int) -> Tile:
    """Return a tile of an image as it is, at severity 0, or made worse; a click returns the place."""
    names, true, column = dataset.class_names, int(robustness.targets[row]), robustness.names.index(worse.name)
    pred, share = int(robustness.clean_preds[row]), ""
    if worse.severity:
        pred = int(robustness.preds[column, worse.severity - 1, row])
        share = f" ({percent(float(robustness.probs[column, worse.severity - 1, row]), 0)})"
    how = _how(worse.corruption.title, worse.severity)
    caption = f"{how}: predicted {names[pred]}, true {names[true]}{share}, image {robustness.indices[row]}"
    return Tile(place, caption, "right" if pred == true else "wrong", names[pred])


def _how(title: str, severity: int) -> str:
    return f"{title}, severity {severity}" if severity else "as it is"
