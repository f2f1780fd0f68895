"""The attribution methods by name: what each can tell, what it cannot, and its options. Free of torch, for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class AttributionError(ValueError):
    """A request for an attribution that cannot be met; the message names what is wrong and what is allowed."""


@dataclass(frozen=True)
class Option:
    """A setting of a method.

    Attributes:
        name: Keyword of `attribute`.
        default: Its type is the option's; None stands for a choice that depends on the model, then a string.
        help: One sentence for the learner.
        minimum: Lowest value of a number.
        maximum: Highest value of a number.
        choices: All values of a string; empty: any, and the model decides.
    """

    name: str
    default: int | bool | str | None
    help: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> None:
        """Raise AttributionError unless the value has the option's type and lies within its bounds."""
        if value not in self.choices if self.choices else not self._fits(value):
            raise AttributionError(f"{self.name} {value!r}; allowed: {self._allowed()}")

    def _fits(self, value: Any) -> bool:
        if self.default is None:
            return value is None or isinstance(value, str)
        if isinstance(self.default, bool) or isinstance(value, bool):  # True is no number of steps
            return isinstance(self.default, bool) and isinstance(value, bool)
        lowest = value if self.minimum is None else self.minimum
        highest = value if self.maximum is None else self.maximum
        return isinstance(value, int) and lowest <= value <= highest

    def _allowed(self) -> str:
        if self.choices:
            return ", ".join(self.choices)
        if self.minimum is not None:
            return f"a whole number from {self.minimum} to {self.maximum}"
        return "True or False" if isinstance(self.default, bool) else "the name of a layer, or None for the last"


@dataclass(frozen=True)
class Method:
    """An attribution method.

    Attributes:
        name: Key in METHODS.
        title: For headings.
        tells: One sentence: what a map of it says.
        cannot_tell: One sentence: what is often read into it, and is not there.
        needs_convolution: Whether it fits only models that have a convolution.
        source: Paper.
        options: Settings, by which keyword arguments of `attribute` are checked.
    """

    name: str
    title: str
    tells: str
    cannot_tell: str
    needs_convolution: bool
    source: str
    options: tuple[Option, ...] = ()


_METHODS = (
    Method(
        name="saliency",
        title="Saliency",
        tells="How much the class's score would change if a pixel changed a little: its gradient, brighter or darker "
        "told apart by the sign.",
        cannot_tell="Not how much a pixel contributed: where the score is saturated the gradient is small although the "
        "pixel matters, and neighbouring gradients are noisy.",
        needs_convolution=False,
        source="Simonyan, Vedaldi, Zisserman (2013), Deep inside convolutional networks",
    ),
    Method(
        name="integrated_gradients",
        title="Integrated gradients",
        tells="How the difference between the class's score for the image and for a plain baseline is made up of its "
        "pixels: the contributions add up to that difference.",
        cannot_tell="Nothing without its baseline: a pixel of the baseline's own colour gets no contribution, however "
        "much it matters, and another baseline gives another map.",
        needs_convolution=False,
        source="Sundararajan, Taly, Yan (2017), Axiomatic attribution for deep networks",
        options=(
            Option(
                name="num_steps",
                default=64,
                minimum=2,
                maximum=512,
                help="Images on the way from the baseline to the image; more make the sum more exact, and take longer.",
            ),
            Option(
                name="baseline",
                default="black",
                choices=("black", "grey", "white"),
                help="The plain image that stands for nothing to see.",
            ),
        ),
    ),
    Method(
        name="grad_cam",
        title="Grad-CAM",
        tells="In which regions the features of a convolutional layer speak for the class, and where its sign is "
        "negative, against it.",
        cannot_tell="Not which pixels: the map is as coarse as the layer and drawn out to the image's size, so "
        "its outlines are not the object's.",
        needs_convolution=True,
        source="Selvaraju et al. (2016), Grad-CAM: visual explanations from deep networks",
        options=(
            Option(
                name="layer",
                default=None,
                help="The layer whose features are looked at; by default the last convolutional one, after its ReLU.",
            ),
            Option(
                name="relu",
                default=False,
                help="Keep only what speaks for the class, as in the paper.",
            ),
        ),
    ),
)

METHODS: dict[str, Method] = {method.name: method for method in _METHODS}


def check_options(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options of a method, the given ones over the defaults.

    Raises:
        AttributionError: For an unknown method or option, or a value out of bounds.
    """
    if method not in METHODS:
        raise AttributionError(f"method {method!r}; allowed: {', '.join(METHODS)}")
    known = {option.name: option for option in METHODS[method].options}
    for name, value in options.items():
        if name not in known:
            raise AttributionError(f"{method} has no option {name!r}; allowed: {', '.join(known) or 'none'}")
        known[name].check(value)
    return {name: option.default for name, option in known.items()} | dict(options)
