"""All effects as cards: an image before and after, what it teaches, when it hurts, and its settings once it is on."""

import html
from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.cautions import list_cautions
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data import Dataset
from dashboard.augment.effects import Effect
from dashboard.augment.pipeline import order_effects, set_field, switch
from dashboard.augment.scales import SCALES, describe_strength
from dashboard.augment.stage import NUM_EPOCHS
from dashboard.augment.targets import describe_target
from dashboard.components.messages import encode_sprite, picture_address
from dashboard.session import state
from dashboard.session.cache import get_preview

_PADDINGS = {"reflect": "mirrored", "zero": "black"}
_KEPT = 0.6  # of the image itself, in the picture of an effect that mixes
_STYLE = """<style>
.st-key-augment_catalogue {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16.5rem), 1fr)); gap: 0.75rem;
  align-items: stretch;
}
.st-key-augment_catalogue > * { width: auto; min-width: 0; height: 100%; }
[class*="st-key-effect_"] { height: 100%; padding: 0.75rem; gap: 0.5rem; }
[class*="st-key-effect_on_"] { border: 2px solid light-dark(#2f6fde, #5c90f0); }
[class*="st-key-augment_on"] [data-testid="stWidgetLabel"] p { font-weight: 600; }
.effect { display: flex; align-items: flex-start; gap: 0.5rem; }
.effect figure { flex: 0 1 6rem; min-width: 0; margin: 0; }
.effect img { display: block; width: 100%; aspect-ratio: 1; border-radius: 4px; image-rendering: pixelated; }
.effect figcaption { padding-top: 2px; font-size: 0.75rem; line-height: 1.25; overflow-wrap: anywhere; }
.effect .to { padding-top: 2.2rem; opacity: 0.6; }
@media (min-width: 900px) {
  [data-testid="stColumn"]:has(.st-key-augment_stage) { position: sticky; top: 1rem; align-self: flex-start; }
}
</style>"""


def render_catalogue(dataset: Dataset, config: RunConfig, index: int) -> None:
    """Draw a card for each effect, those of the pipeline first."""
    st.html(_STYLE)
    cautions = list_cautions(config.augmentation)
    with st.container(key="augment_catalogue"):
        for effect in order_effects():
            is_on = effect.is_on(config.augmentation)
            with st.container(border=True, key=f"effect_{'on' if is_on else 'off'}_{effect.name}"):
                _render_pictures(dataset, config, effect, index)
                _render_switch(effect, is_on)
                st.caption(f"{effect.teaches} *{effect.hurts}*")
                if is_on:
                    _render_settings(effect, config.augmentation)
                    for field in set(effect.fields) & set(cautions):
                        st.warning(cautions[field], icon=":material/warning:")


def _render_pictures(dataset: Dataset, config: RunConfig, effect: Effect, index: int) -> None:
    alone = config.model_copy(update={"augmentation": effect.alone(config.augmentation)})
    st.html(_draw_pictures(dataset, alone, effect, index))


# A click changes one effect, and all cards are drawn. Not by Streamlit's cache, whose key takes as long as a picture.
@lru_cache(maxsize=1024)
def _draw_pictures(dataset: Dataset, alone: RunConfig, effect: Effect, index: int) -> str:
    """Return an image before and after an effect as HTML.

    Args:
        dataset: All images.
        alone: A config with nothing but this effect.
        effect: What is done to the image.
        index: The image.
    """
    picture, target = choose_example(dataset, alone, index)
    name = dataset.class_names[dataset.labels[index]]
    strength = describe_strength(effect, alone.augmentation)
    after = f"{target}; {strength}" if alone.augmentation.mixes_labels else strength
    return (
        f'<div class="effect">{_figure(np.asarray(dataset.images[index]), f"{name}, as it is", f"before: {name}")}'
        f'<span class="to" aria-hidden="true">→</span>{_figure(picture, f"{name}, {effect.title}", f"after: {after}")}'
        "</div>"
    )


def choose_example(dataset: Dataset, config: RunConfig, index: int) -> tuple[NDArray[np.uint8], str]:
    """Return that of an image's first epochs (3, 32, 32) which shows best what is done to it, and its label in words.

    The one that differs most; of mixed ones, the one that keeps about the larger half of the image itself.
    """
    shown = get_preview(dataset, config, np.array([index]), NUM_EPOCHS)
    pixels, targets = shown.pixels[:, 0], shown.targets[:, 0]
    if config.augmentation.mixes_labels:
        epoch = int(np.abs(targets[:, dataset.labels[index]] - _KEPT).argmin())
    else:
        epoch = int(np.abs(pixels.astype(int) - dataset.images[index]).mean(axis=(1, 2, 3)).argmax())
    return pixels[epoch], describe_target(targets[epoch], dataset.class_names)


def _figure(image: NDArray[np.uint8], alt: str, caption: str) -> str:
    words = html.escape(alt, quote=True), html.escape(caption)
    source = picture_address(encode_sprite(image[None], 1))
    return f'<figure><img src="{source}" alt="{words[0]}"><figcaption>{words[1]}</figcaption></figure>'


def _render_switch(effect: Effect, is_on: bool) -> None:
    key = f"augment_on.{effect.name}"
    state.set_widget(key, is_on)
    st.toggle(effect.title, key=key, on_change=lambda: switch(effect, state.widget_value(key)))


def _render_settings(effect: Effect, config: AugmentationConfig) -> None:
    for field in effect.fields:
        if field == "padding_mode":
            _render_padding(config)
        elif field in SCALES:
            _render_slider(field, getattr(config, field))


def _render_padding(config: AugmentationConfig) -> None:
    key = "augment_padding"
    state.set_widget(key, config.padding_mode)
    st.segmented_control(
        "Padding is",
        list(_PADDINGS),
        format_func=_PADDINGS.__getitem__,
        required=True,
        key=key,
        on_change=lambda: set_field("padding_mode", state.widget_value(key)),
    )


def _render_slider(field: str, value: float) -> None:
    """Draw a setting in its unit. Off is the switch's, so the slider begins one step above."""
    scale, schema, key = SCALES[field], AugmentationConfig.field_schemas()[field], f"augment_slider.{field}"
    number = int if scale.step == int(scale.step) else float
    most = number(scale.show(schema["maximum"]))
    least = number(max(scale.show(schema["minimum"]), 0 if field == "policy_magnitude" else scale.step))
    state.set_widget(key, number(min(most, max(least, scale.show(value)))))
    st.slider(
        scale.title,
        least,
        most,
        step=number(scale.step),
        format=scale.format,
        key=key,
        help=schema["description"],
        on_change=lambda: set_field(field, scale.read(state.widget_value(key), field)),
    )
