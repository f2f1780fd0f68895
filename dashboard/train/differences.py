"""What the form has otherwise than another preset, or a run of one's choice."""

from functools import partial

import pandas as pd
import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import config_difference
from cifar_core.runs import RunSummary
from dashboard.drawing.folded import render_folded
from dashboard.drawing.literal import plain
from dashboard.drawing.words import run_name
from dashboard.session import address, form_values, state
from dashboard.session.cache import get_presets
from dashboard.session.gone import drop_gone
from dashboard.session.kept import say_setting
from dashboard.train.origins import Origin

_PRESET = "preset:"  # before a preset's name, where a run's id could stand as well


def render_differences(config: RunConfig, origin: Origin, runs: list[RunSummary]) -> None:
    """Offer what the form has otherwise than another preset or a run of one's choice."""
    if not (address.COMPARED.value() or "").startswith(_PRESET):
        drop_gone(address.COMPARED, runs, "the form is compared with what it starts from")
    draw = partial(_render_compared, config, origin, runs)
    render_folded("What differs", draw, key="train_differences", icon=":material/difference:")


def _render_compared(config: RunConfig, origin: Origin, runs: list[RunSummary]) -> None:
    presets = get_presets()
    configs = {f"{_PRESET}{name}": other.config for name, other in presets.items()}
    configs |= {run.run_id: run.config for run in runs if run.config is not None}
    titles = {f"{_PRESET}{name}": f"Preset: {plain(other.title)}" for name, other in presets.items()}
    titles |= {run.run_id: f"Run: {run_name(run)}" for run in runs}
    chosen = address.COMPARED.value()
    usual = origin.key.removeprefix(form_values.RUN_ORIGIN) if origin.is_run else f"{_PRESET}{origin.key}"
    state.set_widget(state.TRAIN_COMPARED, chosen if chosen in configs else usual)
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
        on_click=form_values.fill_form,
        args=(configs[other],),
        help="Fill the form with them.",
    )


def differences_frame(there: RunConfig, here: RunConfig) -> pd.DataFrame:
    """Return a row for each setting that differs: setting, there, in the form."""
    rows = [
        {
            "Setting": path.replace("_", " ").replace(".", ": "),
            "There": say_setting(old),
            "In the form": say_setting(new),
        }
        for path, (old, new) in config_difference(there, here).items()
    ]
    return pd.DataFrame(rows, columns=["Setting", "There", "In the form"])
