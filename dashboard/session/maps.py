"""Maps of attribution: which method, with which settings, computed once for each network and image."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.attribution import METHODS, Method, find_focus, quietest
from dashboard import engine
from dashboard.drawing.words import percent
from dashboard.session.weights import Weights, digest, load_untrained, remember


@dataclass(frozen=True)
class Choice:
    """A method with its settings."""

    method: Method
    options: dict[str, Any]


def list_methods(weights: Weights) -> list[str]:
    """Return the names of the methods that fit a network."""
    return _describe_network(weights)[0]


def get_layers(weights: Weights) -> list[str]:
    """Return the names of the layers worth looking at, in order of computation; none without convolutions."""
    return _describe_network(weights)[1]


def get_misfits(weights: Weights) -> dict[str, str]:
    """Return why the other methods do not fit a network, by their names: the end of a sentence."""
    return _describe_network(weights)[2]


def choose_quietest(weights: Weights, among: Collection[str] | None = None) -> Choice:
    """Return the least noisy method that fits a network, as it is set where nobody set it otherwise.

    Args:
        weights: The network's.
        among: Names of methods; any if None.
    """
    names = [name for name in list_methods(weights) if among is None or name in among]
    method = METHODS[quietest(names)]
    layers = get_layers(weights)
    return Choice(
        method, {option.name: layers[-1] if option.default is None else option.default for option in method.options}
    )


def get_map(
    weights: Weights, image: NDArray[np.uint8], target: int, choice: Choice, against: int | None = None
) -> NDArray[np.float32]:
    """Return the attributions (3, 32, 32) of an image (3, 32, 32) to a class, or to its difference from another one.

    Raises:
        AttributionError: The method does not fit.
        CheckpointError: The weights cannot be read.
    """
    options = {"target": target, "against": against, "method": choice.method.name} | choice.options
    return remember(
        "map",
        weights,
        digest(image),
        options,
        lambda: _compute(weights.load(), image[None], target, choice, against),
    )[0]


def get_untrained_map(weights: Weights, image: NDArray[np.uint8], target: int, choice: Choice) -> NDArray[np.float32]:
    """Return the same map (3, 32, 32) of a network of the same architecture that was never trained."""
    options = {"target": target, "method": choice.method.name} | choice.options
    return remember(
        "untrained map",
        weights,
        digest(image),
        options,
        lambda: _compute(load_untrained(weights.path, weights.stamp), image[None], target, choice, None),
    )[0]


def get_class_maps(
    weights: Weights, images: NDArray[np.uint8], key: str, target: int, choice: Choice
) -> NDArray[np.float32]:
    """Return the attributions (N, 3, 32, 32) of many images to one class; the key names the images."""
    options = {"target": target, "method": choice.method.name} | choice.options
    return remember("class maps", weights, key, options, lambda: _compute(weights.load(), images, target, choice, None))


def describe_focus(method: str, class_name: str, strengths: NDArray[np.float32]) -> str:
    """Say where a signed map (32, 32) speaks for its class, as far as it says so anywhere more than elsewhere."""
    focus = find_focus(strengths)
    if focus is None:
        return f"{method} finds nothing that speaks for {class_name}."
    if not focus.is_narrow:
        return f"{method} finds what speaks for {class_name} spread over the image."
    place = f"in the {focus.place}" if focus.place == "middle" else f"at the {focus.place}"
    return f"{method} looks mostly {place}: {percent(focus.share, 0)} of what speaks for {class_name} lies there."


def _compute(
    model: Any, images: NDArray[np.uint8], target: int, choice: Choice, against: int | None
) -> NDArray[np.float32]:
    return engine.compute_attributions(model, images, target, choice.method.name, against, choice.options)


def _describe_network(weights: Weights) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the methods that fit a network, its layers worth looking at, and why the other methods do not fit."""

    def compute() -> tuple[list[str], list[str], dict[str, str]]:
        model = weights.load()
        return engine.list_methods(model), engine.list_layers(model), engine.explain_misfits(model)

    return remember("network", weights, "", {}, compute)
