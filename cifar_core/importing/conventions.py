"""How a network from elsewhere wants its images, and in which order it names the classes. Free of torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cifar_core.importing.exceptions import ImportRefusedError

PixelsName = Literal["unit", "half", "cifar10", "imagenet", "bytes", "uint8"]

_EIGHT_BITS = 1 / 255


@dataclass(frozen=True)
class Pixels:
    """How pixels are given to a network: a colour's value in [0, 1], less a mean, divided by a deviation.

    Attributes:
        name: As the command line takes it; "own" for mean and deviation given one by one.
        title: For people.
        mean: Of red, green and blue.
        std: Likewise.
        is_integer: Whether they are whole numbers from 0 to 255, in uint8.
    """

    name: str
    title: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    is_integer: bool = False


_BLACK = (0.0, 0.0, 0.0)
_KNOWN = (
    Pixels("unit", "From 0 to 1, as ToTensor makes them", _BLACK, (1.0, 1.0, 1.0)),
    Pixels("half", "From -1 to 1: mean 0.5 and deviation 0.5", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    Pixels(
        "cifar10",
        "By CIFAR-10's mean (0.4914, 0.4822, 0.4465) and deviation (0.2470, 0.2435, 0.2616)",
        (0.4914, 0.4822, 0.4465),
        (0.2470, 0.2435, 0.2616),
    ),
    Pixels(
        "imagenet",
        "By ImageNet's mean (0.485, 0.456, 0.406) and deviation (0.229, 0.224, 0.225)",
        (0.485, 0.456, 0.406),
        (0.229, 0.224, 0.225),
    ),
    Pixels("bytes", "From 0 to 255, with fractions", _BLACK, (_EIGHT_BITS,) * 3),
    Pixels("uint8", "Whole numbers from 0 to 255 (uint8)", _BLACK, (_EIGHT_BITS,) * 3, is_integer=True),
)
PIXELS: dict[str, Pixels] = {pixels.name: pixels for pixels in _KNOWN}


def own_pixels(mean: Sequence[float], std: Sequence[float]) -> Pixels:
    """Return pixels scaled by somebody's own numbers.

    Raises:
        ImportRefusedError: They are not three each, or a deviation is not above 0.
    """
    for name, values in (("mean", mean), ("std", std)):
        if len(values) != 3:
            raise ImportRefusedError(f"--{name} has {len(values)} numbers; allowed: three, of red, green and blue")
    if min(std) <= 0:
        raise ImportRefusedError(f"--std {min(std):g} is not allowed; allowed: above 0")
    return Pixels("own", "By its own mean and deviation", _three(mean), _three(std))


def choose_pixels(name: str) -> Pixels:
    """Return pixels by name.

    Raises:
        ImportRefusedError: There are none of this name.
    """
    if name not in PIXELS:
        raise ImportRefusedError(f"--pixels {name!r} is not allowed; allowed: {', '.join(PIXELS)}")
    return PIXELS[name]


def read_class_order(text: str, class_names: Sequence[str]) -> tuple[int, ...]:
    """Return of each class of the dataset its place among a network's outputs.

    Args:
        text: Names with commas between them, as the network's outputs stand; empty: as the dataset has them.
        class_names: The dataset's.

    Raises:
        ImportRefusedError: They are not the dataset's, each once.
    """
    if not text.strip():
        return tuple(range(len(class_names)))
    given = [word.strip().lower() for word in text.split(",")]
    if sorted(given) != sorted(name.lower() for name in class_names):
        raise ImportRefusedError(f"--classes {text!r} is not allowed; allowed: each once of {', '.join(class_names)}")
    return tuple(given.index(name.lower()) for name in class_names)


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
