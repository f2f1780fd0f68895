"""The augmentations as a form, in the order in which they apply, and as a sentence."""

import streamlit as st

from cifar_core.config import AugmentationConfig
from dashboard.drawing.words import setting, setting_name
from dashboard.forms.sections import Overrides, render_fields
from dashboard.session import form_values

FIRST = ("crop_padding", "padding_mode", "horizontal_flip")

# Titles of the rest, as the pipeline goes through them.
_GROUPS: dict[str, tuple[str, ...]] = {
    "Ready-made policy": ("policy", "policy_operations", "policy_magnitude"),
    "Geometry": ("rotation", "translation", "scaling", "alternating_flip", "vertical_flip"),
    "Colour": ("brightness", "contrast", "saturation", "hue", "grayscale"),
    "Noise and occlusion": ("noise", "cutout_size", "erasing"),
    "Mixing two images": ("mixup_alpha", "cutmix_alpha"),
}

# What does nothing unless another setting is on.
_DEPENDENT = {"padding_mode": "crop_padding", "policy_operations": "policy", "policy_magnitude": "policy"}


def render_augmentation(form: str = form_values.TRAIN) -> Overrides:
    """Draw all augmentations, the usual ones first, and return their values by path."""
    values = render_fields("augmentation", only=FIRST, form=form)
    for title, fields in _GROUPS.items():
        with st.expander(title):
            values |= render_fields("augmentation", only=fields, form=form)
    return values


def describe_augmentation(config: AugmentationConfig) -> str:
    """Return what is on, in the order it applies, e.g. "crop padding 4, horizontal flip"; "none" if nothing is."""
    off = AugmentationConfig()
    words = [
        _describe(field, getattr(config, field))
        for field in AugmentationConfig.model_fields
        if field not in _DEPENDENT and getattr(config, field) != getattr(off, field)
    ]
    return ", ".join(words) or "none"


def _describe(field: str, value: object) -> str:
    name = setting_name(f"augmentation.{field}")
    if value is True:
        return name
    return setting(value) if field == "policy" else f"{name} {setting(value)}"
