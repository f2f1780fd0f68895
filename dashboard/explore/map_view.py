"""A map of all images: what lies together looks alike, to the eye or to a network."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from dashboard.components import Marking, ScatterPoints, scatter
from dashboard.components.scatter import encode_scatter
from dashboard.drawing.choices import choose_one
from dashboard.drawing.literal import literal
from dashboard.explore.marked_view import render_marked, render_opened
from dashboard.session import state
from dashboard.session.bound import show_first
from dashboard.session.colouring import CLASS, COLOURINGS, NEED_RUN, SELECTED, Colouring, find_colouring
from dashboard.session.kept import choose_selection
from dashboard.session.marked import choose_marked, read_marked
from dashboard.session.opening import has_weights, render_ways_to_run
from dashboard.session.pictures import pictures_address
from dashboard.session.placing import FEATURES, PIXELS, Layout, place_by_features, place_by_pixels
from dashboard.session.saying import fragment

_KEY, _HALVES = "explore_map", "explore_map_halves"
# The map has all the width while nothing is listed beside it. With the drawer a smaller window has room for one alone.
_STYLE = f"""<style>
.st-key-{_HALVES} [data-testid="stColumn"]:last-child:not(:has([data-testid="stElementContainer"])) {{
  display: none;
}}
@media (max-width: 1200px) {{
  body:has(.st-key-explore_drawer) .st-key-{_HALVES} :has(> [data-testid="stColumn"]) {{ flex-wrap: wrap; }}
  body:has(.st-key-explore_drawer) .st-key-{_HALVES} [data-testid="stColumn"] {{ min-width: 100%; }}
}}
</style>"""


@dataclass(frozen=True, eq=False)
class _Map:
    """Where the images of a dataset lie, and what they are coloured by."""

    dataset: Dataset
    layout: Layout
    colouring: Colouring


def render_map(dataset: Dataset, splits: Splits, runs: list[RunSummary], run: RunSummary | None) -> None:
    """Draw the map and, beside it, the images marked on it.

    What is asked of a network that is not there is shown by pixels and by class until it is, with ways to one.
    """
    with st.container(horizontal=True, vertical_alignment="top"):
        positions, colour = _choose_positions(), _choose_colour()
        if colour == SELECTED:
            choose_selection(dataset, state.EXPLORE_SELECTION)
    able = run if run is not None and has_weights(run) else None
    if able is None and (positions == FEATURES or colour in NEED_RUN):
        render_ways_to_run(runs, run, has_weights)
    with st.container():
        layout = place_by_features(dataset, able) if able is not None and positions == FEATURES else None
        colouring = find_colouring(dataset, splits, able, colour)
    if layout is None:
        layout = place_by_pixels(dataset, meanwhile=positions == FEATURES)
    _render_points(_Map(dataset, layout, colouring), splits, run)


def _choose_positions() -> str:
    return choose_one(
        "Positions by",
        {positions: positions for positions in (PIXELS, FEATURES)},
        state.EXPLORE_POSITIONS,
        in_address=True,
        help="pixels: what images look like at a glance. features: what a run's network makes of an image before it "
        "decides.",
    )


def _choose_colour() -> str:
    show_first(state.EXPLORE_COLOUR, CLASS)
    return (
        st.selectbox(
            "Colours by",
            COLOURINGS,
            key=state.EXPLORE_COLOUR,
            bind="query-params",
            persist_state="session",
            help="class and split are the dataset's, selection tells one of yours from the rest; all others are what "
            "the run says: whether it is right, how sure it is, its loss, when it learned an image, whether it has "
            "reason to doubt a label.",
            width=190,
        )
        or CLASS
    )


@fragment
def _render_points(shown: _Map, splits: Splits, run: RunSummary | None) -> None:
    """Draw points and the marked images. What is marked draws no more than this again."""
    marked = read_marked()
    marking = Marking() if marked is None else marked.on(shown.layout, shown.colouring)
    words = (
        f"Each point is one of all {shown.dataset.num_images:,} images; {shown.layout.near}. {shown.colouring.words}"
    )
    points = encode_scatter(_points_of(shown))
    st.html(_STYLE)
    with st.container(key=_HALVES):
        map_column, images_column = st.columns([5, 3], gap="medium")
    with map_column:
        st.markdown(literal(words, most=None))
        scatter(
            points,
            words,
            key=_KEY,
            marking=marking,
            on_mark=lambda new: choose_marked(shown.layout, shown.colouring.name, new),
            on_open=state.choose_image,
        )
        st.caption(literal(shown.layout.words, most=None))
        if marked is not None and marked.marking.polygon and not marking.polygon:
            st.caption("An outline was drawn on another map than this one: it holds there alone.")
    images = points.find_marked(marking)
    with images_column:
        render_marked(shown.dataset, splits, images, run)
    render_opened(shown.dataset, splits, images, run)


def _points_of(shown: _Map) -> ScatterPoints:
    dataset, colouring = shown.dataset, shown.colouring
    return ScatterPoints(
        ids=np.arange(dataset.num_images),
        positions=shown.layout.positions,
        groups=colouring.groups.members,
        names=colouring.groups.names,
        colours=colouring.colours,
        labels=dataset.labels,
        label_names=None if colouring.name == CLASS else dataset.class_names,
        pictures=pictures_address(dataset),
        num_quiet=colouring.groups.others,
    )
