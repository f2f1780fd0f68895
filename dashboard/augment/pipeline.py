"""The pipeline's settings as a form that the address carries, and their way into training."""

from typing import Any

import streamlit as st

from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.overrides import ConfigError, flatten, overrides_between, with_overrides
from dashboard.augment.effects import EFFECTS, Effect
from dashboard.drawing.literal import message
from dashboard.session import address, form_values, state
from dashboard.session.links import open_page
from dashboard.session.packing import pack, unpack

_START = with_overrides(RunConfig(), {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True})
_FIELDS = tuple(path for path in flatten(_START) if path.startswith("augmentation."))
_SHOWN = (*_FIELDS, "data.normalization", "training.seed")
# Train's seed is a run's; here it is the pictures'.
_FROM_TRAIN = _SHOWN[:-1]
_FIRST = "augment_first"


def read_pipeline() -> RunConfig:
    """Return the pipeline as it is set, at first as the address or Train's form has it; the address then carries it.

    Where it is not allowed, that is said, and it is as usual.
    """
    _take_address()
    values = {path: form_values.form_value(path, value, form_values.AUGMENT) for path, value in _flat(_START).items()}
    try:
        config = with_overrides(RunConfig(), values)
    except ConfigError as error:
        st.error(message(error), icon=":material/block:")
        return _START
    changes = overrides_between(_START, config)
    address.PIPELINE.choose(pack(changes) if changes else None)
    return config


def order_effects() -> list[Effect]:
    """Return all effects, first those that the pipeline had when the page was opened: they stay where they are then."""
    first = state.widget_value(_FIRST) or ()
    return sorted(EFFECTS, key=lambda effect: effect.name not in first)


def set_field(field: str, value: Any) -> None:
    """Change one setting of the augmentation. For callbacks."""
    form_values.set_form({f"augmentation.{field}": value}, form_values.AUGMENT)


def switch(effect: Effect, is_on: bool) -> None:
    """Switch an effect on, as strong as it usually is, or off. For callbacks."""
    off = AugmentationConfig()
    for field, value in effect.typical.items():
        set_field(field, value if is_on else getattr(off, field))


def render_buttons(config: RunConfig) -> None:
    """Draw what leads the pipeline into training, and what empties it."""
    with st.container(horizontal=True):
        if st.button(
            "Use this in the next run",
            type="primary",
            icon=":material/arrow_forward:",
            help="Opens Train with these augmentations and this normalisation in its form.",
            on_click=_use_in_training,
            args=(config,),
        ):
            open_page("Train")
        st.button("All off", icon=":material/undo:", on_click=_turn_all_off)


def _turn_all_off() -> None:
    """Put every augmentation back to off."""
    for field, value in AugmentationConfig().model_dump().items():
        set_field(field, value)


def _use_in_training(config: RunConfig) -> None:
    """Hand augmentation and normalisation to the Train page's form."""
    form_values.ensure_form_filled()
    form_values.set_form({path: value for path, value in _flat(config).items() if path in _FROM_TRAIN})
    form_values.lead_to_form()


def _take_address() -> None:
    """Fill the form with what the address brought along, else with what Train has, else with what is usual."""
    is_filled = form_values.is_form_filled(form_values.AUGMENT)
    if not address.is_from_address(address.PIPELINE) and is_filled:
        return
    text = address.PIPELINE.value()
    config = _START
    if text is None and not is_filled and form_values.is_form_filled():
        held = {path: form_values.form_value(path, _flat(_START)[path]) for path in _FROM_TRAIN}
        # A number box that was emptied holds none.
        config = with_overrides(_START, {path: value for path, value in held.items() if value is not None})
    try:
        config = with_overrides(config, unpack(text or "{}"))
    except (ValueError, TypeError) as error:
        st.error(f"The link's settings cannot be used: {message(error)}", icon=":material/link_off:")
    form_values.set_form(_flat(config), form_values.AUGMENT)
    state.set_widget(_FIRST, [effect.name for effect in EFFECTS if effect.is_on(config.augmentation)])


def _flat(config: RunConfig) -> dict[str, Any]:
    values = flatten(config)
    return {path: values[path] for path in _SHOWN}
