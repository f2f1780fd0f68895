"""Inside the network: its filters, what each layer makes of the image, and images that excite a unit."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard import engine
from dashboard.components import Tile, gallery
from dashboard.components.numbers import WHOLE
from dashboard.drawing.glossary import explain
from dashboard.drawing.pictures import lay_out, show_picture
from dashboard.drawing.tables import Export
from dashboard.explain.context import Context
from dashboard.session import state
from dashboard.session.cache import get_filter_sheet
from dashboard.session.maps import get_layers, list_methods
from dashboard.session.weights import Weights, remember

_MAX_CHANNELS = 64
_NUM_FILTERS = 64
_NUM_STEPS = 128


def render_inside(context: Context) -> list[Export]:
    """Draw feature maps, the growing of an image for a unit, and the first layer's filters; no table."""
    layers = get_layers(context.weights)
    st.markdown(describe_layers(len(layers)))
    left, right = st.columns([3, 2], gap="medium")
    layer = channel = None
    with left:
        if layers:
            layer, channel = _render_features(context, layers)
        else:
            why = "its file hides its layers" if context.run.is_program else "dense layers see all pixels at once"
            st.info(f"There is no feature map to look at: {why}.")
    with right:
        _render_growing(context, layer, channel)
        _render_filters(context)
    return []


def describe_layers(num_layers: int) -> str:
    """Say how many layers there are to look into."""
    if not num_layers:
        return (
            "Between the pixels and the scores, no layer of this network keeps places; what it would like can be seen."
        )
    layers = "layers of this network keep" if num_layers > 1 else "layer of this network keeps"
    return f"Between the pixels and the scores, **{num_layers}** {layers} places; here is what each makes of the image."


def _render_features(context: Context, layers: list[str]) -> tuple[str, int | None]:
    names = [layer.removeprefix("network.") for layer in layers]
    state.keep_among(state.EXPLAIN_LAYER, names)
    chosen = st.selectbox(
        "Layer",
        names,
        key=state.EXPLAIN_LAYER,
        bind="query-params",
        persist_state="session",
        width=220,
        help="In order of computation. Early layers keep places and edges; late ones are small and know what is there.",
    )
    layer = layers[names.index(chosen)]
    features, order = _get_features(context, layer)
    limit = max(float(np.abs(features).max()), 1e-12)
    _, height, width = features.shape
    st.markdown(
        f"**What {chosen} makes of it**: {len(features)} channels of {height}x{width}, the strongest first",
        help=explain(
            "Grey is zero, white the layer's strongest answer, black the strongest negative one.", "feature map"
        ),
    )
    tiles = [
        Tile(int(channel), f"channel {channel}, mean strength {np.abs(features[channel]).mean():.3g}")
        for channel in order
    ]
    pictures = np.stack([_draw_features(features[channel] / limit) for channel in order])
    held = state.widget_value(_channel_key(chosen))
    picked = held if held in order.tolist() else None
    gallery(
        pictures,
        tiles,
        key=f"explain_features_{chosen}",
        label=f"Channels of {chosen}",
        tile_size=72,
        selected=picked,
        on_select=partial(_choose_channel, chosen),
    )
    if len(features) > _MAX_CHANNELS:
        st.caption(f"The strongest {_MAX_CHANNELS} are shown.")
    st.caption("Click a channel to grow an image that excites it.")
    return layer, picked


def _channel_key(layer: str) -> str:
    return f"explain_channel_{layer}"


def _choose_channel(layer: str, channel: int) -> None:
    """Take up a channel, also one that was left for a class meanwhile. For callbacks."""
    state.set_widget(_channel_key(layer), channel)
    unit = _name_channel(channel)
    state.set_widget(_unit_key(unit), unit)


def _name_channel(channel: int) -> str:
    return f"channel {channel}"


def _unit_key(start: str) -> str:
    """Return the key of the box that says what an image is grown for, by what it begins with."""
    return f"{state.EXPLAIN_CLASS}_{start}"


def _get_features(context: Context, layer: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return a layer's features (C, H, W) for the image, and its strongest channels."""

    def compute() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        features, order = engine.compute_feature_maps(context.weights.load(), context.subject.image, layer)
        return features, order[:_MAX_CHANNELS]

    return remember("feature maps", context.weights, context.subject.key, {"layer": layer}, compute)


def _draw_features(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w) in [-1, 1] -> (3, 32, 32), enlarged without blur."""
    grey = Image.fromarray(np.rint(127.5 + 127.5 * values).astype(np.uint8)).resize((32, 32), Image.Resampling.NEAREST)
    return np.broadcast_to(np.asarray(grey), (3, 32, 32))


def _render_growing(context: Context, layer: str | None, channel: int | None) -> None:
    st.markdown(
        "**An image it would like best**",
        help=explain("", "activation maximisation"),
    )
    if "saliency" not in list_methods(context.weights):
        st.caption("Its file tells no gradients: nothing says how an image would have to change.")
        return
    classes = list(context.dataset.class_names)
    options = [*classes, *([_name_channel(channel)] if channel is not None else [])]
    start = options[len(classes) if channel is not None else context.pred_idx]
    state.keep_widget_at(_unit_key(start), state.widget_value(_unit_key(start)) or start)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("For", options, width=170, key=_unit_key(start))
        seed = st.number_input("Seed", 0, 9999, 0, placeholder=WHOLE, width=110, key="explain_seed")
        is_wanted = st.button("Grow it", icon=":material/blur_on:", key="explain_grow")
    unit = (None, classes.index(chosen)) if chosen in classes else (layer, channel or 0)
    key = f"grown {context.weights.key} {unit} {seed}"
    if is_wanted:
        state.want(key)
    if not state.is_wanted(key):
        st.caption("Some seconds, the same image for the same seed.")
        return
    image, activation = _grow(context.weights, unit, int(seed))
    picture = np.rint(255 * image).astype(np.uint8)
    show_picture(lay_out(picture[None], 1), f"The image that excites {chosen} most", width=256)
    st.caption(f"Excites {chosen} with {activation:.2f} after {_NUM_STEPS} steps.")


def _grow(weights: Weights, unit: tuple[str | None, int], seed: int) -> tuple[NDArray[np.float32], float]:
    def compute() -> tuple[NDArray[np.float32], float]:
        grown = engine.grow_image(weights.load(), unit, num_steps=_NUM_STEPS, seed=seed)
        return grown.image, grown.activation

    with st.spinner("Growing", show_time=True):
        return remember("grown", weights, "", {"unit": list(unit), "seed": seed}, compute)


def _render_filters(context: Context) -> None:
    sheet = get_filter_sheet(context.weights.path, _NUM_FILTERS)
    if sheet is None:
        return
    picture, num_filters = sheet
    st.markdown(f"**First layer's filters, {min(num_filters, _NUM_FILTERS)} of {num_filters}**")
    show_picture(picture, "The filters of the first layer, each a small picture", width=320)
    st.caption("What each filter answers to: grey is zero.")
