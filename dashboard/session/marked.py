"""What somebody marked on the map of all images: kept in the address, taken over by the pages that list images."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from dashboard.components import Marking
from dashboard.components.scatter import mark_points
from dashboard.components.scatter.region import pack_polygon, unpack_polygon
from dashboard.session import address, state
from dashboard.session.colouring import COLOURINGS, Colouring, find_colouring
from dashboard.session.placing import PIXELS, Layout, place_by_features, place_by_pixels

# Map and its positions, colours, groups of these, outline: "pixels.0f3a91c2.class.3-5.AAAA".
_FORM = re.compile(r"(pixels|features)\.([0-9a-f]{8})\.(\d)\.((?:\d{1,3}-)*\d{1,3}|)\.([\w-]*)")


@dataclass(frozen=True)
class Marked:
    """A marking, and the map it was made on.

    Attributes:
        kind: PIXELS or FEATURES.
        layout: The key of the layout whose grid the outline is on.
        colour: One of COLOURINGS, of which the groups are.
        marking: The outline and the groups.
    """

    kind: str
    layout: str
    colour: str
    marking: Marking

    def to_text(self) -> str:
        """Return it as an address takes it; some 500 signs at most, however many images it holds."""
        groups, colour = "-".join(map(str, self.marking.groups)), COLOURINGS.index(self.colour)
        return f"{self.kind}.{self.layout}.{colour}.{groups}.{pack_polygon(self.marking.polygon)}"

    def on(self, layout: Layout, colouring: Colouring) -> Marking:
        """Return what of it holds on a map: an outline on the same positions alone, groups of the same colours."""
        polygon = self.marking.polygon if layout.key == self.layout else ()
        groups = self.marking.groups if colouring.name == self.colour else ()
        return Marking(polygon, tuple(place for place in groups if place < len(colouring.groups.names)))


def read_marked() -> Marked | None:
    """Return what the address says is marked; None if that is nothing, or cannot be read."""
    found = _FORM.fullmatch(address.MARKED.value() or "")
    if found is None or int(found[3]) >= len(COLOURINGS):
        return None
    try:
        polygon = unpack_polygon(found[5]) if found[5] else ()
    except ValueError:
        return None
    groups = tuple(sorted({int(part) for part in found[4].split("-") if part}))
    return Marked(found[1], found[2], COLOURINGS[int(found[3])], Marking(polygon, groups))


def choose_marked(layout: Layout, colour: str, marking: Marking) -> None:
    """Mark something on a map, or nothing. For callbacks."""
    marked = None if marking.is_empty else Marked(layout.kind, layout.key, colour, marking)
    address.MARKED.choose(None if marked is None else marked.to_text())
    if marked is None:
        address.ONLY_MARKED.choose(None)
    address.step_on()


def find_marked(dataset: Dataset, splits: Splits, run: RunSummary | None) -> NDArray[np.int64] | None:
    """Return the images that are marked, ascending; None if none are, or the map they are marked on is not there."""
    marked = read_marked()
    if marked is None:
        return None
    marking = marked.marking
    members: NDArray[np.uint8] | None = None
    if marking.groups:
        colouring = find_colouring(dataset, splits, run, marked.colour, should_make=False)
        members = colouring.groups.members if colouring.name == marked.colour else None
        if members is None:
            return None
    if not marking.polygon:
        return None if members is None else np.flatnonzero(np.isin(members, marking.groups))
    layout = _find_layout(dataset, run, marked.kind)
    if layout is None or layout.key != marked.layout:
        return None
    return np.flatnonzero(mark_points(layout.positions, members, marking))


def _find_layout(dataset: Dataset, run: RunSummary | None, kind: str) -> Layout | None:
    if kind == PIXELS:
        return place_by_pixels(dataset)
    return None if run is None else place_by_features(dataset, run, should_make=False)


def only_marked(dataset: Dataset, splits: Splits, run: RunSummary | None) -> NDArray[np.int64] | None:
    """Return the images that are marked if pages shall show these alone, else None."""
    return find_marked(dataset, splits, run) if address.ONLY_MARKED.value() is not None else None


def keep_rows(rows: pd.DataFrame, marked: NDArray[np.int64] | None) -> pd.DataFrame:
    """Return those rows of a table whose `index` is marked, numbered anew; all of them for None."""
    return rows if marked is None else rows[rows["index"].isin(marked)].reset_index(drop=True)


def keep_marked(dataset: Dataset, splits: Splits, run: RunSummary | None) -> NDArray[np.int64] | None:
    """Offer to show the marked images alone, where there are some; return them if that is wished, else None."""
    found = find_marked(dataset, splits, run)
    if found is None:
        return None
    state.set_widget(state.ONLY_MARKED, address.ONLY_MARKED.value() is not None)

    def follow() -> None:
        address.ONLY_MARKED.choose("marked" if state.widget_value(state.ONLY_MARKED) else None)
        address.step_on()

    label = f"Only the {len(found):,} images selected on the map"
    help_words = "Selected on the map of Explore, by an outline or by colours. They stay so until you select others."
    is_wished = st.toggle(label, key=state.ONLY_MARKED, on_change=follow, help=help_words)
    return found if is_wished else None
