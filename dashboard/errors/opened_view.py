"""A mistake, opened in place: large, with what the run says of it and where the network looked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.attribution import AttributionError
from cifar_core.runs import RunRecord
from cifar_core.training.exceptions import CheckpointError
from dashboard.components import PictureMap, picture_maps, stepper
from dashboard.drawing.literal import message
from dashboard.drawing.pairs import draw_pair
from dashboard.drawing.words import percent
from dashboard.errors.gallery_view import step_on
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.known import render_dispute
from dashboard.session.links import page_link
from dashboard.session.maps import choose_quietest, describe_focus, get_map
from dashboard.session.selection import Selection, find_place
from dashboard.session.weights import advise_keeping, explain_missing, find_weights, list_kept_epochs

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_SIDE = 248
_NUM_CLASSES = 3
# The way on looks like a button.
_STYLE = """<style>
.st-key-errors_opened [data-testid="stPageLink"] a {
  padding: 0.25rem 0.75rem; border: 1px solid var(--st-primary-color, #2f6fde); border-radius: 6px;
}
</style>"""
_NO_MAP = ":material/layers_clear:"


@dataclass(frozen=True, eq=False)
class Opened:
    """An image that is looked at closely.

    Attributes:
        reading: Whose predictions.
        index: Its place in the dataset.
        true_idx: Its class.
        probs: (C,) what the run saved of it.
    """

    reading: Reading
    index: int
    true_idx: int
    probs: NDArray[np.float64]

    @property
    def image(self) -> NDArray[np.uint8]:
        """Its pixels (3, 32, 32)."""
        return np.asarray(self.reading.dataset.images[self.index])

    @property
    def pred_idx(self) -> int:
        """The most probable class."""
        return int(self.probs.argmax())

    def name(self, class_idx: int) -> str:
        """Return a class's name."""
        return self.reading.dataset.class_names[class_idx]


@dataclass(frozen=True, eq=False)
class MapPlace:
    """Where on the page the map of an opened image goes: it is drawn last, and keeps nothing waiting."""

    picture: "DeltaGenerator"
    words: "DeltaGenerator"


def find_opened(reading: Reading, rows: pd.DataFrame) -> Opened | None:
    """Return the chosen image if it is one of the selected ones."""
    index = state.chosen_image()
    if index is None or find_place(rows, index) is None:
        return None
    predictions = reading.predictions
    row = int(np.flatnonzero(predictions.indices == index)[0])
    return Opened(reading, index, int(predictions.targets[row]), predictions.probs[row].astype(np.float64))


def render_opened(opened: Opened, selection: Selection, rows: pd.DataFrame) -> MapPlace:
    """Draw the image, what the run says of it, and the ways on; return where its map goes."""
    place = find_place(rows, opened.index)
    st.html(_STYLE)
    with st.container(border=True, key="errors_opened"):
        stepper(
            selection.describe_place(rows, opened.index),
            opened.index,
            key="errors_stepper",
            is_first=place == 0,
            is_last=place == len(rows) - 1,
            on_step=lambda by: step_on(rows, by),
            on_close=lambda: state.choose_image(None),
        )
        pictures, words = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with pictures:
            left, right = draw_pair("opened", _SIDE)
        with left:
            title = f"{opened.name(opened.true_idx)}, image {opened.index}"
            picture_maps(opened.image, [PictureMap(title)], key="errors_picture", side=_SIDE)
        with words:
            _render_probabilities(opened)
            map_words = st.container()
            # A link, not a button: st.switch_page refuses to leave a page whose widgets are bound to the address.
            page_link("Explain", "Explain this image", ":material/center_focus_strong:")
            shown = {state.EXPLAIN_VIEW: "What taught it"}
            page_link("Explain", "What taught it this?", ":material/history_edu:", showing=shown)
    return MapPlace(right, map_words)


def render_map(opened: Opened, place: MapPlace) -> None:
    """Draw where the network looked, if the weights of this epoch were kept."""
    record, epoch = opened.reading.record, opened.reading.epoch
    weights = find_weights(record, epoch)
    if weights is None:
        place.picture.info(explain_no_map(record, epoch), icon=_NO_MAP)
        return
    try:
        choice = choose_quietest(weights)
        values = get_map(weights, opened.image, opened.pred_idx, choice).sum(axis=0).astype(np.float32)
    except (AttributionError, CheckpointError) as error:
        place.picture.info(f"No map: {message(error)}.", icon=_NO_MAP)
        return
    method, name = choice.method.title, opened.name(opened.pred_idx)
    with place.picture:
        picture_maps(opened.image, [PictureMap(f"{method} for {name}", values)], key="errors_map", side=_SIDE)
    place.words.caption(describe_focus(method, name, values))


def explain_no_map(record: RunRecord, epoch: int) -> str:
    """Say why there is no map of an epoch, and of which there is one."""
    if not list_kept_epochs(record):
        return "No map: this run has no weights yet."
    return f"No map: {explain_missing(record, epoch)}. {advise_keeping(record)}".strip()


def _render_probabilities(opened: Opened) -> None:
    if not np.isfinite(opened.probs).all():
        st.info("The scores of this epoch are not finite: there are no probabilities.", icon=":material/trending_up:")
        return
    render_dispute(opened.reading.dataset, opened.index)
    verb = "Rightly taken" if opened.pred_idx == opened.true_idx else "Taken"
    st.markdown(f"{verb} for **{opened.name(opened.pred_idx)}**, truly **{opened.name(opened.true_idx)}**")
    for class_idx in _list_classes(opened):
        share = float(opened.probs[class_idx])
        st.progress(share, f"{_describe_class(opened, class_idx)} {percent(share)}")


def _list_classes(opened: Opened) -> list[int]:
    """Return the most probable classes, the true one among them."""
    top = [int(class_idx) for class_idx in np.argsort(-opened.probs, kind="stable")[:_NUM_CLASSES]]
    return top if opened.true_idx in top else [*top[:-1], opened.true_idx]


def _describe_class(opened: Opened, class_idx: int) -> str:
    marks = (("true", opened.true_idx), ("predicted", opened.pred_idx))
    words = [word for word, of in marks if of == class_idx]
    return f"{opened.name(class_idx)} ({', '.join(words)})" if words else opened.name(class_idx)
