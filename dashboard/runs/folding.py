"""Runs of experiments are many and small: they are folded away until somebody asks for them."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.runs.listing import count_runs
from dashboard.session import address, state

_SHOWN = "shown"
_WHOSE = "lessons, experiments and sweeps"


def unfold(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Return the runs that are listed: without those of experiments, unless they are asked for, or all there is."""
    own = [run for run in runs if run.experiment is None]
    wanted = {state.chosen_run(), *(address.TICKED.value() or "").split(",")}
    is_asked_for = any(run.run_id in wanted for run in runs if run.experiment is not None)
    return list(runs) if address.EXPERIMENTS.value() == _SHOWN or is_asked_for or not own else own


def render_fold(runs: Sequence[RunSummary], listed: Sequence[RunSummary]) -> None:
    """Draw what brings runs of experiments into the list or folds them away; nothing where there are none.

    Args:
        runs: All.
        listed: Those of them that are listed.
    """
    number = sum(run.experiment is not None for run in runs)
    if not number:
        return
    if len(listed) < len(runs):
        label = f"Show {count_runs(number)} of {_WHOSE}"
        icon, then = ":material/unfold_more:", _SHOWN
    elif address.EXPERIMENTS.value() == _SHOWN:
        label, icon, then = f"Fold runs of {_WHOSE} away", ":material/unfold_less:", None
    else:
        return
    st.button(label, icon=icon, type="tertiary", on_click=_choose, args=(then,))


def _choose(then: str | None) -> None:
    address.EXPERIMENTS.choose(then)
    address.step_on()
