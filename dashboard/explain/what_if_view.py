"""What if the picture were a little different: change it by hand, and see what the network says then."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.inference.what_if import BOUNDS, Change
from dashboard import engine
from dashboard.components import PictureMap, bars, picture_maps
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent, run_name, short_name
from dashboard.explain.charts import before_after_rows, robustness_figure
from dashboard.explain.context import Context
from dashboard.session import address, state
from dashboard.session.cache import get_store
from dashboard.session.gone import drop_gone
from dashboard.session.weights import Weights, find_weights, get_probs, remember

_TITLES = {
    "brightness": "Brightness",
    "contrast": "Contrast",
    "rotation": "Rotation, degrees",
    "shift_right": "Shift right, pixels",
    "shift_down": "Shift down, pixels",
    "blur": "Blur, pixels",
    "noise": "Noise",
    "cover": "Square, pixels",
    "cover_right": "Square's column",
    "cover_down": "Square's row",
}
_STEPS = {"brightness": 0.05, "contrast": 0.05, "rotation": 5.0, "blur": 0.1, "noise": 0.02}


def render_what_if(context: Context) -> list[Export]:
    """Draw the controls, the changed image and its probabilities, and the robustness strips; return their tables."""
    sentence = st.container()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        change = _choose_change()
    changed = engine.apply_change(context.subject.image, change)
    key = f"changed {context.subject.key} {change}"
    probs = get_probs(context.weights, changed[None], key)[0]
    is_changed = change != Change()
    sentence.markdown(
        f"Changed as below it is taken for **{_winner(context, probs)}**, as it was for "
        f"**{_winner(context, context.probs)}**."
        if is_changed
        else f"As it is, it is taken for **{_winner(context, context.probs)}**: change it, and see whether that holds."
    )
    with right:
        pictures = [
            PictureMap("As it was", note=_winner(context, context.probs)),
            PictureMap("Changed", note=_winner(context, probs), image=changed),
        ]
        picture_maps(context.subject.image, pictures, key="explain_changed", side=190)
        names = list(context.dataset.class_names)
        rows = before_after_rows(context.probs, probs, names)
        label = "Probabilities before and after the change"
        bars(rows, key="explain_before_after", label=label, series=("as it was", "changed"))
        table = pd.DataFrame({"class_name": names, "as_it_was": context.probs, "changed": probs})
    return [csv_export("Probabilities as CSV", table, "what-if.csv"), _render_strips(context)]


def _choose_change() -> Change:
    values: dict[str, Any] = {}
    neutral = Change()
    columns = st.columns(2)
    for place, (name, title) in enumerate(_TITLES.items()):
        low, high = BOUNDS[name]
        start = getattr(neutral, name)
        kind = type(start)
        with columns[place % 2]:
            values[name] = st.slider(
                title,
                kind(low),
                kind(high),
                start,
                _STEPS.get(name, 1),
                key=f"what_if_{name}",
                bind="query-params",
                persist_state="session",
            )
    st.button("As it was", icon=":material/restart_alt:", on_click=_reset, disabled=Change(**values) == neutral)
    return replace(neutral, **values)


def _reset() -> None:
    for name in _TITLES:
        state.set_widget(f"what_if_{name}", getattr(Change(), name))


def _winner(context: Context, probs: np.ndarray) -> str:
    top = int(probs.argmax())
    return f"{context.name(top)} {percent(float(probs[top]))}"


def _render_strips(context: Context) -> Export:
    true_idx = context.pair[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.markdown(
            f"**How far {context.name(true_idx)} holds**, one change at a time",
            help="The probability of the true class while one thing changes and all else stays as it was.",
        )
        other = _choose_other(context)
    frames = {short_name(context.run): _get_robustness(context, context.weights, true_idx)}
    if other is not None:
        frames[other[0]] = _get_robustness(context, other[1], true_idx)
    titles = {name: _TITLES[name] for name in dict.fromkeys(frames[short_name(context.run)]["change"])}
    alt = f"Probability of {context.name(true_idx)} over each change"
    show_figure(robustness_figure, frames, titles, key="explain_strips", alt=alt)
    table = pd.concat([frame.assign(run=name) for name, frame in frames.items()], ignore_index=True)
    return csv_export("Strips as CSV", table, "robustness.csv")


def _choose_other(context: Context) -> tuple[str, Weights] | None:
    others = {run.run_id: run for run in context.runs if run.run_id != context.run.run_id and run.status.best_epoch}
    drop_gone(address.BESIDE, context.runs, "no longer drawn beside")
    if not others:
        return None
    chosen = address.BESIDE.value()
    state.set_widget(state.EXPLAIN_OTHER_RUN, chosen if chosen in others else None)
    run_id = st.selectbox(
        "Beside",
        list(others),
        index=None,
        key=state.EXPLAIN_OTHER_RUN,
        format_func=lambda run_id: run_name(others[run_id]),
        placeholder="no other run",
        on_change=address.follow,
        args=(address.BESIDE, state.EXPLAIN_OTHER_RUN),
        width=240,
    )
    if run_id is None:
        return None
    weights = find_weights(get_store().record(run_id), "best")
    return None if weights is None else (run_name(others[run_id]), weights)


def _get_robustness(context: Context, weights: Weights, class_idx: int) -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        return engine.compute_robustness(weights.load(), context.subject.image, class_idx)

    return remember("robustness", weights, context.subject.key, {"class": class_idx}, compute)
