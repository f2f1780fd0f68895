"""Whether the map can be believed: its sum, the same map of an untrained network, and what covering pixels does."""

from functools import partial

import numpy as np
import streamlit as st

from cifar_core.attribution import AttributionError
from dashboard import engine
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import offer_csv
from dashboard.explain.charts import perturbation_figure, perturbation_frame
from dashboard.explain.context import Context
from dashboard.explain.maps import Choice, choose_method, get_map, get_untrained_map
from dashboard.session.weights import remember

_ALIKE = 0.5  # rank correlation from which a map says more about the architecture than about what was learned


def render_trust(context: Context) -> None:
    """Draw the three checks of the map for the predicted class."""
    choice = choose_method(context.weights)
    target = context.pred_idx
    try:
        attributions = get_map(context.weights, context.subject, target, choice)
    except AttributionError as error:
        st.error(str(error))
        return
    st.markdown(f"Of the map for **{context.name(target)}**, which the network predicts:")
    left, right = st.columns(2, gap="medium")
    with left:
        _render_randomisation(context, choice, attributions)
    with right:
        _render_completeness(context, choice, attributions)
    _render_perturbation(context, choice, attributions)


def _render_randomisation(context: Context, choice: Choice, attributions: np.ndarray) -> None:
    trained = attributions.sum(axis=0)
    untrained = get_untrained_map(context.weights, context.subject, context.pred_idx, choice).sum(axis=0)
    likeness = engine.compare_maps(trained, untrained)
    st.markdown(
        "**Does it change when nothing was learned?**",
        help="The same map of a network of the same architecture with new, untrained weights (Adebayo et al., 2018). "
        "Likeness is the rank correlation of strengths: 1 is the same, 0 is none.",
    )
    # Each on its own scale: an untrained network's scores are small.
    maps = [
        PictureMap(title, (values / max(float(np.abs(values).max()), 1e-12)).astype(np.float32))
        for title, values in (("Trained", trained), ("Untrained", untrained))
    ]
    picture_maps(context.subject.image, maps, key="explain_untrained", side=170, overlay=0.8)
    verdict = (
        "much alike: this map shows edges and architecture more than what was learned"
        if likeness > _ALIKE
        else "different: what was learned shows"
    )
    st.caption(f"Likeness {likeness:.2f}: {verdict}.")


def _render_completeness(context: Context, choice: Choice, attributions: np.ndarray) -> None:
    st.markdown(
        "**Does it add up?**",
        help="Some methods promise that a map's sum is the score of the image less the score of the baseline.",
    )
    if not choice.method.adds_up:
        st.caption(f"{choice.method.title} promises no sum: how strong its map is says nothing by itself.")
        return
    options = {"target": context.pred_idx, "method": choice.method.name} | choice.options
    compute = partial(_measure_completeness, context, choice, attributions)
    total, difference = remember("completeness", context.weights, context.subject.key, options, compute)
    gap = total - difference
    share = abs(gap) / max(abs(difference), 1e-9)
    with st.container(horizontal=True):
        st.metric("Sum of the map", f"{total:.3f}", width="content")
        st.metric("Promised", f"{difference:.3f}", width="content")
        st.metric("Gap", f"{gap:+.3f}", width="content")
    words = "The sum is as promised" if share < 0.05 else "Off: more steps or samples may mend it, or no rule fits"
    st.caption(f"{words} ({share:.1%} of the difference of scores).")


def _measure_completeness(context: Context, choice: Choice, attributions: np.ndarray) -> tuple[float, float]:
    found = engine.measure_completeness(
        context.weights.load(),
        context.subject.image,
        attributions,
        context.pred_idx,
        choice.method.name,
        choice.options.get("baseline", "black"),
    )
    return found.total, found.difference


def _render_perturbation(context: Context, choice: Choice, attributions: np.ndarray) -> None:
    st.markdown(
        "**Do the pixels it names matter?**",
        help="Deletion: pixels turn grey, the strongest for the class first; a good map falls fast. Insertion: they "
        "come back onto grey; a good map rises fast (Petsiuk et al., 2018). Beside it, eight random orders.",
    )
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
    words = [f"{name}: area {curve.area:.3f}, at random {curve.random_area:.3f}" for name, curve in curves.items()]
    helps = curves["Deletion"].area < curves["Deletion"].random_area
    helps &= curves["Insertion"].area > curves["Insertion"].random_area
    verdict = "Better than chance in both." if helps else "No better than chance in at least one: do not lean on it."
    st.caption(f"{'; '.join(words)}. {verdict}")
    offer_csv("Curves as CSV", frame, "deletion-insertion.csv")
