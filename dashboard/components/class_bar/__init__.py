"""The classes side by side, each in its colour with its number of images; pressed ones are shown, without the rest."""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from dashboard.components.received import read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__)


def class_bar(
    names: Sequence[str],
    counts: Sequence[int],
    colours: Sequence[str],
    *,
    key: str,
    chosen: Collection[int] = (),
    on_toggle: Callable[[int], None],
) -> None:
    """Draw a button for each class.

    Args:
        names: Of the C classes.
        counts: Images of each class that could be shown.
        colours: Of each class, as CSS.
        key: The component's.
        chosen: Classes that are pressed; none: all are shown.
        on_toggle: Called with the class that was pressed or released.
    """

    def toggled() -> None:
        class_idx = read_place((st.session_state.get(key) or {}).get("toggled"), len(names))
        if class_idx is not None:
            on_toggle(class_idx)

    data = {
        "classes": [
            {"name": name, "count": count, "colour": colour, "isChosen": place in chosen}
            for place, (name, count, colour) in enumerate(zip(names, counts, colours, strict=True))
        ]
    }
    _COMPONENT(key=key, data=data, on_toggled_change=toggled)
