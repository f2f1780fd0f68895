"""The form itself: all settings of a run, the network first, beside which its drawing stands."""

from typing import Any

import streamlit as st

from cifar_core.config import MULTIPLIERS, TrainingConfig, section_choices
from dashboard.forms.augmentation import render_augmentation
from dashboard.forms.sections import render_choice, render_fields
from dashboard.session.links import page_link
from dashboard.train.tuning import render_range_test

_LENGTH = ("num_epochs", "batch_size")
_REGULARISATION = ("label_smoothing", "gradient_clipping", "ema_decay", "early_stopping_patience")
_REST = tuple(field for field in TrainingConfig.model_fields if field not in _LENGTH + _REGULARISATION)


def render_settings() -> dict[str, Any]:
    """Draw all settings, the ones that matter most first, and return their values by path."""
    values: dict[str, Any] = {}
    with st.container(border=True):
        values |= render_choice("model", "Network")
        values |= render_fields("model", str(values["model.name"]))
    with st.container(border=True):
        values |= render_fields("training", only=_LENGTH)
        left, right = st.columns(2)
        with left:
            values |= render_choice("optimizer", "Optimizer")
        with right:
            values |= render_choice("schedule", "Schedule")
        optimizer = str(values["optimizer.name"])
        values |= render_fields("optimizer", optimizer, only=_plain_fields(optimizer))
        range_test = st.container()
        values |= render_fields("schedule", str(values["schedule.name"]))
    with st.container(border=True):
        st.markdown("**Augmentation**", help="What is done to training images at random before the network sees them")
        values |= render_augmentation()
        page_link("Augment", "See what it does to images", ":material/auto_fix_high:")
    with st.expander("Regularisation", icon=":material/balance:"):
        values |= render_fields("training", only=_REGULARISATION)
    with st.expander("Learning rates of single parts", icon=":material/linear_scale:"):
        values |= render_fields("optimizer", optimizer, only=MULTIPLIERS)
    with st.expander("Data, seed and device", icon=":material/tune:"):
        values |= render_fields("data")
        values |= render_fields("training", only=_REST)
    with range_test:
        render_range_test(values)
    return values


def _plain_fields(optimizer: str) -> tuple[str, ...]:
    """Return an optimizer's settings that every run needs, in their order."""
    fields = section_choices("optimizer")[optimizer].model_fields
    return tuple(field for field in fields if field not in ("name", *MULTIPLIERS))
