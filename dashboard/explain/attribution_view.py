"""Where the network looked: maps for the true class, for the predicted one, and for their difference, on one scale."""

import numpy as np
import streamlit as st

from cifar_core.attribution import AttributionError
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.literal import message
from dashboard.drawing.words import percent
from dashboard.explain.context import Context
from dashboard.explain.maps import Choice, choose_method, explain_silence, get_map, is_silent

_SIDE = 240


def render_attribution(context: Context) -> None:
    """Draw the three maps."""
    choice = choose_method(context.weights)
    overlay, is_signed = _choose_look()
    try:
        pictures = _draw_maps(context, choice, is_signed)
    except AttributionError as error:
        st.error(message(error))
        return
    picture_maps(context.subject.image, pictures, key="explain_maps", side=_SIDE, overlay=overlay)
    if context.subject.true_idx == context.pred_idx:
        words = "The prediction is right: it is held against the runner-up."
    elif context.subject.true_idx is None:
        words = "What it shows is not known: the winner is held against the runner-up."
    else:
        words = "The prediction is wrong: the true class is held against what won."
    st.caption(f"{words} {_describe_scale(pictures, explain_silence(choice, context.subject.image))}")


def _describe_scale(pictures: list[PictureMap], silence: str) -> str:
    """Say that the maps share a scale, or which of them are zero everywhere and why."""
    silent = [picture.title for picture in pictures if picture.values is not None and is_silent(picture.values)]
    if not silent:
        return "All maps share one scale."
    if len(silent) == len(pictures):
        return f"All maps are zero everywhere, there is nothing to see: {silence}."
    rest = "The others share one scale." if len(silent) < len(pictures) - 1 else ""
    return f"Zero everywhere is {' and '.join(f'“{title}”' for title in silent)}: {silence}. {rest}".strip()


def _choose_look() -> tuple[float, bool]:
    """Draw how much of a map covers the image, and whether its sign is shown."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        overlay = st.slider(
            "Overlay",
            0.0,
            1.0,
            0.8,
            0.05,
            help="How much of the map covers the image.",
            width=220,
            key="explain_overlay",
        )
        is_signed = st.toggle(
            "For and against told apart",
            True,
            key="explain_signed",
            persist_state="session",
            help="Off: strengths alone, whether a pixel speaks for the class or against it.",
        )
    return overlay, is_signed


def _draw_maps(context: Context, choice: Choice, is_signed: bool) -> list[PictureMap]:
    first, second = context.pair
    names = context.name(first), context.name(second)
    maps = [
        get_map(context.weights, context.subject, first, choice),
        get_map(context.weights, context.subject, second, choice),
        get_map(context.weights, context.subject, first, choice, against=second),
    ]
    strengths = [each.sum(axis=0) if is_signed else np.abs(each).sum(axis=0) for each in maps]
    titles = [f"For {names[0]}", f"For {names[1]}", f"{names[0]} rather than {names[1]}"]
    notes = [percent(float(context.probs[class_idx])) for class_idx in (first, second)]
    notes.append("difference of the two scores")
    return [
        PictureMap(title, values.astype(np.float32), note)
        for title, values, note in zip(titles, strengths, notes, strict=True)
    ]
