"""Widgets for a section of RunConfig, drawn from its schema: bounds, defaults and help come from config.py alone."""

import math
from typing import Any

import streamlit as st

from cifar_core.config import RunConfig, Section, section_choices
from dashboard import state
from dashboard.words import choice_title, setting, setting_name

Overrides = dict[str, Any]


def render_choice(section: str, label: str) -> Overrides:
    """Draw the select box of a section with a choice, e.g. `model`; return {"model.name": ...}.

    Another choice starts from its own defaults: a learning rate that suits Adam would cripple SGD.
    """
    choices = section_choices(section)
    path = f"{section}.name"
    state.form_value(path, getattr(RunConfig(), section).name)
    name = st.selectbox(
        label,
        list(choices),
        format_func=choice_title,
        key=state.form_key(path),
        help="  \n".join(f"**{choice_title(name)}**: {choice.__doc__}" for name, choice in choices.items()),
        on_change=_start_from_defaults,
        args=(section,),
        persist_state="session",
    )
    return {path: name}


def render_fields(
    section: str,
    choice: str = "",
    only: tuple[str, ...] | None = None,
    num_columns: int = 2,
    form: str = state.TRAIN,
) -> Overrides:
    """Draw a widget for each setting of a section and return their values by path.

    Args:
        section: One of RunConfig's.
        choice: The section's `name`, where it has one.
        only: These fields, in this order; all if None.
        num_columns: Widgets beside each other, where the page is wide enough.
        form: Which page's form; each has values of its own.
    """
    model = section_choices(section)[choice]
    schemas = model.model_json_schema()["properties"]
    fields = tuple(field for field in model.model_fields if field != "name") if only is None else only
    values: Overrides = {}
    for first in range(0, len(fields), num_columns):
        columns = st.columns(num_columns, vertical_alignment="bottom")
        for column, field in zip(columns, fields[first : first + num_columns], strict=False):
            with column:
                values[f"{section}.{field}"] = _render_field(model, f"{section}.{field}", schemas[field], form)
    return values


def _start_from_defaults(section: str) -> None:
    name = st.session_state[state.form_key(f"{section}.name")]
    for field, info in section_choices(section)[name].model_fields.items():
        if field != "name":
            st.session_state[state.form_key(f"{section}.{field}")] = info.default


def _render_field(model: type[Section], path: str, schema: dict[str, Any], form: str) -> Any:
    field = path.partition(".")[2]
    state.form_value(path, model.model_fields[field].default, form)
    common: dict[str, Any] = {
        "label": setting_name(path).capitalize(),
        "key": state.form_key(path, form),
        "help": schema["description"],
        "persist_state": "session",
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
    key = common["key"]
    if st.session_state[key] is not None:
        st.session_state[key] = number(st.session_state[key])
    common |= limits | {"step": number(_step(kind, schema))}
    if kind == "number":
        common["format"] = schema.get("format", "%.2f")
    return st.number_input(**common)


def _step(kind: str, schema: dict[str, Any]) -> float:
    """Return what + and - add: for a number over several magnitudes a tenth to a whole of its default's magnitude."""
    default = schema.get("default")
    if schema.get("format") == "%g" and default:
        return 10.0 ** (math.ceil(math.log10(default)) - 1)
    return schema.get("step", 1 if kind == "integer" else 0.01)
