"""The pipeline's settings as a form that the address carries, and their way into training."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cifar_core.cautions import list_cautions
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.overrides import ConfigError, flatten, overrides_between, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from dashboard.drawing.literal import message
from dashboard.forms.augmentation import render_augmentation
from dashboard.forms.sections import render_fields
from dashboard.session import address, state
from dashboard.session.links import open_page
from dashboard.session.packing import pack, unpack

_START = with_overrides(RunConfig(), {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True})
_SHOWN = {path for path in flatten(_START) if path.startswith("augmentation.")} | {
    "data.normalization",
    "training.seed",
}


def _turn_all_off() -> None:
    """Put every augmentation back to off."""
    off = {f"augmentation.{field}": value for field, value in AugmentationConfig().model_dump().items()}
    state.set_form(off, state.AUGMENT)


def _use_in_training(config: RunConfig) -> None:
    """Hand augmentation and normalisation to the Train page's form."""
    if not state.is_form_filled():
        state.fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)
    wanted = {path: value for path, value in flatten(config).items() if path.startswith("augmentation.")}
    state.set_form(wanted | {"data.normalization": config.data.normalization})
    state.lead_to_form()


def _take_address(problem: DeltaGenerator) -> None:
    """Fill the form with what the address brought along, or with what is usual."""
    if not address.is_from_address(address.PIPELINE) and state.is_form_filled(state.AUGMENT):
        return
    try:
        config = with_overrides(_START, unpack(address.PIPELINE.value() or "{}"))
    except (ValueError, TypeError) as error:
        problem.error(f"The link's settings cannot be used: {message(error)}", icon=":material/link_off:")
        config = _START
    state.set_form({path: value for path, value in flatten(config).items() if path in _SHOWN}, state.AUGMENT)


def _remember_form(config: RunConfig) -> None:
    """Let the address carry the form, so that it survives a refresh."""
    changes = overrides_between(_START, config)
    address.PIPELINE.choose(pack(changes) if changes else None)


def render_pipeline() -> RunConfig | None:
    """Draw the pipeline's settings; None if they are not allowed, which is then said."""
    problem = st.container()
    _take_address(problem)
    buttons = st.container(horizontal=True)
    values = render_augmentation(state.AUGMENT)
    left, right = st.columns(2)
    with left:
        values |= render_fields("data", only=("normalization",), form=state.AUGMENT)
    with right:
        values |= render_fields("training", only=("seed",), form=state.AUGMENT)
    try:
        config = with_overrides(RunConfig(), values)
    except ConfigError as error:
        problem.error(message(error), icon=":material/block:")
        return None
    _remember_form(config)
    with buttons:
        if st.button(
            "Use in training",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=_use_in_training,
            args=(config,),
        ):
            open_page("Train")
        st.button("All off", icon=":material/undo:", on_click=_turn_all_off)
    for field, sentence in list_cautions(config.augmentation).items():
        problem.warning(f"**{field.replace('_', ' ').capitalize()}.** {sentence}", icon=":material/warning:")
    return config
