"""Marks at the fields of the form that hold something else than what it starts from, with what stood there."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.session import form_values
from dashboard.session.kept import say_setting

# Of a field: a bar beside it, and what it was behind its name. Of a closed section: that something in it changed.
_FIELD = '{field} [data-testid="stWidgetLabel"] p::after {{ content: "was {was}"; }}'
_BAR = """{fields} {{ position: relative; }}
{fields}::before {{ content: ""; position: absolute; inset: 0 auto 0 -0.6rem; width: 3px; border-radius: 2px;
  background: var(--cifar-lab-changed); }}"""
_SECTION = '[data-testid="stExpander"]:has({fields}) summary p::after {{ content: "changed"; }}'
_LOOK = """:root { --cifar-lab-changed: light-dark(#9a5b00, #f0b35a); }
[data-testid="stMain"] p::after { margin-left: 0.4em; color: var(--cifar-lab-changed); font-size: 0.8rem; }
"""


def render_marks(changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Mark changed fields. The style alone changes: fields stay the ones that somebody types into.

    Args:
        changes: By path, from what to what, as `config_difference` has them.
    """
    st.html(f"<style>{marks_css(changes)}</style>")


def marks_css(changes: Mapping[str, tuple[Any, Any]]) -> str:
    """Return the style that marks them; nothing where nothing changed."""
    if not changes:
        return ""
    fields = [_selector(path) for path in changes]
    rules = [_FIELD.format(field=_selector(path), was=_escape(say_setting(old))) for path, (old, _) in changes.items()]
    together = f":is({', '.join(fields)})"
    return "\n".join([_LOOK, *rules, _BAR.format(fields=together), _SECTION.format(fields=together)])


def _selector(path: str) -> str:
    """Return the class that Streamlit gives to the element of this key."""
    return ".st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", form_values.form_key(path))


def _escape(text: str) -> str:
    """Return text as a string in CSS holds it, whatever is in it."""
    return "".join(character if character.isalnum() else f"\\{ord(character):x} " for character in text)
