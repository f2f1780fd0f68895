"""The choice of the method whose maps the page shows, of its settings and its look."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.attribution import METHODS, Method, Option, quietest
from dashboard.components import opener
from dashboard.drawing.glossary import explain
from dashboard.session import address, state
from dashboard.session.maps import Choice, get_layers, get_misfits, list_methods
from dashboard.session.weights import Weights


@dataclass(frozen=True)
class Look:
    """How maps are drawn.

    Attributes:
        overlay: How much of a map covers the image, in [0, 1].
        is_signed: Whether for and against are told apart.
    """

    overlay: float = 0.8
    is_signed: bool = True

    def reduce(self, attributions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sum over the colours: (3, 32, 32) -> (32, 32), signed or as strengths alone."""
        values = attributions if self.is_signed else np.abs(attributions)
        return values.sum(axis=0).astype(np.float32)


def choose_method(weights: Weights) -> tuple[Choice, Look]:
    """Draw the methods that fit the network and the chosen one's settings.

    Where nobody chose, it is the least noisy one that fits: Grad-CAM where there is a convolution, else occlusion. The
    address holds what somebody chose.
    """
    names, layers = list_methods(weights), get_layers(weights)
    titles = {METHODS[name].title: name for name in names}
    quiet = METHODS[quietest(names)].title
    chosen = address.METHOD.value()
    state.set_widget(state.EXPLAIN_METHOD, chosen if chosen in titles else quiet)
    title = st.selectbox(
        "Method",
        list(titles),
        key=state.EXPLAIN_METHOD,
        width=200,
        on_change=address.follow,
        args=(address.METHOD, state.EXPLAIN_METHOD),
        help=f"{quiet} is the least noisy one that fits this network: it marks regions, not single pixels."
        + _say_left_out(weights),
    )
    method = METHODS[titles[title]]
    with opener("Settings", icon=":material/tune:", key="explain_settings"):
        options = {option.name: _draw_option(method, option, layers) for option in method.options}
        look = _choose_look()
    return Choice(method, options), look


def _say_left_out(weights: Weights) -> str:
    """Say which methods do not fit a network, and why; empty if all do."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in get_misfits(weights).items():
        by_reason.setdefault(reason, []).append(METHODS[name].title)
    parts = (f"{', '.join(titles)} ({reason})" for reason, titles in by_reason.items())
    return f" Left out, since they do not fit: {'; '.join(parts)}." if by_reason else ""


def describe_method(method: Method) -> None:
    """Draw what a method can and cannot tell."""
    st.caption(f"**{method.title} tells:** {method.tells}  \n**Cannot tell:** {method.cannot_tell}", help=method.source)


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


def _choose_look() -> Look:
    overlay = st.slider(
        "Overlay",
        0.0,
        1.0,
        Look.overlay,
        0.05,
        help=explain("", "overlay"),
        key="explain_overlay",
        bind="query-params",
        persist_state="session",
    )
    is_signed = st.toggle(
        "For and against told apart",
        Look.is_signed,
        key="explain_signed",
        bind="query-params",
        persist_state="session",
        help="Off: strengths alone, whether a pixel speaks for the class or against it.",
    )
    return Look(overlay, is_signed)


def _draw_option(method: Method, option: Option, layers: list[str]) -> Any:
    key = f"explain_{method.name}_{option.name}"
    label = option.name.replace("num_", "").replace("_", " ").capitalize()
    common: dict[str, Any] = {"key": key, "help": option.help, "bind": "query-params", "persist_state": "session"}
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
