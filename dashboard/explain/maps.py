"""Maps of attribution: the choice of method and settings, and their computation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.attribution import METHODS, Method, Option
from dashboard import engine
from dashboard.explain.subject import Subject
from dashboard.session import state
from dashboard.session.weights import Weights, load_untrained, remember


@dataclass(frozen=True)
class Choice:
    """A method with its settings."""

    method: Method
    options: dict[str, Any]


def choose_method(weights: Weights) -> Choice:
    """Draw the methods that fit the network, the chosen one's settings, and what it can and cannot tell."""
    names, layers = _describe_network(weights)
    titles = {METHODS[name].title: name for name in names}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state.keep_among(state.EXPLAIN_METHOD, list(titles))
        title = st.selectbox(
            "Method",
            list(titles),
            key=state.EXPLAIN_METHOD,
            bind="query-params",
            persist_state="session",
            width=230,
            help=None if len(names) == len(METHODS) else "Methods that do not fit this network are left out.",
        )
        method = METHODS[titles[title]]
        options = {}
        if method.options:
            with st.popover("Settings", icon=":material/tune:"):
                options = {option.name: _draw_option(method, option, layers) for option in method.options}
    st.caption(f"**Tells:** {method.tells}  \n**Cannot tell:** {method.cannot_tell}", help=method.source)
    return Choice(method, options)


def get_map(
    weights: Weights, subject: Subject, target: int, choice: Choice, against: int | None = None
) -> NDArray[np.float32]:
    """Return the attributions (3, 32, 32) of an image to a class, or to its difference from another one.

    Raises:
        AttributionError: The method does not fit.
    """
    options = {"target": target, "against": against, "method": choice.method.name} | choice.options
    return remember(
        "map",
        weights,
        subject.key,
        options,
        lambda: _compute(weights.load(), subject.image[None], target, choice, against),
    )[0]


def get_untrained_map(weights: Weights, subject: Subject, target: int, choice: Choice) -> NDArray[np.float32]:
    """Return the same map (3, 32, 32) of a network of the same architecture that was never trained."""
    options = {"target": target, "method": choice.method.name} | choice.options
    return remember(
        "untrained map",
        weights,
        subject.key,
        options,
        lambda: _compute(load_untrained(weights.path, weights.stamp), subject.image[None], target, choice, None),
    )[0]


def get_class_maps(
    weights: Weights, images: NDArray[np.uint8], key: str, target: int, choice: Choice
) -> NDArray[np.float32]:
    """Return the attributions (N, 3, 32, 32) of many images to one class; the key names the images."""
    options = {"target": target, "method": choice.method.name} | choice.options
    return remember("class maps", weights, key, options, lambda: _compute(weights.load(), images, target, choice, None))


def is_silent(values: NDArray[np.float32]) -> bool:
    """Whether a map says nothing: it is zero everywhere."""
    return not values.any()


def explain_silence(choice: Choice, image: NDArray[np.uint8]) -> str:
    """Return why a map may be zero everywhere, as the end of a sentence: "..., for no pixel changes this score"."""
    if choice.options.get("relu"):
        return "nothing in this layer speaks for the class"
    levels = {"black": 0.0, "grey": 127.5, "white": 255.0}
    level = (
        levels["black"] if choice.method.name == "input_x_gradient" else levels.get(choice.options.get("baseline", ""))
    )
    if level is not None and (np.abs(image - level) < 1).all():
        return "the image is its own baseline: there is no difference to explain"
    return "no pixel changes this score"


def _compute(
    model: Any, images: NDArray[np.uint8], target: int, choice: Choice, against: int | None
) -> NDArray[np.float32]:
    return engine.compute_attributions(model, images, target, choice.method.name, against, choice.options)


def _describe_network(weights: Weights) -> tuple[list[str], list[str]]:
    """Return the methods that fit a network, and its layers worth looking at."""

    def compute() -> tuple[list[str], list[str]]:
        model = weights.load()
        return engine.list_methods(model), engine.list_layers(model)

    return remember("network", weights, "", {}, compute)


def get_layers(weights: Weights) -> list[str]:
    """Return the names of the layers worth looking at, in order of computation; none without convolutions."""
    return _describe_network(weights)[1]


def _draw_option(method: Method, option: Option, layers: list[str]) -> Any:
    key = f"explain_{method.name}_{option.name}"
    label = option.name.replace("num_", "").replace("_", " ").capitalize()
    common: dict[str, Any] = {"key": key, "help": option.help, "persist_state": "session"}
    if option.default is None:
        names = [layer.removeprefix("network.") for layer in layers]
        state.keep_among(key, names)
        chosen = st.selectbox(label, names, index=len(names) - 1, **common)
        return layers[names.index(chosen)]
    if option.choices:
        return st.segmented_control(label, option.choices, default=option.default, required=True, **common)
    if isinstance(option.default, bool):
        return st.toggle(label, option.default, **common)
    return st.slider(label, option.minimum, option.maximum, option.default, **common)
