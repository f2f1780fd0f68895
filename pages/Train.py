"""Train: start from a preset, change what you are curious about, watch it learn."""

import streamlit as st

from cifar_core.config import RunConfig, TrainingConfig
from cifar_core.overrides import ConfigError, config_difference, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.runs import RunStore
from dashboard import state
from dashboard.augmentation_form import render_augmentation
from dashboard.cache import get_store
from dashboard.form import render_choice, render_fields
from dashboard.frame import find_run, page_frame, require_dataset
from dashboard.live import render_run
from dashboard.network_view import render_network
from dashboard.words import setting, setting_name

LENGTH = ("num_epochs", "batch_size")
MORE_TRAINING = tuple(field for field in TrainingConfig.model_fields if field not in LENGTH)


def choose_preset() -> str:
    """Draw the presets; choosing one fills every widget."""
    if not state.is_form_filled():
        state.fill_form(PRESETS[FIRST_PRESET].config, FIRST_PRESET)
    name = st.pills(
        "Start from",
        list(PRESETS),
        required=True,
        format_func=lambda name: PRESETS[name].title,
        key=state.TRAIN_PRESET,
        on_change=fill_from_preset,
        wrap=True,
        persist_state="session",
    )
    preset = PRESETS[name or FIRST_PRESET]
    st.caption(preset.description)
    return preset.name


def fill_from_preset() -> None:
    """Set every widget to the chosen preset."""
    state.fill_form(PRESETS[st.session_state[state.TRAIN_PRESET]].config)


def render_settings() -> dict[str, object]:
    """Draw all settings, the ones that matter most first, and return their values by path."""
    values: dict[str, object] = {}
    with st.container(border=True):
        values |= render_fields("training", only=LENGTH)
        left, right = st.columns(2)
        with left:
            values |= render_choice("optimizer", "Optimizer")
        with right:
            values |= render_choice("schedule", "Schedule")
        values |= render_fields("optimizer", str(values["optimizer.name"]))
        values |= render_fields("schedule", str(values["schedule.name"]))
    with st.container(border=True):
        values |= render_choice("model", "Network")
        values |= render_fields("model", str(values["model.name"]))
    with st.container(border=True):
        st.markdown("**Augmentation**", help="What is done to training images at random before the network sees them")
        values |= render_augmentation()
        st.page_link("pages/Augment.py", label="See what it does to images", icon=":material/auto_fix_high:")
    with st.expander("Data, regularisation, seed and device", icon=":material/tune:"):
        values |= render_fields("data")
        values |= render_fields("training", only=MORE_TRAINING)
    return values


def render_start(store: RunStore, config: RunConfig, preset: str) -> None:
    """Name and start the run, and say what was changed against the preset."""
    name_column, button_column = st.columns([3, 2], vertical_alignment="bottom")
    name = name_column.text_input("Name", key=state.TRAIN_NAME, max_chars=80, placeholder=preset)
    if button_column.button("Start training", type="primary", icon=":material/play_arrow:", width="stretch"):
        state.choose_run(store.submit(config, name=name or "", preset=preset))
        st.rerun()
    changes = config_difference(PRESETS[preset].config, config)
    words = [f"{setting_name(path)} {setting(old)} → **{setting(new)}**" for path, (old, new) in changes.items()]
    if not words:
        st.caption("Nothing changed against the preset.")
        return
    st.caption(f"Changed against {PRESETS[preset].title}: {', '.join(words)}.")
    st.button("Undo the changes", type="tertiary", icon=":material/undo:", on_click=fill_from_preset)


runs = page_frame("Train", picks_run=True)
require_dataset()
form_column, view_column = st.columns([2, 3], gap="medium")
with form_column:
    preset_name = choose_preset()
    start = st.container()
    settings = render_settings()
    try:
        wanted: RunConfig | None = with_overrides(RunConfig(), settings)
    except ConfigError as error:
        wanted = None
        start.error(str(error).replace("\n", "  \n"), icon=":material/block:")
if wanted is not None:
    with start:
        render_start(get_store(), wanted, preset_name)
with view_column:
    run = find_run(runs)
    active = next((run for run in runs if run.status.status in ("running", "paused")), None)
    if run is None and active is not None:
        # Without a choice, what trains just now is what one came to see.
        state.choose_run(active.run_id)
        st.rerun()
    if run is not None:
        with st.container(key="first_on_phones"):
            render_run(get_store(), run)
    else:
        st.info("Start a run, or choose one in the sidebar, and its curves grow here.", icon=":material/show_chart:")
    if wanted is not None:
        with st.expander("The network that Start would train", expanded=run is None, icon=":material/account_tree:"):
            render_network(wanted)
