"""Explore: the dataset as a place to walk in."""

import streamlit as st

from dashboard.explore.duplicates_view import render_duplicates
from dashboard.explore.image_view import render_images
from dashboard.explore.map_view import render_map
from dashboard.explore.selections_view import render_selections
from dashboard.explore.statistics_view import render_statistics
from dashboard.session import state
from dashboard.session.cache import get_splits
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.marked import keep_marked
from dashboard.session.opening import newest_with_weights

VIEWS = ("Images", "Statistics", "Map", "Near-duplicates", state.SELECTIONS_VIEW)

with page_frame("Explore", newest_with_weights if state.is_map_of_run_open() else None) as runs:
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
        render_map(data, splits, runs, run)
    elif view == "Near-duplicates":
        render_duplicates(data, splits, run)
    elif view == state.SELECTIONS_VIEW:
        render_selections(data, splits, runs, run)
    else:
        render_images(data, splits, run, keep_marked(data, splits, run))
