"""A map of images: a point each, pictures when near; a legend that isolates, lasso and box that mark."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import pack_message
from dashboard.components.received import is_number
from dashboard.components.registration import register
from dashboard.components.scatter.region import GRID, MOST_CORNERS, Polygon, is_within, to_grid

__all__ = ["Marking", "ScatterMap", "ScatterPoints", "encode_scatter", "mark_points", "read_marking", "scatter"]

_COMPONENT = register(__file__, "tip")


@dataclass(frozen=True)
class ScatterPoints:
    """What a map shows.

    Attributes:
        ids: (N,) dataset indices, each once.
        positions: (N, 2) float32.
        groups: (N,) integers, each point's place in `names`.
        names: Of the groups, at most 255.
        colours: CSS colours #rrggbb of the groups.
        labels: (N,) integers, each image's place in `label_names`: what a pointer is told besides its group.
        label_names: None where they are the groups.
        pictures: The address that answers with images; see `dashboard.session.pictures`.
        axes: What grows to the right and upwards; None: directions mean nothing.
        num_quiet: How many groups, the last ones, lie beneath the others and paler: of what nothing is known.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.float32]
    groups: NDArray[np.integer]
    names: Sequence[str]
    colours: Sequence[str]
    labels: NDArray[np.integer]
    label_names: Sequence[str] | None
    pictures: str
    axes: tuple[str, str] | None = None
    num_quiet: int = 0


@dataclass(frozen=True)
class Marking:
    """What is marked on a map: the points within an outline, of some groups.

    Attributes:
        polygon: Corners on the map's grid; none: everywhere.
        groups: Places of groups, ascending; none: of all.
    """

    polygon: Polygon = ()
    groups: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it marks nothing in particular."""
        return not self.polygon and not self.groups


@dataclass(frozen=True, eq=False)
class ScatterMap:
    """A map ready to be sent; worth caching.

    Attributes:
        header: What it says, as JSON.
        body: Positions, groups and labels.
        ids: (N,) dataset indices.
        grid: (N, 2) where they lie.
        groups: (N,) uint8.
    """

    header: dict[str, object]
    body: bytes
    ids: NDArray[np.int64]
    grid: NDArray[np.uint16]
    groups: NDArray[np.uint8]

    def find_marked(self, marking: Marking) -> NDArray[np.int64]:
        """Return the dataset indices of what is marked, in the map's order; of an empty marking none."""
        return self.ids[_find_marked(self.grid, self.groups, marking)]


def mark_points(
    positions: NDArray[np.float32], groups: NDArray[np.integer] | None, marking: Marking
) -> NDArray[np.bool_]:
    """Return which points (N, 2) of which groups (N,) a marking marks; groups may be left out where it names none."""
    return _find_marked(to_grid(positions), groups, marking)


def scatter(
    shown: ScatterMap,
    label: str,
    *,
    key: str,
    marking: Marking | None = None,
    on_mark: Callable[[Marking], None] = lambda marking: None,
    on_open: Callable[[int], None] | None = None,
) -> Marking:
    """Show a map, and return what is marked on it.

    Args:
        shown: As `encode_scatter` makes it.
        label: What is seen, for who does not see it.
        key: The component's.
        marking: What is marked; None: what was marked in it last.
        on_mark: Called with what somebody marks before the rerun that it causes.
        on_open: Called with the dataset index of a point that was clicked.
    """
    num_groups = len(shown.header["names"])  # type: ignore[arg-type]  # a list, as encoded

    remembered = f"{key}_marking"

    def told(name: str) -> object:
        return (st.session_state.get(key) or {}).get(name)

    def report_marking() -> None:
        st.session_state[remembered] = told("marked")
        on_mark(read_marking(told("marked"), num_groups))

    def report_opened() -> None:
        opened = told("opened")
        if on_open is not None and isinstance(opened, int) and opened in shown.ids:
            on_open(opened)

    if marking is None:
        marking = read_marking(st.session_state.get(remembered), num_groups)
    header = shown.header | {"label": label, "marking": asdict(marking), "opens": on_open is not None}
    data = pack_message(header, shown.body)
    _COMPONENT(key=key, data=data, on_marked_change=report_marking, on_opened_change=report_opened)
    return marking


def read_marking(value: object, num_groups: int) -> Marking:
    """Check what came from the browser; what is no marking marks nothing."""
    if not isinstance(value, dict):
        return Marking()
    corners, groups = value.get("polygon"), value.get("groups")
    places = {place for place in _whole_numbers(groups) if 0 <= place < num_groups}
    numbers = _whole_numbers(corners)
    is_outline = len(numbers) % 2 == 0 and 3 <= len(numbers) // 2 <= MOST_CORNERS
    if not is_outline or not all(0 <= number <= GRID for number in numbers):
        numbers = []
    return Marking(tuple(zip(numbers[::2], numbers[1::2], strict=True)), tuple(sorted(places)))


def encode_scatter(points: ScatterPoints) -> ScatterMap:
    """Pack a map: JSON, and whole numbers of 2 bytes for positions, 1 each for groups and labels, 4 for ids.

    Ids that count up from 0 are left out.
    """
    grid, groups = to_grid(points.positions), points.groups.astype(np.uint8)
    is_counted = np.array_equal(points.ids, np.arange(len(points.ids)))
    parts = [grid.astype("<u2").tobytes(), groups.tobytes(), points.labels.astype(np.uint8).tobytes()]
    body = b"".join([*parts, b"" if is_counted else points.ids.astype("<u4").tobytes()])
    header = {
        "map": hashlib.blake2b(parts[0], digest_size=8).hexdigest(),
        "count": len(points.ids),
        "isCounted": is_counted,
        "names": list(points.names),
        "colours": list(points.colours),
        "labelNames": None if points.label_names is None else list(points.label_names),
        "pictures": points.pictures,
        "axes": points.axes,
        "quiet": points.num_quiet,
    }
    return ScatterMap(header, body, points.ids, grid, groups)


def _find_marked(grid: NDArray[np.uint16], groups: NDArray[np.integer] | None, marking: Marking) -> NDArray[np.bool_]:
    if marking.is_empty:
        return np.zeros(len(grid), bool)
    is_marked = np.isin(groups, marking.groups) if marking.groups and groups is not None else np.ones(len(grid), bool)
    return is_marked & is_within(grid, marking.polygon) if marking.polygon else is_marked


def _whole_numbers(value: object) -> list[int]:
    if not isinstance(value, list | tuple):
        return []
    return [int(part) for part in value if is_number(part)]
