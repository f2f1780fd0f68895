"""What open pages hear of the runs while nobody touches them: the sidebar's lines, and when more has to be drawn.

An address beside Streamlit's own, as for an open run's charts: a question costs some milliseconds, a page drawn anew
tens of them.
"""

import hashlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cifar_core.runs import RunError, RunSummary, default_runs_dir
from cifar_core.runs.queue import queue_order
from cifar_core.runs.remembered import once_a_list
from cifar_core.sweeps import SweepStore
from dashboard.components.activity import ActiveRun, render_activity
from dashboard.components.follower import follow_runs
from dashboard.document import release
from dashboard.drawing.words import epoch_of, percent, place_of, short_name
from dashboard.routes import own_address, own_route
from dashboard.session import address, memory, state
from dashboard.session.cache import get_store
from dashboard.session.learner import own_name
from dashboard.session.redraw import hand_over_page

_PATH = "activity"
_INTERVAL = 3.0  # seconds between two questions of a page that is looked at
_SHARED_SECONDS = 1.0  # for which the answer to one page is good for others
_ENDED_SECONDS = 600.0  # for which a run that has ended is told of
_MOST_ACTIVE, _MOST_ENDED = 2, 2


def create_routes() -> list[Route]:
    """Return the feed's address."""
    return [own_route(_PATH, _answer)]


def list_active(
    runs: Sequence[RunSummary], now: float, name: Mapping[str, str] = MappingProxyType({})
) -> list[ActiveRun]:
    """Return a line for each run that goes on, and for those that ended in the last minutes.

    Args:
        runs: All, newest first.
        now: Seconds since 1970.
        name: Of who asks, as addresses carry it; empty without one.
    """
    order = ("running", "paused", "queued")
    going = [run for run in runs if run.status.is_active]
    queue = queue_order(list(runs)) if any(run.status.status == "queued" for run in going) else []
    places = {run.run_id: place for place, run in enumerate(queue, 1)}
    going.sort(key=lambda run: (order.index(run.status.status), places.get(run.run_id, math.inf)))
    lately = [run for run in runs if now - (run.status.finished_at or 0) < _ENDED_SECONDS]
    ended = sorted((run for run in lately if not run.status.is_active), key=lambda run: -(run.status.finished_at or 0))
    told = places if len(places) > 1 else {}
    return [_describe(run, told.get(run.run_id), name) for run in going[:_MOST_ACTIVE] + ended[:_MOST_ENDED]]


@once_a_list
def stage_of_list(runs: Sequence[RunSummary]) -> str:
    """Return a text that changes when a run comes, begins, ends, is called otherwise or goes."""
    return _digest([[run.run_id, run.name, run.status.status] for run in runs])


@once_a_list
def stage_of(runs: Sequence[RunSummary]) -> str:
    """Return a text that changes when something does that a table of runs shows."""
    of_run = ("run_id", "name", "note", "test_readings")
    of_status = ("status", "epoch", "num_epochs", "best_epoch", "best_val_accuracy", "test_accuracy_best")
    seen = [[getattr(run, name) for name in of_run] + [getattr(run.status, name) for name in of_status] for run in runs]
    return _digest(seen)


def stage_of_sweeps(runs: Sequence[RunSummary]) -> str:
    """Return a text that changes when something does that a page of sweeps shows."""
    return f"{stage_of(runs)} {SweepStore(get_store()).stage()}"


def render_active_runs(runs: Sequence[RunSummary]) -> None:
    """Show in the sidebar what goes on, as a link each, and keep it true while the page is open."""
    chosen = state.chosen_run()
    asked = ({} if chosen is None else {address.RUN.name: chosen}) | own_name()
    feed = own_address(_PATH) + (f"?{urlencode(asked)}" if asked else "")
    lines = list_active(runs, time.time(), own_name())
    render_activity(lines, feed, _INTERVAL, memory.seen_runs(), release(), _open)


