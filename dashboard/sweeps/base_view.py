"""What all runs of a sweep have in common: a preset's settings, a run's, those of Train's form, and how long."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.runs import RunSummary
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.words import run_name
from dashboard.session import state
from dashboard.session.cache import get_presets, list_readable_runs
from dashboard.session.links import page_link
from dashboard.sweeps.draft import Draft, base_of, change_draft, read_draft_or_empty, settings_of
from dashboard.sweeps.words import describe_base

_ORIGIN, _EPOCHS, _SHARE = "sweep_origin", "sweep_epochs", "sweep_share"
_AS_THEY_ARE, _RUN = "as they are", "run:"
_MOST_RUNS = 30


def render_base(draft: Draft, runs: Sequence[RunSummary]) -> None:
    """Draw what the runs start from."""
    with st.container(border=True):
        titles = _list_origins(draft, runs)
        state.keep_widget_at(_ORIGIN, next(iter(titles)))
        st.selectbox(
            "All runs start from",
            list(titles),
            format_func=titles.__getitem__,
            key=_ORIGIN,
            on_change=_take_origin,
            help="Ranges begin around these settings. What else they shall have is changed on Train.",
        )
        try:
            config = base_of(draft)
        except ConfigError:
            return
        st.caption(literal(describe_base(config), most=None))
        _render_length(draft, config.training.num_epochs, config.data.train_fraction)
        page_link("Train", "Change their other settings on Train", ":material/tune:")


def _list_origins(draft: Draft, runs: Sequence[RunSummary]) -> dict[str, str]:
    """Return what can be started from, with its title; first what is started from now."""
    try:
        now = settings_of(base_of(draft))
    except ConfigError:
        now = None
    own = [run for run in runs if run.config is not None and run.experiment is None]
    found = {preset.name: plain(preset.title) for preset in get_presets().values()}
    found |= {f"{_RUN}{run.run_id}": f"Settings of {run_name(run)}" for run in own[:_MOST_RUNS]}
    configs = {preset.name: preset.config for preset in get_presets().values()}
    same = next((name for name, config in configs.items() if settings_of(config) == now), _AS_THEY_ARE)
    first = {same: found.get(same, "These settings")}
    return first | {name: title for name, title in found.items() if name != same}


def _take_origin() -> None:
    """Start from other settings; what is searched stays where they have it."""
    wanted = str(state.widget_value(_ORIGIN))
    if wanted.startswith(_RUN):
        run_id = wanted.removeprefix(_RUN)
        config = next((run.config for run in list_readable_runs() if run.run_id == run_id), None)
    else:
        preset = get_presets().get(wanted)
        config = preset.config if preset else None
    if config is not None:
        change_draft(**settings_of(config))


def _render_length(draft: Draft, num_epochs: int, share: float) -> None:
    """Draw the two settings by which a search gets quick."""
    state.keep_widget_at(_EPOCHS, num_epochs)
    state.keep_widget_at(_SHARE, round(100 * share, 4))
    left, right = st.columns(2)
    left.number_input(
        "Epochs of a whole run",
        1,
        1000,
        key=_EPOCHS,
        placeholder=WHOLE,
        disabled="training.num_epochs" in draft["search"],
        on_change=_take_length,
        help="How long those are trained that go to the end.",
    )
    right.number_input(
        "Share of the training images, %",
        0.1,
        100.0,
        key=_SHARE,
        step=10.0,
        format="%g",
        disabled="data.train_fraction" in draft["search"],
        on_change=_take_length,
        help="Fewer images make each run shorter. What is best with few need not be best with all.",
    )


def _take_length() -> None:
    draft = read_draft_or_empty()
    epochs, share = state.widget_value(_EPOCHS), state.widget_value(_SHARE)
    if epochs is None or share is None:
        return
    settings = draft["settings"] | {"training.num_epochs": int(epochs), "data.train_fraction": share / 100}
    change_draft(settings=settings)
