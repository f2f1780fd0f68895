"""A curve to draw before it is measured: a value for each epoch, by mouse, finger, pen or keyboard."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.registration import register

_COMPONENT = register(__file__, "buttons")


def forecast(
    label: str, values: Sequence[int] | None, num_epochs: int, *, key: str, on_drawn: Callable[[list[int] | None], None]
) -> None:
    """Show axes of epochs and per cent, and what was drawn on them.

    Args:
        label: What is drawn, for those who do not see it.
        values: Whole per cents, of each epoch; None: nothing is drawn yet.
        num_epochs: How many, from 2.
        key: The component's.
        on_drawn: Called with what was drawn, or with None when it was taken away.
    """

    def drawn() -> None:
        value = (st.session_state.get(key) or {}).get("drawn")
        if value == "":
            on_drawn(None)
        elif (curve := read_curve(value, num_epochs)) is not None:
            on_drawn(curve)

    data = {"label": label, "values": None if values is None else list(values), "numEpochs": num_epochs}
    _COMPONENT(key=key, data=data, on_drawn_change=drawn)


def read_curve(value: object, num_epochs: int) -> list[int] | None:
    """Check what came from the browser: whole per cents with dots between them, one for each epoch; else None."""
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) != num_epochs or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return None
    curve = [int(part) for part in parts]
    return curve if max(curve) <= 100 else None
