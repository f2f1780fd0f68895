"""A setting that is chosen among the selections beside the runs: by their names, though a config calls them by hash."""

from typing import Any

import streamlit as st

from cifar_core.config.fields import CHOOSES
from dashboard.forms.fields import LOCKED
from dashboard.session import state
from dashboard.session.kept import list_selections, name_of_content, title_of

_OFF = ""


def render_selection(label: str, key: str, schema: dict[str, Any], *, is_locked: bool = False) -> str:
    """Draw the choice and return the hash of the chosen selection, empty for none.

    One that only some run still has a copy of stays chosen, and can be given up.

    Args:
        label: In words.
        key: The widget's, whose value is set already.
        schema: Of the setting: its help, and whether it takes selections that say classes alone.
        is_locked: Whether the link that one came by keeps it as it is.
    """
    takes_classes = schema[CHOOSES] == "classes"
    known = [each for each in list_selections() if not takes_classes or each.images.labels is not None]
    titles = {each.content_hash: title_of(each) for each in reversed(known)}
    chosen = state.widget_value(key) or _OFF
    options = list(dict.fromkeys([_OFF, *([chosen] if chosen else []), *titles]))
    return (
        st.selectbox(
            f"{label}{LOCKED}" if is_locked else label,
            options,
            key=key,
            format_func=lambda each: titles[each] if each in titles else name_of_content(each),
            help=f"{schema['description']} {_say_where(bool(known), takes_classes)}",
            disabled=is_locked,
            persist_state="session",
        )
        or _OFF
    )


def _say_where(are_known: bool, takes_classes: bool) -> str:
    if are_known:
        return "Explore lists them under Selections."
    if takes_classes:
        return "No selection says classes yet: suspected labels make such ones, and a CSV with a column label does."
    return "There is none yet: wherever images are shown, they can be put aside under a name."
