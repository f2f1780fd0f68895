"""Trust's verdict in a word: whether a map changes when the network forgets all it learned."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_core.attribution import ALIKE, compare_maps
from cifar_core.training.exceptions import CheckpointError
from dashboard.drawing.words import in_digits
from dashboard.explain.context import Context
from dashboard.session.maps import get_map, get_untrained_map


@dataclass(frozen=True)
class Verdict:
    """What the check came to.

    Attributes:
        finding: What holds of the map, as the end of a sentence.
        colour: Of the badge.
        icon: Likewise.
        why: In one sentence.
    """

    finding: str
    colour: Literal["green", "orange", "gray"]
    icon: str
    why: str

    @property
    def badge(self) -> str:
        """The same as a badge, in Markdown."""
        words = "Cannot be checked" if self.colour == "gray" else f"Checked: {self.finding}"
        return f":{self.colour}-badge[{self.icon} {words}]"


# Of a file whose network is there as it was trained, and cannot be built anew.
NO_UNTRAINED = "It came as a file that holds the trained network alone: there is no untrained one to hold it against."


def find_verdict(context: Context) -> Verdict:
    """Hold the map of the predicted class against the same one of an untrained network. Costs one more map, once.

    Raises:
        AttributionError: The method does not fit.
    """
    of = context.weights, context.subject.image, context.pred_idx
    untrained = get_untrained_map_of(context)
    if untrained is None:
        return _leave_open(NO_UNTRAINED)
    return judge(get_map(*of, context.choice).sum(axis=0), untrained)


def get_untrained_map_of(context: Context) -> NDArray[np.float32] | None:
    """Return the map (32, 32) of the predicted class by a network that was never trained; None if there is none."""
    try:
        found = get_untrained_map(context.weights, context.subject.image, context.pred_idx, context.choice)
    except CheckpointError:
        return None
    return found.sum(axis=0)


def judge(trained: NDArray[np.float32], untrained: NDArray[np.float32]) -> Verdict:
    """Say how alike two maps (32, 32) are, or why that cannot be said."""
    for name, values in (("trained", trained), ("untrained", untrained)):
        if not values.any():
            return _leave_open(f"The {name} network's map is zero everywhere: there is no likeness to measure.")
    likeness = compare_maps(trained, untrained)
    if math.isnan(likeness):
        return _leave_open("One of the maps is equally strong everywhere: there is no likeness to measure.")
    number = f"Likeness {in_digits(likeness)}"
    if likeness > ALIKE:
        why = f"{number}: much alike: this map shows edges and architecture more than what was learned."
        return Verdict("hardly changes when the network forgets", "orange", ":material/warning:", why)
    why = f"{number}: different: what was learned shows."
    return Verdict("changes when the network forgets", "green", ":material/verified:", why)


def _leave_open(why: str) -> Verdict:
    return Verdict("cannot be held against an untrained network's", "gray", ":material/help:", why)