def follow_chosen(runs: Sequence[RunSummary]) -> None:
    """Draw the page anew when the chosen run begins, ends or is gone."""
    chosen = state.chosen_run()
    if chosen is not None:
        follow_runs("chosen", _stage_of_chosen(runs, chosen), key="follow_chosen")


def _open(run_id: str) -> None:
    """Lead to a run on Train; to one of a lesson or a sweep in that, of which it is a small part."""
    runs = get_store().list_runs()
    run = next((run for run in runs if run.run_id == run_id), None)
    if run is None:
        return
    if run.experiment is None:
        state.choose_run(run_id)
        hand_over_page("Train")
        return
    for other in runs:
        if other.experiment == run.experiment and not other.status.is_active:
            memory.note_seen_run(other.run_id)
    if _is_of_sweep(run):
        for parameter in (address.PLAN, address.CHART, address.BRUSH, address.ACROSS, address.UPWARDS):
            parameter.choose(None)
        address.SWEEP.choose(run.experiment)
        hand_over_page("Sweeps")
        return
    for parameter, value in ((address.LESSON, None), (address.EXPERIMENT, run.experiment), (address.PREDICTED, None)):
        parameter.choose(value)
    hand_over_page("Lessons")


def _digest(seen: object) -> str:
    return hashlib.blake2b(json.dumps(seen).encode(errors="replace"), digest_size=8).hexdigest()


def _describe(run: RunSummary, place: int | None, whose: Mapping[str, str]) -> ActiveRun:
    status, name = run.status, short_name(run)
    where = _address_of(run, whose)
    if status.status == "queued":
        return ActiveRun(run.run_id, f"{name}: queued{'' if place is None else f', number {place}'}", 0.0, where)
    if status.is_active:
        doing = ", ".join(filter(None, (status.status, epoch_of(status), place_of(status))))
        return ActiveRun(run.run_id, f"{name}: {doing}", round(status.progress, 3), where)
    accuracy = "" if status.best_val_accuracy is None else f", val {percent(status.best_val_accuracy)}"
    return ActiveRun(run.run_id, f"{name}: {status.status}{accuracy}", None, where)


def _address_of(run: RunSummary, whose: Mapping[str, str]) -> str:
    if _is_of_sweep(run):
        return f"Sweeps?{urlencode({address.SWEEP.name: run.experiment, **whose})}"
    if run.experiment is not None:
        return f"Lessons?{urlencode({address.EXPERIMENT.name: run.experiment, **whose})}"
    return f"Train?{urlencode({address.RUN.name: run.run_id, address.PART.name: address.THIS_RUN, **whose})}"


def _is_of_sweep(run: RunSummary) -> bool:
    return run.experiment is not None and SweepStore(get_store()).has(run.experiment)


def _stage_of_chosen(runs: Sequence[RunSummary], run_id: str) -> str:
    return next((run.status.status for run in runs if run.run_id == run_id), "gone")


@st.cache_resource(show_spinner=False, ttl=_SHARED_SECONDS, max_entries=4)
def _list_runs(runs_dir: Path) -> list[RunSummary]:
    """Dead workers are found and queues go on, whoever looks."""
    store = get_store()
    try:
        return store.refresh()
    except RunError:
        return store.list_runs()


def _answer(request: Request) -> Response:
    try:
        runs = _list_runs(default_runs_dir())
    except RunError as error:
        return JSONResponse({"message": str(error).encode(errors="replace").decode()}, status_code=503)
    name = request.query_params.get(address.LEARNER.name, "")
    whose = {address.LEARNER.name: name} if name else {}
    lines = [asdict(line) for line in list_active(runs, time.time(), whose)]
    chosen = _stage_of_chosen(runs, request.query_params.get("run", ""))
    stages = {"runs": stage_of(runs), "list": stage_of_list(runs), "chosen": chosen, "sweeps": stage_of_sweeps(runs)}
    return JSONResponse({"lines": lines} | stages)
