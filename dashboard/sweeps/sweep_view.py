"""One sweep: what it found, how far it is, its settings against its results, and what its best are worth."""

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.overrides import ConfigError
from cifar_core.runs import RunError, RunSummary
from cifar_core.sweeps import Sweep, SweepStore, count_val
from dashboard.drawing.literal import literal, message
from dashboard.session import address
from dashboard.sweeps.all_view import render_all
from dashboard.sweeps.charts_view import render_best, render_one, render_runs, render_two
from dashboard.sweeps.head_view import render_head
from dashboard.sweeps.promote_view import render_promotion
from dashboard.sweeps.subject import CHARTS
from dashboard.sweeps.words import SAMPLERS, describe_stages, write_values

_CHART = "sweep_chart"
_VIEWS = {"all": render_all, "one": render_one, "two": render_two, "best": render_best}


def render_sweep(store: SweepStore, sweep: Sweep, runs: Sequence[RunSummary]) -> None:
    """Draw it."""
    now, by_id = time.time(), {run.run_id: run for run in runs}
    render_head(store, sweep, runs, now)
    place = st.container()  # what was promoted is what one came for
    bound = address.bind(address.CHART, _CHART, list(CHARTS))
    chart = st.segmented_control(
        "View",
        list(CHARTS),
        format_func=CHARTS.__getitem__,
        label_visibility="collapsed",
        required=True,
        wrap=True,
        **bound,
    )
    _render_chart(str(chart or "all"), sweep, by_id)
    with place if sweep.promotion is not None else st.container():
        render_promotion(store, sweep, runs, count_val(store.runs, sweep), now)
    _render_asked(sweep)


def _render_chart(chart: str, sweep: Sweep, runs: Mapping[str, RunSummary]) -> None:
    try:
        dimensions = sweep.dimensions()
    except (RunError, ConfigError) as error:
        st.warning(f"Its settings cannot be drawn here: {message(error)}", icon=":material/lock:")
        dimensions, chart = (), "runs"
    if chart == "runs":
        render_runs(sweep, runs)
    elif not sweep.trials:
        st.info("The first configurations are being chosen.", icon=":material/pending:")
    else:
        _VIEWS[chart](sweep, dimensions, runs)


def _render_asked(sweep: Sweep) -> None:
    with st.expander("What was asked", icon=":material/science:"):
        try:
            lines = [f"- {literal(each.describe(), most=None)}" for each in sweep.dimensions()]
            num_runs = sweep.plan.budget.num_runs
            stages = describe_stages(sweep.plan, num_runs // sweep.plan.num_seeds) if num_runs else ""
        except (RunError, ConfigError):
            lines, stages = [f"- {literal(path)}" for path in sweep.plan.search], ""
        st.markdown("\n".join(lines))
        settings = literal(write_values(sweep.plan.settings), most=None) if sweep.plan.settings else "nothing else"
        st.caption(f"All start from the preset {literal(sweep.plan.preset)} with {settings}.")
        st.caption(
            f"{SAMPLERS[sweep.plan.sampler][0]}, budget {sweep.budget}, sampler's seed {sweep.plan.seed}. {stages}"
        )
