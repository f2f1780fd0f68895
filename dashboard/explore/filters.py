"""Which images Explore shows and in which order; the address holds every choice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.traits import TRAIT_NAMES
from cifar_core.selections import Selection
from dashboard.drawing.choices import choose_one
from dashboard.drawing.literal import message
from dashboard.explore.traits import HELP, LARGEST_FIRST, describe_trait, order_title
from dashboard.session import address, state
from dashboard.session.background import find_derived
from dashboard.session.bound import show_first
from dashboard.session.kept import choose_selection

SPLITS = ("all", "train", "val", "test")

# As the address spells them, which takes what the box shows.
_ORDERS = ("index", *(name.replace("_", " ") for name in TRAIT_NAMES))


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see.

    Attributes:
        split: One of SPLITS.
        class_names: These classes; all if there are none.
        order: "index" or one of `TRAIT_NAMES`.
        is_reversed: Whether the other end comes first.
        text: Indices and ranges as written; all if empty.
        selection: Images that were put aside; None for all.
    """

    split: str = SPLITS[0]
    class_names: tuple[str, ...] = ()
    order: str = "index"
    is_reversed: bool = False
    text: str = ""
    selection: Selection | None = None

    @property
    def num_on(self) -> int:
        """How many of them differ from what is shown at first."""
        off = Filters()
        return sum(getattr(self, name) != getattr(off, name) for name in self.__dataclass_fields__)


@dataclass(frozen=True)
class Shown:
    """What is shown, in order.

    Attributes:
        indices: (N,) dataset indices.
        order: "index" or one of `TRAIT_NAMES`.
        values: (N,) what they are sorted by, None for the index.
    """

    indices: NDArray[np.int64]
    order: str
    values: NDArray[np.float32] | None = None

    def notes(self, rows: slice) -> list[str]:
        """Return what a tile says of the order, e.g. "brightness 42 %"; nothing for the index."""
        if self.values is None:
            return []
        return [describe_trait(self.order, float(value)) for value in self.values[rows]]


def render_filters(dataset: Dataset) -> Filters:
    """Draw the filters and the order, and return what they are set to."""
    split = choose_one(
        "Split",
        {name: name for name in SPLITS},
        state.EXPLORE_SPLIT,
        in_address=True,
        help="train: the network learns from these. val: held out of the official training images, to choose by. "
        "test: kept for the end.",
    )
    show_first(state.EXPLORE_CLASSES, [])
    classes = st.multiselect(
        "Classes",
        dataset.class_names,
        key=state.EXPLORE_CLASSES,
        placeholder="All classes",
        bind="query-params",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = _choose_order()
        is_reversed = st.toggle(
            "Reverse",
            key=state.EXPLORE_REVERSE,
            bind="query-params",
            persist_state="session",
            help="The other end first.",
        )
    text = st.text_input(
        "Indices",
        key=state.EXPLORE_INDICES,
        placeholder="all, or 7, 100-199",
        bind="query-params",
        persist_state="session",
        help="Only these images, by their number in the dataset: single ones and ranges, both ends included.",
    )
    selection = choose_selection(dataset, state.EXPLORE_SELECTION)
    return Filters(split, tuple(classes), order, is_reversed, (text or "").strip(), selection)


def take_filters_off() -> None:
    """Show all images again, as at first. For callbacks."""
    for key, value in (
        (state.EXPLORE_SPLIT, SPLITS[0]),
        (state.EXPLORE_CLASSES, []),
        (state.EXPLORE_ORDER, _ORDERS[0]),
        (state.EXPLORE_REVERSE, False),
        (state.EXPLORE_INDICES, ""),
    ):
        state.set_widget(key, value)
    address.SELECTION.choose(None)
    state.turn_to_page(1)


def find_images(
    dataset: Dataset, splits: Splits, filters: Filters, within: NDArray[np.int64] | None = None
) -> tuple[Shown, NDArray[np.int64]]:
    """Return the images that pass, of all or `within` some, and how many of each class (C,) would of all classes.

    While what they are ordered by is being measured, that is said in place.

    Raises:
        ValueError: The filters name indices that cannot be.
    """
    indices = select_images(dataset, splits, filters.split, ())
    if filters.text:
        wanted_indices = parse_indices(filters.text, dataset.num_images)
        indices = wanted_indices[np.isin(wanted_indices, indices)]
    for chosen in (within, None if filters.selection is None else filters.selection.images.indices):
        if chosen is not None:
            indices = indices[np.isin(indices, chosen)]
    counts = np.bincount(dataset.labels[indices], minlength=dataset.num_classes)
    if filters.class_names:
        wanted = [dataset.class_names.index(name) for name in filters.class_names]
        indices = indices[np.isin(dataset.labels[indices], wanted)]
    return _sort(dataset, indices, filters.order, filters.is_reversed), counts


def check_indices(dataset: Dataset, filters: Filters) -> Filters:
    """Return the filters; without their indices, and with a word on it, if these cannot be read."""
    try:
        parse_indices(filters.text, dataset.num_images)
    except ValueError as error:
        st.error(message(error), icon=":material/block:")
        return replace(filters, text="")
    return filters


def _choose_order() -> str:
    order = st.selectbox(
        "Order",
        _ORDERS,
        key=state.EXPLORE_ORDER,
        bind="query-params",
        persist_state="session",
        help="  \n".join(f"**{order_title(name)}**: {words}." for name, words in HELP.items()),
    )
    return order.replace(" ", "_")


def _sort(dataset: Dataset, indices: NDArray[np.int64], order: str, is_reversed: bool) -> Shown:
    traits = find_derived(dataset, "traits", "Measuring every image") if order != "index" else None
    if traits is None:
        return Shown(indices[::-1] if is_reversed else indices, "index")
    values = traits[order][indices].astype(np.float32)
    is_falling = is_reversed != (order in LARGEST_FIRST)
    places = np.argsort(-values if is_falling else values, kind="stable")
    return Shown(indices[places], order, values[places])


def select_images(dataset: Dataset, splits: Splits, split: str, class_names: Sequence[str]) -> NDArray[np.int64]:
    """Return the dataset indices of a split (or "all") and of some classes (none means all), ascending."""
    indices = np.arange(dataset.num_images) if split == "all" else splits.indices(split)
    if not class_names:
        return indices
    wanted = [dataset.class_names.index(name) for name in class_names]
    return indices[np.isin(dataset.labels[indices], wanted)]


def parse_indices(text: str, num_images: int) -> NDArray[np.int64]:
    """Read indices and ranges such as "7, 100-199" (both ends included), in the order written, each once.

    Raises:
        ValueError: Something else is written, or an index is not in the dataset.
    """
    allowed = f'allowed: indices from 0 to {num_images - 1} and ranges, such as "7, 100-199"'
    parts = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,8})(?:\s*-\s*(\d{1,8}))?", part)
        if match is None:
            raise ValueError(f"Indices: {part!r} is not an index or a range; {allowed}")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= num_images:
            raise ValueError(f"Indices: {part!r} is not in the dataset; {allowed}")
        parts.append(np.arange(first, last + 1))
    indices = np.concatenate(parts) if parts else np.arange(0)
    _, places = np.unique(indices, return_index=True)
    return indices[np.sort(places)]
