"""Which augmentation may help against what a run stands least, one click away."""

import streamlit as st

from cifar_core.advice.hardening import harden
from cifar_core.corruptions import CORRUPTIONS
from cifar_core.evaluation.robustness import Robustness, group_accuracies
from cifar_core.overrides import with_overrides
from dashboard.drawing.words import percent
from dashboard.errors.reading import Reading
from dashboard.session.links import advice_link

_HELP = (
    "Of the augmentations that training can use, the one that most resembles a group of corruptions and that this run "
    "does not use. What was seen in training is no surprise later; it can cost accuracy on images as they are."
)


def render_advice(reading: Reading, robustness: Robustness) -> None:
    """Draw a line for each group of corruptions, that of which least is left first: what to try, and the way there."""
    config = reading.run.config
    if config is None:
        return
    st.markdown("**The augmentation that may help**", help=_HELP)
    accuracies = group_accuracies(robustness, [CORRUPTIONS[name].group for name in robustness.names])
    for group, accuracy in sorted(accuracies.items(), key=lambda pair: pair[1]):
        with st.container(horizontal=True, vertical_alignment="center"):
            found = harden(config, group)
            words = "This run uses all that is known to help." if found is None else found[0]
            left = f"**{group.capitalize()}** leaves {percent(accuracy)} of {percent(robustness.clean_accuracy)} right."
            st.markdown(f"{left} {words}", width="content")
            if found is not None:
                advice_link(reading.run.run_id, with_overrides(config, found[1]), "Fill the form")
