"""Augment: what chance does to training images, seen before one trains with it."""

import streamlit as st

from cifar_core.cautions import list_cautions
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.overrides import ConfigError, flatten, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from dashboard.augment.views import (
    choose_images,
    render_cost,
    render_pixel_values,
    render_preview,
    render_sweep,
)
from dashboard.forms.augmentation import render_augmentation
from dashboard.forms.sections import render_fields
from dashboard.session import state
from dashboard.session.cache import get_splits, get_torchvision_code
from dashboard.session.frame import page_frame, require_dataset

USUAL = {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True}
VIEWS = ("Preview", "One parameter", "Normalisation", "Cost", "Code")
NUM_IMAGES = 6


def turn_all_off() -> None:
    """Put every augmentation back to off."""
    off = {f"augmentation.{field}": value for field, value in AugmentationConfig().model_dump().items()}
    state.set_form(off, state.AUGMENT)


def use_in_training(config: RunConfig) -> None:
    """Hand augmentation and normalisation to the Train page's form."""
    if not state.is_form_filled():
        state.fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)
    wanted = {path: value for path, value in flatten(config).items() if path.startswith("augmentation.")}
    state.set_form(wanted | {"data.normalization": config.data.normalization})


def render_pipeline() -> RunConfig | None:
    """Draw the pipeline's settings; None if they are not allowed, which is then said."""
    if not state.is_form_filled(state.AUGMENT):
        state.set_form(USUAL, state.AUGMENT)
    buttons = st.container(horizontal=True)
    problem = st.container()
    values = render_augmentation(state.AUGMENT)
    left, right = st.columns(2)
    with left:
        values |= render_fields("data", only=("normalization",), form=state.AUGMENT)
    with right:
        values |= render_fields("training", only=("seed",), form=state.AUGMENT)
    try:
        config = with_overrides(RunConfig(), values)
    except ConfigError as error:
        problem.error(str(error).replace("\n", "  \n"), icon=":material/block:")
        return None
    with buttons:
        if st.button(
            "Use in training", type="primary", icon=":material/arrow_forward:", on_click=use_in_training, args=(config,)
        ):
            st.switch_page("pages/Train.py")
        st.button("All off", icon=":material/undo:", on_click=turn_all_off)
    for field, sentence in list_cautions(config.augmentation).items():
        problem.warning(f"**{field.replace('_', ' ').capitalize()}.** {sentence}", icon=":material/warning:")
    return config


with page_frame("Augment"):
    data = require_dataset()
    form_column, view_column = st.columns([2, 3], gap="medium")
    with form_column:
        pipeline = render_pipeline()
    if pipeline is None:
        st.stop()
    with view_column, st.container(key="first_on_phones"):
        view = st.segmented_control(
            "Show",
            VIEWS,
            default=VIEWS[0],
            required=True,
            key=state.AUGMENT_VIEW,
            label_visibility="collapsed",
            persist_state="session",
        )
        images = choose_images(data, get_splits(data, pipeline).train, NUM_IMAGES, state.augment_draw())
        if view == "Preview":
            render_preview(data, pipeline, images)
        elif view == "One parameter":
            render_sweep(data, pipeline, int(images[0]))
        elif view == "Normalisation":
            render_pixel_values(data, pipeline, images)
        elif view == "Cost":
            render_cost(data, pipeline)
        else:
            st.caption("The same pipeline in torchvision, to take along. Its operations draw other random numbers.")
            st.code(get_torchvision_code(data, pipeline), language="python")
