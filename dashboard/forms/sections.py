"""Widgets for a section of RunConfig, drawn from its schema: bounds, defaults and help come from config.py alone."""

from contextlib import nullcontext
from typing import Any

import streamlit as st

from cifar_core.config import RunConfig, Section, section_choices
from cifar_core.config.fields import CHOOSES, ON_WITH
from dashboard.drawing.glossary import explain_field
from dashboard.drawing.words import choice_title, setting_name
from dashboard.forms.blocks import render_blocks
from dashboard.forms.fields import LOCKED, render_field
from dashboard.forms.selections import render_selection
from dashboard.session import form_values
from dashboard.session.lock import read_lock

Overrides = dict[str, Any]


def render_choice(section: str, label: str) -> Overrides:
    """Draw the select box of a section with a choice, e.g. `model`; return {"model.name": ...}.

    Another choice starts from its own defaults: a learning rate that suits Adam would cripple SGD.
    """
    choices = section_choices(section)
    path = f"{section}.name"
    form_values.form_value(path, getattr(RunConfig(), section).name)
    is_locked = read_lock().holds(path)
    name = st.selectbox(
        f"{label}{LOCKED}" if is_locked else label,
        list(choices),
        format_func=choice_title,
        key=form_values.form_key(path),
        help="  \n".join(f"**{choice_title(name)}**: {choice.__doc__}" for name, choice in choices.items()),
        on_change=_start_from_defaults,
        args=(section,),
        persist_state="session",
        disabled=is_locked,
    )
    return {path: name}


def render_fields(
    section: str,
    choice: str = "",
    only: tuple[str, ...] | None = None,
    form: str = form_values.TRAIN,
) -> Overrides:
    """Draw a widget for each setting of a section, two beside each other where there is room; return values by path.

    Args:
        section: One of RunConfig's.
        choice: The section's `name`, where it has one.
        only: These fields, in this order; all if None.
        form: Which page's form; each has values of its own.
    """
    model = section_choices(section)[choice]
    schemas = model.field_schemas()
    fields = tuple(field for field in model.model_fields if field != "name") if only is None else only
    values: Overrides = {}
    for field in [field for field in fields if schemas[field].get("type") == "array"]:
        path = f"{section}.{field}"
        form_values.form_value(path, _plain(model.model_fields[field].default), form)
        values[path] = render_blocks(path, form)
        fields = tuple(other for other in fields if other != field)
    # A grid by the frame's style: columns would be three messages more for each two settings.
    with st.container(key=f"fields_{form}_{section}_{fields[0]}") if len(fields) > 1 else nullcontext():
        for field in fields:
            values[f"{section}.{field}"] = _render_setting(model, f"{section}.{field}", schemas[field], form)
    return values


def _start_from_defaults(section: str) -> None:
    name = st.session_state[form_values.form_key(f"{section}.name")]
    for field, info in section_choices(section)[name].model_fields.items():
        if field != "name":
            form_values.set_form({f"{section}.{field}": _plain(info.default)})


def _plain(default: Any) -> Any:
    """Return a default as a form keeps it: lists of blocks as dicts."""
    return [block.model_dump() for block in default] if isinstance(default, tuple) else default


def _render_setting(model: type[Section], path: str, schema: dict[str, Any], form: str) -> Any:
    section, _, field = path.partition(".")
    value = form_values.form_value(path, model.model_fields[field].default, form)
    explained = schema | {"description": explain_field(schema["description"], path)}
    label, key, is_locked = setting_name(path).capitalize(), form_values.form_key(path, form), read_lock().holds(path)
    if CHOOSES in schema:
        return render_selection(label, key, explained, is_locked=is_locked)
    is_off = ON_WITH in schema and not form_values.form_value(f"{section}.{schema[ON_WITH]}", "", form)
    drawn = render_field(label, key, explained, is_locked=is_locked, is_off=is_off)
    return value if is_off else drawn
