"""Explore: the dataset as a place to walk in."""

import streamlit as st

from dashboard import state
from dashboard.cache import get_splits
from dashboard.duplicates_view import render_duplicates
from dashboard.explore_filters import choose_images, render_distribution
from dashboard.frame import find_run, page_frame, require_dataset
from dashboard.image_view import render_images
from dashboard.map_view import render_map
from dashboard.statistics_view import render_statistics

VIEWS = ("Images", "Statistics", "Map", "Near-duplicates")

with page_frame("Explore", picks_run=True, shows_image=True) as runs:
    data = require_dataset()
    run = find_run(runs)
    splits = get_splits(data, run.config if run is not None else None)
    view = st.segmented_control(
        "Show",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key=state.EXPLORE_VIEW,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    if view == "Statistics":
        render_statistics(data, splits)
    elif view == "Map":
        render_map(data, splits, run)
    elif view == "Near-duplicates":
        render_duplicates(data)
    else:
        selection = choose_images(data, splits)
        render_distribution(data.labels[selection.indices], data.class_names)
        render_images(data, splits, selection, run)
