"""Before a run: which learning rate, and how long an epoch will take here."""

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.derived import Arrays, Request, trial_options
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.runs import default_runs_dir
from dashboard.drawing.chart_style import style_figure
from dashboard.drawing.colours import TRAIN, VAL
from dashboard.drawing.figures import show_figure
from dashboard.drawing.words import duration
from dashboard.session import form_values, state
from dashboard.session.background import find_derived, is_derived
from dashboard.session.cache import get_dataset, is_any_training, list_readable_runs
from dashboard.session.lock import read_lock
from dashboard.session.pacing import BESIDE_A_TRAINING

# What neither the curve of a range test nor the time of an epoch depends on.
_RANGE_IGNORES = ("optimizer.learning_rate", "training.num_epochs", "training.early_stopping_patience")
_PROBE_IGNORES = (*_RANGE_IGNORES, "training.seed", "optimizer.weight_decay", "training.label_smoothing")


def render_range_test(values: dict[str, Any]) -> None:
    """Draw the learning-rate finder for the settings of the form, whether or not they fit together."""
    with st.popover(
        "Find a learning rate",
        icon=":material/search:",
        help="Raises the rate step by step on a new network and watches the loss: a range test (Smith, 2015).",
    ):
        try:
            config = with_overrides(RunConfig(), values)
        except ConfigError:
            st.caption("First mend what is said above.")
            return
        found = _wanted(config, "range_test", _RANGE_IGNORES, "Raising the learning rate step by step", "Find it")
        if found is None:
            return
        frame = range_frame(found)
        suggested = float(found["suggested"][0])
        show_figure(range_figure, frame, suggested, key="range_test", alt="Loss over the learning rate")
        if math.isnan(suggested):
            st.caption(describe_no_fall(frame, bool(found["is_burst"][0])))
            return
        st.caption(
            "Left of the dip steps are too small to matter, right of it they overshoot. A tenth of the rate at "
            "the lowest point is a good start."
        )
        st.button(
            f"Use {suggested:g}",
            type="primary",
            disabled=read_lock().holds("optimizer.learning_rate"),
            on_click=form_values.set_form,
            args=({"optimizer.learning_rate": suggested},),
        )


def render_probe(config: RunConfig) -> None:
    """Draw how long an epoch of this config takes here, or the offer to find out."""
    is_training = is_any_training(list_readable_runs())
    why_not = BESIDE_A_TRAINING if is_training else None
    label = "Estimate the time of an epoch"
    found = _wanted(config, "probe", _PROBE_IGNORES, "Training for two seconds", label, why_not)
    if found is not None:
        seconds, per_second = float(found["epoch_seconds"][0]), float(found["images_per_second"][0])
        st.markdown(
            f"About **{duration(seconds)}** an epoch here, {duration(seconds * config.training.num_epochs)} in all "
            f"({per_second:,.0f} images a second)."
        )


def range_frame(found: Arrays) -> pd.DataFrame:
    """Return a row a step: learning_rate, loss, smoothed."""
    columns = {"learning_rate": "learning_rates", "loss": "losses", "smoothed": "smoothed"}
    return pd.DataFrame({name: found[source] for name, source in columns.items()})


def describe_no_fall(frame: pd.DataFrame, is_burst: bool) -> str:
    """Say what a range test without a suggestion has shown, and of which rates."""
    if frame.empty:
        return "The loss was no number from the first step on: these settings cannot be trained."
    low, high = frame["learning_rate"].iloc[0], frame["learning_rate"].iloc[-1]
    if is_burst:
        return (
            f"From {low:.1g} on the loss did not fall before it burst at {high:.2g}. Higher rates burst, too; whether "
            "lower ones learn was not tried."
        )
    return (
        f"The loss fell at no rate from {low:.1g} to {high:.2g}, in {len(frame)} steps: these settings do not "
        "learn, or too slowly for so few steps to show it."
    )


def range_figure(frame: pd.DataFrame, suggested: float) -> go.Figure:
    """Draw the loss over the learning rate, both smoothed and as it was, and mark the suggested rate."""
    figure = go.Figure()
    hover = "rate %{x:.2g}: loss %{y:.3f}<extra></extra>"
    for column, colour, width in (("loss", TRAIN, 1), ("smoothed", VAL, 2)):
        line = {"color": colour, "width": width}
        figure.add_scatter(
            x=frame["learning_rate"], y=frame[column], name=column, mode="lines", line=line, hovertemplate=hover
        )
    style_figure(figure, "Learning rate", "Loss (nats)")
    # The burst at the end would flatten all before it.
    top = float(frame["smoothed"].iloc[: max(len(frame) // 2, 1)].max()) if len(frame) else 1.0
    bottom = float(frame["smoothed"].min()) if len(frame) else 0.0
    figure.update_yaxes(range=[bottom - 0.1 * (top - bottom) - 0.02, top + 0.35 * (top - bottom) + 0.05])
    figure.update_xaxes(type="log", exponentformat="power", dtick=1)
    if not math.isnan(suggested):
        figure.add_vline(x=suggested, line={"color": VAL, "dash": "dot"}, annotation_text=f"{suggested:g}")
    return figure


def _wanted(
    config: RunConfig, kind: str, ignored: tuple[str, ...], what: str, label: str, why_not: str | None = None
) -> Arrays | None:
    """Return what is derived from a config, once somebody asked for it; until then, draw the button to ask.

    Args:
        config: The form's.
        kind: One of `cifar_core.derived.KINDS`.
        ignored: Settings by path on which it does not depend.
        what: In words, for the progress bar.
        label: The button's.
        why_not: Why it cannot be found out now; what was found before is shown all the same.
    """
    usual = {path: value for path, value in _defaults(config).items() if path in ignored}
    options = trial_options(with_overrides(config, usual), default_runs_dir())
    dataset = get_dataset()
    request = Request(kind, dataset.fingerprint, options)
    if not is_derived(request) and (why_not or not state.is_wanted(request.key)):
        st.button(
            label,
            icon=":material/timer:",
            key=f"want_{kind}",
            on_click=state.want,
            args=(request.key,),
            disabled=why_not is not None,
            help=why_not,
        )
        return None
    return find_derived(dataset, kind, what, options)


def _defaults(config: RunConfig) -> dict[str, Any]:
    """Return each setting's default, by path, for the choices of the config."""
    return {
        f"{section}.{field}": info.default
        for section, settings in config
        for field, info in type(settings).model_fields.items()
    }
