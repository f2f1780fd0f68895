"""Where the network looked: maps for the true class, for the predicted one, and for their difference, on one scale."""

import streamlit as st

from cifar_core.attribution import AttributionError
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export
from dashboard.drawing.words import percent
from dashboard.explain.context import Context
from dashboard.explain.maps import describe_method, explain_silence, is_silent
from dashboard.session.maps import get_map

_SIDE = 200


def render_attribution(context: Context) -> list[Export]:
    """Draw the three maps, which are no table."""
    first, second = (context.name(class_idx) for class_idx in context.pair)
    if context.subject.true_idx == context.pred_idx:
        words = f"The prediction is right: what speaks for **{first}**, held against the runner-up **{second}**."
    elif context.subject.true_idx is None:
        words = f"What it shows is not known: what speaks for **{first}**, held against the runner-up **{second}**."
    else:
        words = (
            f"The prediction is wrong: what speaks for **{first}**, which it is, held against **{second}**, which won."
        )
    st.markdown(words)
    try:
        pictures = _draw_maps(context)
    except AttributionError as error:
        st.error(message(error))
        return []
    picture_maps(context.subject.image, pictures, key="explain_maps", side=_SIDE, overlay=context.look.overlay)
    st.caption(_describe_scale(pictures, explain_silence(context.choice, context.subject.image)))
    describe_method(context.choice.method)
    return []


def _describe_scale(pictures: list[PictureMap], silence: str) -> str:
    """Say that the maps share a scale, or which of them are zero everywhere and why."""
    silent = [picture.title for picture in pictures if picture.values is not None and is_silent(picture.values)]
    if not silent:
        return "All three maps share one scale."
    if len(silent) == len(pictures):
        return f"All maps are zero everywhere, there is nothing to see: {silence}."
    rest = "The others share one scale." if len(silent) < len(pictures) - 1 else ""
    return f"Zero everywhere is {' and '.join(f'“{title}”' for title in silent)}: {silence}. {rest}".strip()


def _draw_maps(context: Context) -> list[PictureMap]:
    first, second = context.pair
    names = context.name(first), context.name(second)
    of = context.weights, context.subject.image
    maps = [
        get_map(*of, first, context.choice),
        get_map(*of, second, context.choice),
        get_map(*of, first, context.choice, against=second),
    ]
    titles = [f"For {names[0]}", f"For {names[1]}", f"{names[0]} rather than {names[1]}"]
    notes = [percent(float(context.probs[class_idx])) for class_idx in (first, second)]
    notes.append("difference of the two scores")
    return [
        PictureMap(title, context.look.reduce(attributions), note)
        for title, attributions, note in zip(titles, maps, notes, strict=True)
    ]
