"""Presets: those that come with the project, those saved here, and settings that a link brings along."""

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import overrides_between, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS, Preset
from cifar_core.runs import RunError, SavedPresets, default_runs_dir
from dashboard.drawing.literal import literal, message
from dashboard.session import address, state
from dashboard.session.cache import get_presets
from dashboard.session.packing import pack, unpack
from dashboard.session.saying import try_or_toast


def choose_preset() -> Preset:
    """Draw the presets and return the chosen one; choosing one fills every widget of the form."""
    presets = get_presets()
    if not state.is_form_filled():
        state.fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)
    if state.widget_value(state.TRAIN_PRESET) not in presets:  # deleted meanwhile
        state.set_widget(state.TRAIN_PRESET, FIRST_PRESET)
    _take_address(presets)
    name = st.pills(
        "Start from",
        list(presets),
        required=True,
        format_func=lambda name: literal(presets[name].title if name in presets else name),
        key=state.TRAIN_PRESET,
        on_change=fill_from_preset,
        wrap=True,
        persist_state="session",
    )
    preset = presets[name or FIRST_PRESET]
    st.caption(literal(preset.description, most=None))
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
                delete = f"Delete the preset {literal(preset.name)}"
                st.button(delete, icon=":material/delete:", on_click=_delete, args=(preset.name,))
        with st.popover("Share", icon=":material/link:"):
            st.caption("Whoever opens this link finds the form filled with these settings.")
            link = _link(config, preset)
            if link is None:
                st.caption("These settings are too long for a link. Save them as a preset, or share the run.")
            else:
                st.code(link, language=None, wrap_lines=True)


def remember_form(config: RunConfig, preset: Preset) -> None:
    """Let the address carry the form, so that it survives a refresh. Where it does not fit, say so."""
    base = _base_of(preset.name)
    changes = overrides_between(base.config, config)
    text = pack(changes) if changes else None
    address.SETTINGS.choose(text)
    address.PRESET.choose(None if text is None and preset.name == FIRST_PRESET else preset.name)
    if changes and text is None:
        st.caption("These settings are too long for an address: a refresh would lose them. Save them as a preset.")


def _base_of(name: str) -> Preset:
    """What settings in an address are held against: others do not have what was saved here."""
    return PRESETS.get(name, PRESETS[FIRST_PRESET])


def _link(config: RunConfig, preset: Preset) -> str | None:
    base = _base_of(preset.name)
    settings = pack(overrides_between(base.config, config))
    return None if settings is None else address.share({address.PRESET: base.name, address.SETTINGS: settings})


def _take_address(presets: dict[str, Preset]) -> None:
    """Fill the form with what the address brought along; what no run can have is said and leaves the form as it is."""
    if not address.is_from_address(address.PRESET, address.SETTINGS):
        return
    name = address.PRESET.value() or FIRST_PRESET
    try:
        config = with_overrides(_base_of(name).config, unpack(address.SETTINGS.value() or "{}"))
    except (ValueError, TypeError) as error:
        st.error(f"The link's settings cannot be used: {message(error)}", icon=":material/link_off:")
        return
    is_here = name in presets
    if is_here and name not in PRESETS and not address.SETTINGS.value():
        config = presets[name].config
    state.fill_form(config, name if is_here else FIRST_PRESET)


def _save(config: RunConfig) -> None:
    try:
        preset = SavedPresets(default_runs_dir()).save(str(state.widget_value(state.TRAIN_SAVED_NAME) or ""), config)
    except RunError as error:
        st.toast(message(error), icon=":material/info:")
        return
    state.set_widget(state.TRAIN_PRESET, preset.name)
    st.toast(f"Saved as {literal(preset.name)}.", icon=":material/bookmark_added:")


def _delete(name: str) -> None:
    if try_or_toast(SavedPresets(default_runs_dir()).delete, name):
        state.set_widget(state.TRAIN_PRESET, FIRST_PRESET)
