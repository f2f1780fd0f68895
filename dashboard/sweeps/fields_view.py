"""What is searched: settings to be ticked, section by section, and the ranges and choices of those that are."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError
from cifar_core.sweeps import Searchable, begin_with, list_searchable, read_space
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import setting, setting_name, setting_names
from dashboard.session import state
from dashboard.session.lock import read_lock
from dashboard.sweeps.draft import Draft, base_of, change_draft, read_draft_or_empty
from dashboard.sweeps.range_view import render_range

# Those that matter most first.
_SECTIONS = {
    "optimizer": "Optimizer",
    "model": "Network",
    "training": "Training",
    "schedule": "Schedule",
    "augmentation": "Augmentation",
    "data": "Data",
}


def render_fields(draft: Draft, base: RunConfig) -> None:
    """Draw a tick for each setting that can be searched, and what is searched of those that are ticked."""
    searchable = {path: each for path, each in list_searchable(base).items() if not read_lock().holds(path)}
    names = setting_names(searchable)
    st.markdown("##### What is searched")
    with st.container(border=True, gap="small"):
        for section, title in _SECTIONS.items():
            paths = [path for path in searchable if path.startswith(f"{section}.")]
            if paths:
                _render_ticks(section, title, paths, draft)
            for path in [path for path in draft["search"] if path.startswith(f"{section}.")]:
                _render_ticked(path, names.get(path, path), searchable.get(path), draft, base)


def _render_ticks(section: str, title: str, paths: list[str], draft: Draft) -> None:
    key = f"sweep_ticks_{section}"
    ticked = [path for path in paths if path in draft["search"]]
    state.keep_widget_at(key, ticked)
    st.pills(
        title,
        paths,
        selection_mode="multi",
        format_func=_title,
        key=key,
        wrap=True,
        on_change=_tick,
        args=(key, tuple(paths)),
    )


def _title(path: str) -> str:
    return f"Which {setting_name(path)}" if path.endswith(".name") else setting_name(path).capitalize()


def _tick(key: str, paths: tuple[str, ...]) -> None:
    """Follow the ticks of a section: what is new begins with a range around what the runs start from."""
    draft, ticked = read_draft_or_empty(), state.widget_value(key) or []
    base = base_of(draft)
    searchable = list_searchable(base)
    search = {path: text for path, text in draft["search"].items() if path not in paths or path in ticked}
    search |= {path: begin_with(base, searchable[path]) for path in ticked if path not in search}
    change_draft(search=search)


def _render_ticked(path: str, name: str, each: Searchable | None, draft: Draft, base: RunConfig) -> None:
    with st.container(border=True, gap="small", key=f"sweep_field_{path.replace('.', '_')}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{literal(name.capitalize())}** :small[:gray[now {_now(path, base)}]]", width="content")
            st.button(
                "",
                icon=":material/close:",
                key=f"sweep_drop_{path}",
                type="tertiary",
                help=f"Search {name} no more",
                on_click=_drop,
                args=(path,),
            )
        if each is None:
            text = draft["search"][path]
            words = ", ".join(map(str, text)) if isinstance(text, list) else str(text)
            st.caption(f"Searched: {literal(words, most=None)}. Of the network, optimizer or schedule that has it.")
        else:
            _render_values(each, draft["search"][path])
        if problem := _find_problem(path, draft["search"], base):
            st.error(message(problem), icon=":material/block:")


def _render_values(each: Searchable, text: Any) -> None:
    if each.choices:
        key = f"sweep_choices_{each.path}"
        chosen = [choice for choice in each.choices if choice in (text if isinstance(text, list) else [])]
        state.keep_widget_at(key, chosen)
        st.pills(
            "Choices",
            list(each.choices),
            selection_mode="multi",
            format_func=setting,
            key=key,
            wrap=True,
            label_visibility="collapsed",
            on_change=_take_choices,
            args=(each.path, key),
        )
    else:
        render_range(each, text, _take)


def _take_choices(path: str, key: str) -> None:
    _take(path, list(state.widget_value(key) or []))


def _take(path: str, text: Any) -> None:
    change_draft(search=read_draft_or_empty()["search"] | {path: text})


def _drop(path: str) -> None:
    change_draft(search={name: text for name, text in read_draft_or_empty()["search"].items() if name != path})


def _now(path: str, base: RunConfig) -> str:
    section, _, field = path.partition(".")
    return literal(setting(getattr(getattr(base, section), field, None)))


def _find_problem(path: str, search: Mapping[str, Any], base: RunConfig) -> str:
    """Return why this setting cannot be searched so; what only does not fit the others is said at the start."""
    kinds = {name: text for name, text in search.items() if name.endswith(".name")}
    try:
        read_space(base, kinds | {path: search[path]})
    except ConfigError as error:
        words = str(error).splitlines()[0]
        return words if words.startswith(path) else ""
    return ""
