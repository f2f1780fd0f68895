"""The form in which a run is set up, what it changes against others, and its start."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.config import MULTIPLIERS, RunConfig, TrainingConfig, section_choices
from cifar_core.overrides import config_difference, with_overrides
from cifar_core.presets import Preset
from cifar_core.runs import RunStore, RunSummary
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.words import run_name, setting
from dashboard.forms.augmentation import render_augmentation
from dashboard.forms.sections import render_choice, render_fields
from dashboard.session import address, state
from dashboard.session.cache import get_presets, get_store
from dashboard.session.changes import words_of
from dashboard.session.gone import drop_gone, title_of
from dashboard.session.links import page_link
from dashboard.session.starting import offer_start
from dashboard.train.preset_picker import fill_from_preset
from dashboard.train.tuning import render_range_test

_LENGTH = ("num_epochs", "batch_size")
_REGULARISATION = ("label_smoothing", "gradient_clipping", "ema_decay", "early_stopping_patience")
_REST = tuple(field for field in TrainingConfig.model_fields if field not in _LENGTH + _REGULARISATION)
_MOST_SEEDS = 20
_PRESET = "preset:"  # before a preset's name, where a run's id could stand as well


def render_settings() -> dict[str, Any]:
    """Draw all settings, the ones that matter most first, and return their values by path."""
    values: dict[str, Any] = {}
    with st.container(border=True):
        values |= render_fields("training", only=_LENGTH)
        left, right = st.columns(2)
        with left:
            values |= render_choice("optimizer", "Optimizer")
        with right:
            values |= render_choice("schedule", "Schedule")
        optimizer = str(values["optimizer.name"])
        values |= render_fields("optimizer", optimizer, only=_plain_fields(optimizer))
        range_test = st.container()
        values |= render_fields("schedule", str(values["schedule.name"]))
    with st.container(border=True):
        values |= render_choice("model", "Network")
        values |= render_fields("model", str(values["model.name"]))
    with st.container(border=True):
        st.markdown("**Augmentation**", help="What is done to training images at random before the network sees them")
        values |= render_augmentation()
        page_link("Augment", "See what it does to images", ":material/auto_fix_high:")
    with st.expander("Regularisation", icon=":material/balance:"):
        values |= render_fields("training", only=_REGULARISATION)
    with st.expander("Learning rates of single parts", icon=":material/linear_scale:"):
        values |= render_fields("optimizer", optimizer, only=MULTIPLIERS)
    with st.expander("Data, seed and device", icon=":material/tune:"):
        values |= render_fields("data")
        values |= render_fields("training", only=_REST)
    with range_test:
        render_range_test(values)
    return values


def _plain_fields(optimizer: str) -> tuple[str, ...]:
    """Return an optimizer's settings that every run needs, in their order."""
    fields = section_choices("optimizer")[optimizer].model_fields
    return tuple(field for field in fields if field not in ("name", *MULTIPLIERS))


def render_start(config: RunConfig, preset: Preset, runs: list[RunSummary]) -> None:
    """Name and start the run, or one for each of several seeds, and say what was changed against the preset."""
    fork = state.chosen_fork()
    if fork is not None:
        origin = next((run for run in runs if run.run_id == fork.run_id), None)
        if origin is None:
            st.warning(f"Run {title_of(fork.run_id)} is gone: there are no weights of it to start from.")
        with st.container(horizontal=True, vertical_alignment="center"):
            words = literal(run_name(origin) if origin is not None else fork.run_id, most=None)
            st.markdown(f":material/call_split: Starts from the {fork.which} weights of **{words}**")
            st.button("From new ones", type="tertiary", on_click=state.choose_fork, args=(None,))
    name_column, seeds_column = st.columns([3, 2])
    name = name_column.text_input(
        "Name", key=state.TRAIN_NAME, max_chars=80, placeholder=plain(preset.name), bind="query-params"
    )
    num_seeds = seeds_column.number_input(
        "Seeds",
        1,
        _MOST_SEEDS,
        key=state.TRAIN_SEEDS,
        bind="query-params",
        placeholder=WHOLE,
        help="Train so many runs, each with the next seed: how much of a difference is chance?",
    )
    offer_start("Start training", lambda: _start(get_store(), config, preset, name or "", num_seeds), width="stretch")
    changes = config_difference(preset.config, config)
    if not changes:
        st.caption("Nothing changed against the preset.")
        return
    st.caption(f"Changed against {literal(preset.title)}: {words_of(changes, '**')}.")
    st.button("Undo the changes", type="tertiary", icon=":material/undo:", on_click=fill_from_preset)


def render_differences(config: RunConfig, preset: Preset, runs: list[RunSummary]) -> None:
    """Draw what the form has otherwise than another preset or a run of one's choice."""
    presets = get_presets()
    configs = {f"{_PRESET}{name}": other.config for name, other in presets.items()}
    configs |= {run.run_id: run.config for run in runs if run.config is not None}
    titles = {f"{_PRESET}{name}": f"Preset: {plain(other.title)}" for name, other in presets.items()}
    titles |= {run.run_id: f"Run: {run_name(run)}" for run in runs}
    if not (address.COMPARED.value() or "").startswith(_PRESET):
        drop_gone(address.COMPARED, runs, "the form is compared with its preset")
    chosen = address.COMPARED.value()
    state.set_widget(state.TRAIN_COMPARED, chosen if chosen in configs else f"{_PRESET}{preset.name}")
    other = st.selectbox(
        "Compare the form with",
        list(configs),
        key=state.TRAIN_COMPARED,
        format_func=lambda other: titles.get(other, other),
        on_change=lambda: address.COMPARED.choose(state.widget_value(state.TRAIN_COMPARED)),
    )
    frame = differences_frame(configs[other], config)
    if frame.empty:
        st.caption("Every setting is the same.")
        return
    st.dataframe(frame, hide_index=True, placeholder="–")
    st.button(
        "Take these settings over",
        icon=":material/download:",
        on_click=state.fill_form,
        args=(configs[other],),
        help="Fill the form with them.",
    )


def differences_frame(there: RunConfig, here: RunConfig) -> pd.DataFrame:
    """Return a row for each setting that differs: setting, there, in the form."""
    rows = [
        {"Setting": path.replace("_", " ").replace(".", ": "), "There": setting(old), "In the form": setting(new)}
        for path, (old, new) in config_difference(there, here).items()
    ]
    return pd.DataFrame(rows, columns=["Setting", "There", "In the form"])


def _start(store: RunStore, config: RunConfig, preset: Preset, name: str, num_seeds: int) -> None:
    """Queue the runs in the order of their seeds, and speak of the first."""
    first, run_ids = config.training.seed, []
    for seed in range(first, first + num_seeds):
        seeded = with_overrides(config, {"training.seed": seed})
        words = name if num_seeds == 1 else f"{name or preset.name}, seed {seed}"
        run_ids.append(store.submit(seeded, name=words, preset=preset.name, fork=state.chosen_fork()))
    state.choose_fork(None)
    state.choose_run(run_ids[0])
