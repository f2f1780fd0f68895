"""Colours that mean something, the same on every page and in both themes."""

from collections.abc import Sequence

from dashboard.components.colours import QUIET, RIGHT, WRONG

__all__ = [
    "CLASS_COLOURS",
    "RGB",
    "RIGHT",
    "RUN_COLOURS",
    "TRAIN",
    "VAL",
    "WRONG",
    "YARDSTICK",
    "colour_classes",
    "colour_runs",
    "ink_on",
]

# Transport in cool hues, animals in warm ones, in CIFAR-10's order of classes.
CLASS_COLOURS = (
    "#2e86c1",  # airplane
    "#1f618d",  # automobile
    "#e0a100",  # bird
    "#e67e22",  # cat
    "#b9770e",  # deer
    "#c0392b",  # dog
    "#d98880",  # frog
    "#8e5a3c",  # horse
    "#17a2b8",  # ship
    "#5b6abf",  # truck
)

RGB = {"red": "#d0463b", "green": "#3f9a52", "blue": "#3b6fd4"}
TRAIN = QUIET
VAL = "#2f6fde"
YARDSTICK = QUIET
# Lines of runs beside each other: to be read on white and on black.
RUN_COLOURS = (
    "#2f6fde",
    "#e67e22",
    "#17a2b8",
    "#d0463b",
    "#8a63d2",
    "#b9770e",
    "#3f9a52",
    "#d0619f",
    "#a8704d",
)
_EVEN = 0.179  # the luminance on which black and white have the same contrast


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour such as "#2e86c1"."""
    parts = (value / 255 for value in bytes.fromhex(colour.removeprefix("#")))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _EVEN else "#fff"


def colour_classes(class_names: Sequence[str]) -> dict[str, str]:
    """Return each class's colour by its name."""
    return {name: CLASS_COLOURS[place % len(CLASS_COLOURS)] for place, name in enumerate(class_names)}


def colour_runs(run_ids: Sequence[str], drawn: Sequence[str]) -> dict[str, str]:
    """Return a colour for each run that is drawn, by its id.

    A run keeps its colour while others come and go, unless another one that is drawn has it already.

    Args:
        run_ids: Of all runs, the oldest first: a new one changes no place.
        drawn: Those that are drawn.
    """
    colours: dict[str, str] = {}
    places = {run_id: place for place, run_id in enumerate(run_ids)}
    for run_id in sorted(drawn, key=places.__getitem__):
        ring = [RUN_COLOURS[(places[run_id] + step) % len(RUN_COLOURS)] for step in range(len(RUN_COLOURS))]
        taken = set(colours.values())
        colours[run_id] = next((colour for colour in ring if colour not in taken), ring[0])
    return colours
