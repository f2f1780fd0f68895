"""One image under both settings, over their seeds: where the networks of one setting look alike, and where not."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.attribution import AttributionError, MapAgreement, average_maps
from cifar_core.runs import RunError, RunSummary
from cifar_core.training.exceptions import CheckpointError
from dashboard.components import PictureMap, picture_maps
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.literal import message
from dashboard.drawing.words import in_digits, percent
from dashboard.session import state
from dashboard.session.address import RUN
from dashboard.session.cache import get_store
from dashboard.session.links import page_link
from dashboard.session.maps import choose_quietest, get_map, list_methods
from dashboard.session.weights import Weights, find_weights

if TYPE_CHECKING:
    from dashboard.compare.opened_view import Opened

_SIDE = 132
_MOST = 8  # networks of one setting


def render_seed_maps(opened: "Opened", groups: Sequence[Sequence[RunSummary]], target: int) -> None:
    """Draw for each setting the mean map, how far the seeds lie apart, and what all of them share.

    Args:
        opened: The image.
        groups: A's and B's runs over seeds.
        target: Which class the maps are for.
    """
    weights = [_list_weights(runs) for runs in groups]
    if not all(weights):
        st.info("No maps: the weights of these runs are not there.", icon=":material/layers_clear:")
        return
    try:
        method, found = _compute(opened, weights, target)
    except (AttributionError, CheckpointError) as error:
        st.info(f"No maps: {message(error)}.", icon=":material/layers_clear:")
        return
    known = [agreement for agreement in found if agreement is not None]
    limit = max((float(np.abs(each.mean).max()) for each in known), default=1.0)
    for letter, agreement in zip("AB", found, strict=True):
        if agreement is None:
            st.caption(f"{letter}: the maps of all its seeds are zero everywhere.")
            continue
        picture_maps(
            opened.image, list_pictures(letter, agreement), key=f"compare_seeds_{letter}", side=_SIDE, limit=limit
        )
        st.caption(describe_agreement(letter, agreement))
    st.caption(
        f"{method} for {opened.name(target)}, each network's map scaled to the same strength, all on one scale. "
        "Where a mean is strong and the spread weak, the setting decides; elsewhere the seed does."
    )
    _link_audit(opened)


def _link_audit(opened: "Opened") -> None:
    carried, shown = {RUN: opened.pair.runs[0].run_id}, {state.EXPLAIN_VIEW: "Trust"}
    label = "Which method can be believed for A?"
    page_link("Explain", label, ":material/fact_check:", carrying=carried, showing=shown)


def list_pictures(letter: str, agreement: MapAgreement) -> list[PictureMap]:
    """Return the three maps of a setting, of which a single network has the first alone."""
    mean = PictureMap(f"{letter}, mean", agreement.mean, count_seeds(agreement.num_maps))
    if agreement.num_maps < 2:
        return [mean]
    share = f"{percent(agreement.shared_share, 0)} of the image"
    return [mean, PictureMap("Spread", agreement.deviation), PictureMap("Shared by all", agreement.shared, share)]


def describe_agreement(letter: str, agreement: MapAgreement) -> str:
    """Say how alike the maps of one setting's seeds are."""
    if math.isnan(agreement.likeness):
        return f"{letter}: one network, of which nothing is known over seeds."
    number = in_digits(agreement.likeness)
    words = f"{letter}: two of its networks agree to {number} on average"
    return f"{words} (rank correlation; 1 is the same order of pixels)."


def _list_weights(runs: Sequence[RunSummary]) -> list[Weights]:
    found = []
    for run in runs[:_MOST]:
        try:
            weights = find_weights(get_store().record(run.run_id), "best")
        except RunError:
            continue
        found += [] if weights is None else [weights]
    return found


def _compute(
    opened: "Opened", weights: Sequence[Sequence[Weights]], target: int
) -> tuple[str, list[MapAgreement | None]]:
    """Return the quietest method that fits all, and what the maps of each group have in common."""
    everything = [each for group in weights for each in group]
    common = set.intersection(*(set(list_methods(each)) for each in everything))
    maps: list[list[NDArray[np.float32]]] = [
        [
            get_map(each, opened.image, target, choose_quietest(each, common)).sum(axis=0).astype(np.float32)
            for each in group
        ]
        for group in weights
    ]
    return choose_quietest(everything[0], common).method.title, [average_maps(each) for each in maps]
