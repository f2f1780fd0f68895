"""Bands that stand for several seeds: the runs' curves folded, and how far they reach, one choice for all pages."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache

import streamlit as st

from cifar_core.evaluation.bands import Band, fold_curves
from cifar_core.files import Stamp, stamp
from cifar_core.runs import RunError
from dashboard.drawing.bands import EDGE_TITLES, EDGES, Edges
from dashboard.session import address
from dashboard.session.cache import get_store

_HELP = (
    "Runs that differ in their seed alone show what chance does. Range: from the lowest run to the highest. 95 % "
    "interval: where their mean would lie if many more seeds were trained. Mean only: no band."
)


def choose_band(key: str, *, label: str = "Band", further: Mapping[str, str] | None = None) -> str:
    """Draw the choice, which the address holds; return one of `EDGES` or of what else is offered.

    Args:
        key: The widget's.
        label: Above it.
        further: What else can be chosen, with its title; it follows behind.
    """
    titles = EDGE_TITLES | dict(further or {})
    st.segmented_control(
        label,
        list(titles),
        required=True,
        format_func=titles.__getitem__,
        help=_HELP,
        **address.bind(address.BAND, key, list(titles)),
    )
    return address.BAND.value() or EDGES[0]


def chosen_band() -> Edges:
    """Return what was chosen, without drawing anything; the range until then."""
    value = address.BAND.value()
    return next((edges for edges in EDGES if edges == value), EDGES[0])


def read_band(run_ids: Iterable[str], curve: str) -> Band:
    """Return a curve of several runs as one, without runs that are gone or have no finished epoch.

    Args:
        run_ids: Theirs.
        curve: As `fold_curves` takes it.
    """
    found = []
    for run_id in run_ids:
        with suppress(RunError):
            found.append((run_id, stamp(get_store().record(run_id).files.metrics)))
    return _fold(str(get_store().runs_dir), tuple(found), curve)


@lru_cache(maxsize=256)  # an open page asks each second, and ended runs say what they said
def _fold(runs_dir: str, stamped: tuple[tuple[str, Stamp | None], ...], curve: str) -> Band:
    rows = []
    for run_id, _ in stamped:
        with suppress(RunError):  # deleted meanwhile
            rows.append(get_store().record(run_id).epoch_rows())
    return fold_curves([of for of in rows if of], curve)
