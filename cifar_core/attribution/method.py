"""What an attribution method is: what it can tell, what it cannot, and its options. Free of torch, for pages."""

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
        minimum: Lowest value of a number; of the default's type.
        maximum: Highest value of a number.
        choices: All values of a string; empty: any, and the model decides.
    """

    name: str
    default: int | float | bool | str | None
    help: str
    minimum: int | float | None = None
    maximum: int | float | None = None
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
        is_number = isinstance(value, int) or (isinstance(value, float) and isinstance(self.default, float))
        return is_number and (self.minimum or 0) <= value <= (self.maximum or 0)

    def _allowed(self) -> str:
        if self.choices:
            return ", ".join(self.choices)
        if self.minimum is not None:
            kind = "number" if isinstance(self.default, float) else "whole number"
            return f"a {kind} from {self.minimum} to {self.maximum}"
        return "True or False" if isinstance(self.default, bool) else "the name of a layer, or None for the last"


@dataclass(frozen=True)
class Method:
    """An attribution method.

    Attributes:
        name: Key in METHODS.
        title: For headings.
        tells: One sentence: what a map of it says.
        cannot_tell: One sentence: what is often read into it, and is not there.
        source: Paper.
        needs_convolution: Whether it fits only models that have a convolution.
        needs_relu: Whether it fits only models whose activations are ReLUs.
        needs_gradient: Whether it fits only models whose scores can be differentiated by the pixels.
        needs_layers: Whether it fits only models whose every layer with a bend in it is a module.
        adds_up: Whether it promises that a map's sum is the difference between the scores of image and baseline.
        options: Settings, by which keyword arguments of `attribute` are checked.
    """

    name: str
    title: str
    tells: str
    cannot_tell: str
    source: str
    needs_convolution: bool = False
    needs_relu: bool = False
    needs_gradient: bool = True
    needs_layers: bool = False
    adds_up: bool = False
    options: tuple[Option, ...] = ()
