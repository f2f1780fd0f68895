"""The explanation at one look: the image, where the network looked, and whether that can be believed."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cifar_core.attribution import AttributionError
from dashboard.components import PictureMap, bars, picture_maps
from dashboard.drawing.literal import literal, message
from dashboard.drawing.pairs import draw_pair
from dashboard.drawing.tables import Export, csv_export
from dashboard.explain.charts import probabilities_frame, probabilities_rows
from dashboard.explain.context import Context
from dashboard.explain.verdict import find_verdict
from dashboard.session.maps import describe_focus, get_map
from dashboard.session.said import Said

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_SIDE = 300


def render_hero(context: Context, said: Said, sentence: str) -> tuple["DeltaGenerator", "DeltaGenerator"]:
    """Draw the sentence, the image and the probabilities; return where the map's words and the map go.

    Args:
        context: Image and network.
        said: What the one says of the other.
        sentence: The same in words, as Markdown.
    """
    st.markdown(sentence)
    words = st.container()
    pictures, numbers = st.columns([5, 3], gap="medium")
    with pictures:
        left, right = draw_pair("explained", _SIDE)
        with left:
            picture_maps(context.subject.image, [PictureMap("The image")], key="explain_picture", side=_SIDE)
        st.caption(f"{literal(context.subject.title, most=None)}; {context.weights.words}.")
    with numbers:
        names = context.dataset.class_names
        rows = probabilities_rows(said.probs, names, context.subject.true_idx)
        bars(rows, key="explain_probabilities", label="Probability of each class")
        st.caption(said.explain(names, None if context.run.is_imported else context.weights.epoch))
    return words, right


def export_probabilities(context: Context, said: Said) -> Export:
    """Return the probabilities as a file."""
    probs, true_idx = said.probs, context.subject.true_idx
    table = partial(probabilities_frame, probs, context.dataset.class_names, true_idx)
    return csv_export("Classes as CSV", table, "probabilities.csv")


def render_hero_map(context: Context, words: "DeltaGenerator", picture: "DeltaGenerator") -> None:
    """Draw the map of the predicted class, where it lies, and Trust's verdict."""
    method, name = context.choice.method.title, context.name(context.pred_idx)
    try:
        attributions = get_map(context.weights, context.subject.image, context.pred_idx, context.choice)
        verdict = find_verdict(context)
    except AttributionError as error:
        picture.error(message(error))
        return
    with picture:
        maps = [PictureMap(f"{method} for {name}", context.look.reduce(attributions))]
        picture_maps(context.subject.image, maps, key="explain_map", side=_SIDE, overlay=context.look.overlay)
    where = describe_focus(method, name, attributions.sum(axis=0))
    words.markdown(f"{where} {verdict.badge}", help=f"{verdict.why} The view Trust tells more.")
