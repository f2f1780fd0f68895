"""What is measured of single images, in words and with its unit."""

from dashboard.drawing.words import percent

HELP = {
    "brightness": "how light the image is on average, from 0 % (black) to 100 % (white)",
    "contrast": "how far pixels are from the image's mean grey: their standard deviation, in % of the way from black "
    "to white",
    "colourfulness": "how strong and varied its colours are, by Hasler and Suesstrunk's measure; 0 is grey",
    "edge_density": "share of pixels at which brightness changes by more than a tenth of the way from black to white",
    "distance_to_class_mean": "how much its pixels differ from the mean image of its class, in % of the way from black "
    "to white",
    "typicality": "how alike it is to the mean image of its class at 8x8 pixels: a correlation, 1 at most",
}
# Whoever asks for what is typical wants to see it.
LARGEST_FIRST = frozenset({"typicality"})
_IN_PERCENT = frozenset({"brightness", "contrast", "edge_density", "distance_to_class_mean"})


def order_title(name: str) -> str:
    """Return an order in words."""
    return name.replace("_", " ").capitalize()


def is_in_percent(name: str) -> bool:
    """Whether a measure in [0, 1] is told in per cent."""
    return name in _IN_PERCENT


def describe_trait(name: str, value: float) -> str:
    """Return a measure with its value, e.g. "brightness 42.0 %" or "typicality 0.62"."""
    return f"{order_title(name).lower()} {percent(value) if is_in_percent(name) else f'{value:.3g}'}"
