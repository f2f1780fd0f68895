"""A network as boxes in perspective, their channels and resolutions below; each tells its layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.components.messages import as_data
from dashboard.components.registration import register

_COMPONENT = register(__file__, "tip")


@dataclass(frozen=True)
class NetworkBox:
    """What comes out of some layers, in the order of computation.

    Attributes:
        label: The shape, "64 x 8 x 8" or "512".
        kind: A key of the drawing's kinds.
        channels: From 1; of a vector its features.
        side: Of the square of each channel, in pixels, up to 32; 1 for vectors.
        layers: A line for each, in words.
        parameters: Of all these layers.
    """

    label: str
    kind: str
    channels: int
    side: int
    layers: tuple[str, ...]
    parameters: int


def network_drawing(boxes: Sequence[NetworkBox], kinds: Mapping[str, tuple[str, str]], *, key: str, label: str) -> None:
    """Draw the boxes from left to right.

    Args:
        boxes: The first is what goes in.
        kinds: What each kind is called and its colour "#rrggbb", in the order of the legend, which leaves out what no
            box is.
        key: The component's.
        label: What it is, for who cannot see it.

    Raises:
        ValueError: A box's kind is none of them.
    """
    unknown = {box.kind for box in boxes} - kinds.keys()
    if unknown:
        raise ValueError(f"kind: {', '.join(sorted(unknown))} is none of {', '.join(kinds)}")
    present = {box.kind for box in boxes}
    legend = {kind: {"title": title, "colour": colour} for kind, (title, colour) in kinds.items() if kind in present}
    _COMPONENT(key=key, data={"label": label, "kinds": legend, "boxes": as_data(boxes)})
