"""One class, many images: where the network looks on average, and where it looks hardest."""

import numpy as np
import streamlit as st

from cifar_core.attribution import EVEN, AttributionError
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export
from dashboard.drawing.words import percent
from dashboard.explain.context import Context
from dashboard.explain.maps import explain_silence
from dashboard.session import state
from dashboard.session.cache import get_splits
from dashboard.session.maps import get_class_maps
from dashboard.session.weights import digest

_NUM_IMAGES = 64
_NUM_STRONGEST = 16


def render_class(context: Context) -> list[Export]:
    """Draw the mean map of a class over val images of it, and the images with the strongest maps; no table."""
    choice, sentence = context.choice, st.container()
    names = context.dataset.class_names
    start = context.pred_idx if context.subject.true_idx is None else context.subject.true_idx
    chosen = st.selectbox(
        "Class",
        names,
        index=start,
        key=f"{state.EXPLAIN_CLASS}_of_many_{start}",
        bind="query-params",
        persist_state="session",
        width=200,
    )
    class_idx = names.index(chosen)
    val = get_splits(context.dataset, context.run.config).indices("val")
    indices = val[context.dataset.labels[val] == class_idx][:_NUM_IMAGES]
    if not len(indices):
        st.info(f"There is no val image of {chosen}.")
        return []
    images = np.asarray(context.dataset.images[indices])
    key = digest(indices)
    try:
        with st.spinner(f"Explaining {len(indices)} images", show_time=True):
            maps = get_class_maps(context.weights, images, key, class_idx, choice).sum(axis=1)
    except AttributionError as error:
        st.error(message(error))
        return []
    speaking = np.abs(maps).max(axis=(1, 2)) > 0
    if not speaking.any():
        st.info(f"Every map is zero everywhere, there is nothing to see: {explain_silence(choice, images)}.")
        return []
    with sentence:
        _say_where(chosen, maps)
    _render_mean(chosen, images, maps)
    _render_strongest(indices[speaking], images[speaking], maps[speaking])
    return []


def _render_mean(class_name: str, images: np.ndarray, maps: np.ndarray) -> None:
    num_images = len(images)
    words = (
        f"{num_images} val images of {class_name}, on average"
        if num_images > 1
        else f"The one val image of {class_name}"
    )
    st.markdown(
        f"**{words}**",
        help="A network that looks at the object looks at the middle, where objects are. One that looks at corners and "
        "edges has learned the background.",
    )
    mean_image = images.mean(axis=0).round().astype(np.uint8)
    pictures = [
        PictureMap("Mean image", image=mean_image),
        PictureMap("Mean map", maps.mean(axis=0).astype(np.float32), "for and against", mean_image),
        PictureMap("Mean strength", np.abs(maps).mean(axis=0).astype(np.float32), "either way", mean_image),
    ]
    picture_maps(mean_image, pictures, key="explain_class_mean", side=190)
    silent = int((np.abs(maps).max(axis=(1, 2)) == 0).sum())
    notes = []
    if num_images == 1:
        notes.append("One image says nothing of the class.")
    if silent:
        notes.append(f"{silent} of the {num_images} maps are zero everywhere.")
    if notes:
        st.caption(" ".join(notes))


def _say_where(class_name: str, maps: np.ndarray) -> None:
    middle = float(np.abs(maps[:, 8:24, 8:24]).sum() / np.abs(maps).sum())
    st.markdown(
        f"For **{class_name}**, {percent(middle, 0)} of the strength lies in the middle quarter of the image; spread "
        f"evenly it would be {percent(EVEN, 0)}."
    )


def _render_strongest(indices: np.ndarray, images: np.ndarray, maps: np.ndarray) -> None:
    st.markdown("**The strongest maps**", help="Images in which the most speaks for or against the class.")
    order = np.argsort(-np.abs(maps).mean(axis=(1, 2)), kind="stable")[:_NUM_STRONGEST]
    strongest = [
        PictureMap(f"image {indices[place]}", maps[place].astype(np.float32), image=images[place]) for place in order
    ]
    picture_maps(images[0], strongest, key="explain_class_strongest", side=120, overlay=0.7)
