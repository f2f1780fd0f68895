"""Whether the map can be believed: its sum, the same map of an untrained network, and what covering pixels does."""

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cifar_core.attribution import AttributionError
from dashboard import engine
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import in_digits, percent, with_minus
from dashboard.explain.audit_view import render_audit
from dashboard.explain.charts import perturbation_figure, perturbation_frame
from dashboard.explain.context import Context
from dashboard.explain.maps import explain_silence, is_silent
from dashboard.explain.verdict import NO_UNTRAINED, find_verdict, get_untrained_map_of, judge
from dashboard.session.maps import Choice, get_map
from dashboard.session.weights import remember

if TYPE_CHECKING:
    from dashboard.engine import Completeness, PerturbationCurve

_EXACT = 0.05  # of the difference of scores; nearer a map's sum counts as held
_NOTHING = 1e-3  # scores nearer than this have no difference to part
_UNMOVED = 1e-3  # probabilities nearer than this have not changed
# By whether the map's order does better than random ones covered, and uncovered.
_MATTERING = {
    (True, True): "more than random ones",
    (True, False): "more than random ones when they are covered, not when they are uncovered",
    (False, True): "more than random ones when they are uncovered, not when they are covered",
    (False, False): "no more than random ones",
}
_VERDICTS = {
    (True, True): "Better than chance in both.",
    (True, False): "Better than chance in deletion alone: do not lean on it.",
    (False, True): "Better than chance in insertion alone: do not lean on it.",
    (False, False): "No better than chance in either: do not lean on it.",
}


def render_trust(context: Context) -> list[Export]:
    """Draw the three checks of the map for the predicted class; return the curves as a file."""
    choice, target = context.choice, context.pred_idx
    try:
        attributions = get_map(context.weights, context.subject.image, target, choice)
    except AttributionError as error:
        st.error(message(error))
        return []
    beginning = f"The {choice.method.title} map for **{context.name(target)}**, which the network predicts,"
    if is_silent(attributions):
        silence = explain_silence(choice, context.subject.image)
        st.info(f"{beginning} is zero everywhere, there is nothing to believe or to doubt: {silence}.")
        return []
    sentence = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        _render_randomisation(context, attributions)
    with right:
        _render_completeness(context, choice, attributions)
    matters, exports = _render_perturbation(context, choice, attributions)
    sentence.markdown(f"{beginning} {find_verdict(context).finding}{matters}.")
    return [*exports, *render_audit(context)]


def _render_randomisation(context: Context, attributions: np.ndarray) -> None:
    trained = attributions.sum(axis=0)
    untrained = get_untrained_map_of(context)
    st.markdown(
        "**Does it change when nothing was learned?**",
        help=explain("A check by Adebayo et al. (2018).", "untrained network", "rank correlation"),
    )
    if untrained is None:
        st.caption(NO_UNTRAINED)
        return
    # Each on its own scale: an untrained network's scores are small.
    maps = [
        PictureMap(title, (values / max(float(np.abs(values).max()), 1e-12)).astype(np.float32))
        for title, values in (("Trained", trained), ("Untrained", untrained))
    ]
    picture_maps(context.subject.image, maps, key="explain_untrained", side=170, overlay=0.8)
    st.caption(judge(trained, untrained).why)


def _render_completeness(context: Context, choice: Choice, attributions: np.ndarray) -> None:
    st.markdown(
        "**Does it add up?**",
        help=explain("", "completeness"),
    )
    if not choice.method.adds_up:
        st.caption(f"{choice.method.title} promises no sum: how strong its map is says nothing by itself.")
        return
    options = {"target": context.pred_idx, "method": choice.method.name} | choice.options
    compute = partial(_measure_completeness, context, choice, attributions)
    found = remember("completeness", context.weights, context.subject.key, options, compute)
    with st.container(horizontal=True):
        st.metric("Sum of the map", in_digits(found.total, 3), width="content")
        st.metric("Promised", in_digits(found.difference, 3), width="content")
        st.metric("Gap", in_digits(found.gap, 3, "+"), width="content")
    st.caption(describe_completeness(found))


def describe_completeness(found: "Completeness") -> str:
    """Say whether a map's sum is what its method promises, as far as there is anything to part."""
    if not math.isfinite(found.gap):
        return "The scores are not finite: there is no sum to hold them against."
    if abs(found.difference) < _NOTHING:
        words = "as it should be" if abs(found.gap) < _NOTHING else f"yet the map's sum is off by {abs(found.gap):.3f}"
        return f"Image and baseline have the same score: there is nothing to part, {words}."
    share = abs(found.gap) / abs(found.difference)
    if share < _EXACT:
        words = "The sum is as promised"
    else:
        words = "The sum does not hold for this image and network: more steps or samples may mend it"
    text = f"{words} (off by {percent(share)} of the difference of scores)."
    if found.copies_score is not None:
        text += (
            f" It is of noisy copies, which score {found.copies_score:.2f} on average; the image itself scores "
            f"{found.image_score:.2f}."
        )
    return with_minus(text)


def _measure_completeness(context: Context, choice: Choice, attributions: np.ndarray) -> "Completeness":
    return engine.measure_completeness(
        context.weights.load(),
        context.subject.image,
        attributions,
        context.pred_idx,
        choice.method.name,
        choice.options,
    )


def _render_perturbation(context: Context, choice: Choice, attributions: np.ndarray) -> tuple[str, list[Export]]:
    """Draw the curves; return what they come to as the end of a sentence, empty if nothing, and their table."""
    st.markdown(
        "**Do the pixels it names matter?**",
        help=explain("Each beside eight random orders (Petsiuk et al., 2018).", "Deletion", "Insertion"),
    )
    if not np.ptp(attributions.sum(axis=0)):
        st.caption("The map is the same everywhere: it names no pixel before another, and no order follows from it.")
        return "", []
    options = {"target": context.pred_idx, "method": choice.method.name} | choice.options
    curves = remember(
        "perturbation",
        context.weights,
        context.subject.key,
        options,
        lambda: engine.perturb(
            context.weights.load(), context.subject.image, attributions.sum(axis=0), context.pred_idx
        ),
    )
    frame = perturbation_frame(curves)
    show_figure(perturbation_figure, frame, key="explain_perturbation", alt="Deletion and insertion curves")
    st.caption(describe_curves(curves))
    exports = [csv_export("Curves as CSV", frame, "deletion-insertion.csv")]
    if not _moves(curves):
        return "", exports
    return f", and the pixels it names matter {_MATTERING[_helps(curves)]}", exports


def describe_curves(curves: "dict[str, PerturbationCurve]") -> str:
    """Say what the areas of the curves "Deletion" and "Insertion" come to, as far as anything changes."""
    words = "; ".join(
        f"{name}: area {curve.area:.3f}, at random {curve.random_area:.3f}" for name, curve in curves.items()
    )
    if not _moves(curves):
        return f"{words}. The probability stays as it is whatever is covered: this says nothing about the map."
    return f"{words}. {_VERDICTS[_helps(curves)]}"


def _moves(curves: "dict[str, PerturbationCurve]") -> bool:
    """Whether covering anything changes anything."""
    every = [np.concatenate([curve.probs, curve.random_probs.ravel()]) for curve in curves.values()]
    return max(float(np.ptp(probs)) for probs in every) >= _UNMOVED


def _helps(curves: "dict[str, PerturbationCurve]") -> tuple[bool, bool]:
    """Whether the map's order does better than random ones, where it covers pixels and where it uncovers them."""
    deletion, insertion = curves["Deletion"], curves["Insertion"]
    return deletion.area < deletion.random_area, insertion.area > insertion.random_area
