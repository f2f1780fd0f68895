"""Augment: what chance does to training images, seen before one trains with it."""

import streamlit as st

from dashboard.augment.catalogue import render_catalogue
from dashboard.augment.pipeline import read_pipeline
from dashboard.augment.stage import render_stage
from dashboard.augment.views import (
    choose_images,
    render_cost,
    render_pixel_values,
    render_preview,
    render_sweep,
)
from dashboard.session import state
from dashboard.session.cache import get_splits, get_torchvision_code
from dashboard.session.frame import page_frame, require_dataset

VIEWS = ("Effects", "Preview", "One parameter", "Normalisation", "Cost", "Code")
NUM_IMAGES = 6


with page_frame("Augment"):
    data = require_dataset()
    view = st.segmented_control(
        "Show",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key=state.AUGMENT_VIEW,
        bind="query-params",
        label_visibility="collapsed",
        persist_state="session",
    )
    pipeline = read_pipeline()
    images = choose_images(data, get_splits(data, pipeline).train, NUM_IMAGES, state.augment_draw())
    if view == "Preview":
        render_preview(data, pipeline, images)
    elif view == "One parameter":
        render_sweep(data, pipeline, int(images[0]))
    elif view == "Normalisation":
        render_pixel_values(data, pipeline, images)
    elif view == "Cost":
        render_cost(data, pipeline)
    elif view == "Code":
        st.markdown("**The same pipeline in torchvision**, to take along. Its operations draw other random numbers.")
        st.code(get_torchvision_code(data, pipeline), language="python")
    else:
        stage, catalogue = st.columns([2, 3], gap="medium")
        with stage, st.container(key="augment_stage"):
            render_stage(data, pipeline, int(images[0]))
        with catalogue:
            render_catalogue(data, pipeline, int(images[0]))
