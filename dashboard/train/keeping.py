"""Ways to keep the form's settings: as a preset of this machine, as a link for others, in the address."""

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import overrides_between
from cifar_core.presets import FIRST_PRESET, PRESETS, Preset
from cifar_core.runs import RunError, SavedPresets, default_runs_dir
from dashboard.drawing.literal import literal, message
from dashboard.session import address, state
from dashboard.session.links import page_link
from dashboard.session.lock import read_lock
from dashboard.session.packing import pack
from dashboard.session.saying import try_or_toast
from dashboard.train.origins import Origin, base_of

# A sweep decides these itself.
_NO_SWEEPS = ("training.seed", "training.evaluate_test")


def render_keeping(config: RunConfig, origin: Origin) -> None:
    """Draw how to keep the settings: under a name here, or as a link for others."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Save as preset", icon=":material/bookmark_add:"):
            st.text_input("Name of the preset", key=state.TRAIN_SAVED_NAME, max_chars=40)
            st.button("Save it", type="primary", on_click=_save, args=(config,))
            if origin.key not in PRESETS and not origin.is_run and not read_lock().hides("delete"):
                delete = f"Delete the preset {literal(origin.key)}"
                st.button(delete, icon=":material/delete:", on_click=_delete, args=(origin.key,))
        with st.popover("Share", icon=":material/link:"):
            st.caption("Whoever opens this link finds the form filled with these settings.")
            link = _link(config, origin)
            if link is None:
                st.caption("These settings are too long for a link. Save them as a preset, or share the run.")
            else:
                st.code(link, language=None, wrap_lines=True)
        _link_sweep(config, base_of(origin.key))


def _link_sweep(config: RunConfig, base: Preset) -> None:
    """Lead to a sweep of runs that have these settings, but for those that are then searched."""
    settings = {path: value for path, value in overrides_between(base.config, config).items() if path not in _NO_SWEEPS}
    plan = pack({"preset": base.name, "settings": settings})
    if plan is not None:
        carried = {address.SWEEP: address.NEW_SWEEP, address.PLAN: plan}
        page_link("Sweeps", "Sweep these settings", ":material/travel_explore:", carrying=carried)


def remember_form(config: RunConfig, origin: Origin) -> None:
    """Let the address carry the form, so that it survives a refresh. Where it does not fit, say so."""
    is_run = origin.is_run and config == origin.config  # its name is enough
    changes = {} if is_run else overrides_between(base_of(origin.key).config, config)
    text = pack(changes) if changes else None
    address.SETTINGS.choose(text)
    address.PRESET.choose(origin.key)
    if changes and text is None:
        st.caption("These settings are too long for an address: a refresh would lose them. Save them as a preset.")


def _link(config: RunConfig, origin: Origin) -> str | None:
    base = base_of(origin.key)
    settings = pack(overrides_between(base.config, config))
    carried = {address.PART: address.NEW_RUN, address.PRESET: base.name}
    return None if settings is None else address.share(carried | {address.SETTINGS: settings})


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
