"""Presets: those that come with the project, those saved here, and settings that a link brings along."""

import json

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError, overrides_between, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS, Preset
from cifar_core.runs import RunError, SavedPresets, default_runs_dir
from dashboard.session import state
from dashboard.session.cache import get_presets


def choose_preset() -> Preset:
    """Draw the presets and return the chosen one; choosing one fills every widget of the form."""
    presets = get_presets()
    if not state.is_form_filled():
        state.fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)
    if state.widget_value(state.TRAIN_PRESET) not in presets:  # deleted meanwhile
        state.set_widget(state.TRAIN_PRESET, FIRST_PRESET)
    _take_link(presets)
    name = st.pills(
        "Start from",
        list(presets),
        required=True,
        format_func=lambda name: presets[name].title if name in presets else name,
        key=state.TRAIN_PRESET,
        on_change=fill_from_preset,
        wrap=True,
        persist_state="session",
    )
    preset = presets[name or FIRST_PRESET]
    st.caption(preset.description)
    return preset


def fill_from_preset() -> None:
    """Set every widget to the chosen preset, and begin from new weights."""
    preset = get_presets().get(state.widget_value(state.TRAIN_PRESET), PRESETS[FIRST_PRESET])
    state.fill_form(preset.config)
    state.choose_fork(None)


def render_keeping(config: RunConfig, preset: Preset) -> None:
    """Draw how to keep the settings: under a name here, or as a link for others."""
    with st.container(horizontal=True):
        with st.popover("Save as preset", icon=":material/bookmark_add:"):
            st.text_input("Name of the preset", key=state.TRAIN_SAVED_NAME, max_chars=40)
            st.button("Save it", type="primary", on_click=_save, args=(config,))
            if preset.name not in PRESETS:
                delete = f"Delete the preset {preset.name}"
                st.button(delete, icon=":material/delete:", on_click=_delete, args=(preset.name,))
        with st.popover("Share", icon=":material/link:"):
            st.caption("Whoever opens this link finds the form filled with these settings.")
            st.code(_link(config, preset), language=None, wrap_lines=True)


def _link(config: RunConfig, preset: Preset) -> str:
    base = PRESETS.get(preset.name, PRESETS[FIRST_PRESET])  # others do not have what was saved here
    return state.shared_link(base.name, json.dumps(overrides_between(base.config, config), separators=(",", ":")))


def _take_link(presets: dict[str, Preset]) -> None:
    """Fill the form with what a link brought along; what no run can have is said and leaves the form as it is."""
    shared = state.take_shared_settings()
    if shared is None:
        return
    name, text = shared
    preset = presets.get(name, PRESETS[FIRST_PRESET])
    try:
        settings = json.loads(text)
        if not isinstance(settings, dict):
            raise ConfigError("settings are not a JSON object")
        config = with_overrides(preset.config, settings)
    except (ValueError, TypeError) as error:
        st.error(f"The link's settings cannot be used: {error}", icon=":material/link_off:")
        return
    state.fill_form(config, preset.name)


def _save(config: RunConfig) -> None:
    try:
        preset = SavedPresets(default_runs_dir()).save(str(state.widget_value(state.TRAIN_SAVED_NAME) or ""), config)
    except RunError as error:
        st.toast(str(error), icon=":material/info:")
        return
    state.set_widget(state.TRAIN_PRESET, preset.name)
    st.toast(f"Saved as {preset.name}.", icon=":material/bookmark_added:")


def _delete(name: str) -> None:
    SavedPresets(default_runs_dir()).delete(name)
    state.set_widget(state.TRAIN_PRESET, FIRST_PRESET)
