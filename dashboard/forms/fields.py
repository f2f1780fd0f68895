"""One widget for one setting, drawn from its schema."""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components.numbers import WHOLE
from dashboard.drawing.words import setting
from dashboard.session import state

# Behind the label of what the link keeps as it is; no Markdown, since a screen reader would read its signs out.
LOCKED = ", locked by the link"


def render_field(
    label: str,
    key: str,
    schema: dict[str, Any],
    on_change: Callable[..., None] | None = None,
    args: tuple[Any, ...] = (),
    *,
    is_locked: bool = False,
    is_off: bool = False,
) -> Any:
    """Draw the widget that suits a setting and return its value.

    Args:
        label: In words.
        key: The widget's, whose value is set already.
        schema: Of the setting, as pydantic writes it: bounds, choices and help.
        on_change: Called before the next drawing when the value was changed.
        args: Given to it.
        is_locked: Whether the link that one came by keeps it as it is.
        is_off: Whether it does nothing while another setting is off.
    """
    common: dict[str, Any] = {
        "label": f"{label}{LOCKED}" if is_locked else label,
        "key": key,
        "help": schema["description"],
        "disabled": is_locked or is_off,
        "persist_state": "session",
        "on_change": on_change,
        "args": args,
    }
    if "enum" in schema:
        return st.selectbox(options=schema["enum"], format_func=setting, **common)
    kind = schema["type"]
    if kind == "boolean":
        return st.toggle(**common)
    if kind == "string":
        return st.text_input(**common)
    return _render_number(kind, schema, common)


def _render_number(kind: str, schema: dict[str, Any], common: dict[str, Any]) -> int | float | None:
    """A number box lets an exclusive bound through; RunConfig then refuses it in words."""
    number = int if kind == "integer" else float
    bounds = {
        "min_value": schema.get("minimum", schema.get("exclusiveMinimum")),
        "max_value": schema.get("maximum", schema.get("exclusiveMaximum")),
    }
    limits = {name: number(bound) for name, bound in bounds.items() if bound is not None}
    value = state.widget_value(common["key"])
    if value is not None:
        state.keep_widget_at(common["key"], number(value))
    common |= limits | {"step": number(_step(kind, schema))}
    if kind == "integer":
        common["placeholder"] = WHOLE
    if kind == "number":
        common["format"] = schema.get("format", "%.2f")
    return st.number_input(**common)


def _step(kind: str, schema: dict[str, Any]) -> float:
    """Return what + and - add: for a number over several magnitudes a tenth to a whole of its default's magnitude."""
    default = schema.get("default")
    if schema.get("format") == "%g" and default:
        return 10.0 ** (math.ceil(math.log10(default)) - 1)
    return schema.get("step", 1 if kind == "integer" else 0.01)
