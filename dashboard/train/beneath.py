"""What is drawn beneath a run's curves: other runs, and the band of those that differ from it in their seed alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from cifar_core.evaluation.bands import Band
from cifar_core.runs import RunSummary
from cifar_core.runs.groups import find_sisters
from dashboard.drawing.bands import EDGES, Edges, count_seeds
from dashboard.drawing.words import run_name
from dashboard.session import address, state
from dashboard.session.banding import choose_band, read_band
from dashboard.session.gone import drop_gone
from dashboard.session.picking import list_offered

_OFF = "off"


@dataclass(frozen=True)
class Beneath:
    """What somebody wants to see there.

    Attributes:
        compared: Ids of other runs.
        sisters: Ids of completed runs that differ in their seed alone; none if their band is switched off.
        edges: How far that band reaches.
    """

    compared: Sequence[str] = ()
    sisters: Sequence[str] = ()
    edges: Edges = EDGES[0]

    def names(self, runs: Iterable[RunSummary]) -> dict[str, str]:
        """Return the compared runs' names, with the epoch they are at, by id; without those that are gone."""
        by_id = {run.run_id: run for run in runs}
        known = [by_id[run_id] for run_id in self.compared if run_id in by_id]
        return {run.run_id: f"{run_name(run)}, {run.status.epoch} epochs" for run in known}

    def read_band(self, curve: str) -> Band | None:
        """Return the sisters' band; None without any that can be read."""
        band = read_band(self.sisters, curve) if self.sisters else None
        return band if band is not None and band.num_runs else None


def read_beneath(edges: str, compared: Sequence[str], sisters: Sequence[str]) -> Beneath:
    """Return what an address asks for, as far as that exists."""
    return Beneath(compared, sisters, next((each for each in EDGES if each == edges), EDGES[0]))


def choose_beneath(runs: Sequence[RunSummary], run_id: str) -> Beneath:
    """Draw the choice of both."""
    sisters = _find_other_seeds(runs, run_id)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        compared = _choose_compared(runs, run_id)
        if not sisters:
            return Beneath(compared)
        label = f"Over its {count_seeds(len(sisters)).replace(' ', ' other ', 1)}"
        edges = choose_band(state.TRAIN_BAND, label=label, further={_OFF: "Off"})
    return Beneath(compared) if edges == _OFF else read_beneath(edges, compared, sisters)


def _find_other_seeds(runs: Sequence[RunSummary], run_id: str) -> list[str]:
    """Of one other seed there is no band, but a line to hold the run against."""
    run = next((run for run in runs if run.run_id == run_id), None)
    found = {} if run is None else find_sisters(run, runs).values()
    return [sister.run_id for sister in found if sister.run_id != run_id]


def _choose_compared(runs: Sequence[RunSummary], run_id: str) -> list[str]:
    drop_gone(address.OVERLAY, runs, "no longer drawn beneath")
    begun = [run for run in runs if run.run_id != run_id and run.status.epoch]
    others = {run.run_id: run for run in list_offered(begun, *(address.OVERLAY.value() or "").split(","))}
    if not others:
        return []
    state.set_widget(state.TRAIN_OVERLAY, address.read_list(address.OVERLAY, others))
    return st.multiselect(
        "Compare with",
        list(others),
        format_func=lambda other: run_name(others[other]) if other in others else other,
        key=state.TRAIN_OVERLAY,
        max_selections=5,
        placeholder="Draw other runs beneath",
        label_visibility="collapsed",
        on_change=_keep_compared,
    )


def _keep_compared() -> None:
    address.choose_list(address.OVERLAY, state.widget_value(state.TRAIN_OVERLAY))
    address.step_on()
