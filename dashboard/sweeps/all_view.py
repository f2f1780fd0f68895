"""All settings of a sweep at once, and those of its runs that somebody selected there."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.runs import RunSummary
from cifar_core.sweeps import Dimension, Sweep, Trial
from dashboard.components.parallel import parallel, select_paths
from dashboard.drawing.literal import literal
from dashboard.drawing.words import count
from dashboard.session import address
from dashboard.session.links import compare_link, page_link
from dashboard.sweeps.brush import choose_brushes, chosen_brushes
from dashboard.sweeps.trial_rows import create_axes, create_paths, name_trial
from dashboard.sweeps.words import describe_trial

_MOST_LISTED, _MOST_DRAWN = 6, 12


def render_all(sweep: Sweep, dimensions: Sequence[Dimension], runs: Mapping[str, RunSummary]) -> None:
    """Draw a line a configuration, and list those that are selected, the best first."""
    axes = create_axes(sweep, dimensions)
    paths = create_paths(sweep, dimensions, axes, runs)
    brushes = chosen_brushes([axis.key for axis in axes])
    label = (
        f"{count(len(paths), 'configuration')} of {literal(sweep.plan.name)}, a line each, from setting to setting to "
        "val accuracy"
    )
    parallel(axes, paths, brushes, label, key="sweep_parallel", on_brush=choose_brushes)
    selected = {path.id for path in select_paths(axes, paths, brushes)}
    chosen = [trial for trial in sweep.ranking() if trial.number in selected]
    chosen += [trial for trial in sweep.trials if trial.number in selected and not trial.scores]
    _render_selected(sweep, chosen, runs, is_all=not brushes)


def _render_selected(sweep: Sweep, trials: Sequence[Trial], runs: Mapping[str, RunSummary], *, is_all: bool) -> None:
    if not trials:
        st.caption("No configuration passes there.")
        return
    scored = [trial for trial in trials if trial.scores]
    with st.container(horizontal=True, vertical_alignment="center"):
        words = "The best" if is_all else f"The best of the {len(trials)} selected"
        words = words if scored else "On the way"
        st.markdown(f"**{words}**" if len(trials) > 1 else "**The one selected**", width="content")
        firsts = [next((run_id for run_id in trial.runs.values() if run_id in runs), None) for trial in scored]
        _render_links([run_id for run_id in firsts if run_id is not None])
    for trial in trials[:_MOST_LISTED]:
        _render_line(sweep, trial, runs)
    if len(trials) > _MOST_LISTED:
        st.caption(f"{len(trials) - _MOST_LISTED} more are under All runs.")


def _render_links(run_ids: Sequence[str]) -> None:
    """Draw where to look into runs, one a configuration, the best first."""
    if run_ids:
        label = "Their curves on Runs" if len(run_ids) > 1 else "Its curve on Runs"
        drawn = ",".join(run_ids[:_MOST_DRAWN])
        page_link("Runs", label, ":material/show_chart:", carrying={address.TICKED: drawn})
    if len(run_ids) > 1:
        compare_link(run_ids[1], run_ids[0], "Compare the best two image by image")


def _render_line(sweep: Sweep, trial: Trial, runs: Mapping[str, RunSummary]) -> None:
    run_id = next((run_id for run_id in trial.runs.values() if run_id in runs), None)
    state = describe_trial(trial, sweep.rungs, runs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{literal(name_trial(trial, sweep), most=None)} :small[:gray[{literal(state)}]]", width="content")
        if run_id is not None and trial.scores:
            page_link("Errors", "Errors", ":material/error_outline:", carrying={address.RUN: run_id})
