"""What an open Train page asks for every few seconds: how far its run is, and the charts that grow.

An address beside Streamlit's own. A page that Streamlit draws again costs the browser a hundred milliseconds and the
server thirty; this costs each a few.
"""

import hashlib
import json
import logging
import math
import time
from dataclasses import asdict
from functools import lru_cache
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cifar_core.failures import explain
from cifar_core.files import stamp
from cifar_core.runs import RunError, RunRecord, RunStatus, RunStore, RunSummary
from cifar_core.runs.commands import pending_end
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.naming import is_run_id
from dashboard.components import Pulse
from dashboard.drawing.literal import plain
from dashboard.drawing.words import duration, epoch_of, place_of, val_numbers
from dashboard.routes import own_route
from dashboard.session.cache import get_store
from dashboard.session.waiting import describe_wait, find_waits
from dashboard.train.beneath import Beneath, read_beneath
from dashboard.train.engine_view import describe_engine
from dashboard.train.views import read_growth

_PATH = "live"

_log = logging.getLogger(__name__)

# Seconds between two questions: one in a run's first minute, one more with each minute after it, and no more than so
# many. Who watches on the training's own cores pays with its speed, and in a chart of minutes nobody sees a second.
_MOST_WHILE_TRAINING, _MOST = 4, 2
# Between a stop that was asked for and the run's end.
_STOPPING = "Stopping: it ends after its present step and keeps what it has"
_STOPPING_UNBEGUN = "Stopping: it ends before its first step"
# After which a guess is made anew of when a run that waits begins.
_GUESS_SECONDS = 10.0


def feed_address(run_id: str, view: str, beneath: Beneath) -> str:
    """Return where a page asks, relative to itself.

    Args:
        run_id: The run it shows.
        view: Which of its views; empty if its charts shall hold still.
        beneath: What is drawn beneath its curves.
    """
    wish = {"view": view, "with": list(beneath.compared)}
    if beneath.sisters:
        wish |= {"over": list(beneath.sisters), "band": beneath.edges}
    return f"{_PATH}/{run_id}?{urlencode(wish, doseq=True)}"


def create_routes() -> list[Route]:
    """Return the feed's address."""
    return [own_route(f"{_PATH}/{{run_id}}", _answer)]


def read_feed(
    store: RunStore, record: RunRecord, status: RunStatus, view: str, beneath: Beneath
) -> tuple[Pulse, dict[str, str]]:
    """Return how far a run is, and the charts of the open view that grow, by their labels.

    The pulse's stage passes when more has to be drawn than these: with the run's status and first numbers, with what is
    done to it, with the runs that wait, with what else the view shows.
    """
    growth = read_growth(view, record, status, beneath)
    events = stamp(record.files.events)
    waiting = [run.run_id for run in store.waiting()]
    stage = [status.status, status.attempt, status.has_begun, events, waiting, growth.rest]
    pulse = Pulse(
        words=_describe(store, record, status),
        share=status.progress,
        numbers=val_numbers(status),
        stage=hashlib.blake2b(json.dumps(stage).encode(), digest_size=8).hexdigest(),
        is_still=status.status != "running",
        interval=_interval(record, status),
    )
    return pulse, growth.charts


def _interval(record: RunRecord, status: RunStatus) -> float:
    """How eager one is, by the time since the latest attempt's start, or since it was put into the queue.

    Whole seconds, so that all who look at the same time get the same answer. No more than are left of the run.
    """
    is_training = status.status == "running" and pending_end(record.run_dir) is None
    minutes = (time.time() - (status.started_at or status.submitted_at)) // 60
    left = status.seconds_left if is_training and status.seconds_left is not None else math.inf
    return float(max(1, min(1 + minutes, _MOST_WHILE_TRAINING if is_training else _MOST, left // 1)))


def _describe(store: RunStore, record: RunRecord, status: RunStatus) -> str:
    if status.status in ("running", "paused") and pending_end(record.run_dir) == "stopped":
        return _STOPPING if status.has_begun else _STOPPING_UNBEGUN
    if status.status == "queued":
        return " ".join(filter(None, (_describe_wait(store.list_runs(), record.run_id), describe_engine(store))))
    if status.status == "running" and status.message:
        return plain(status.message, most=None)
    if status.status == "running" and not status.step:
        return "Starting: loading torch and the images takes some seconds"
    words = [status.status.capitalize(), epoch_of(status), *filter(None, [place_of(status)])]
    if status.status == "running" and status.seconds_left is not None:
        words.append(f"about {duration(status.seconds_left)} left")
    if status.status == "running" and status.images_per_second is not None:
        words.append(f"{status.images_per_second:,.0f} images a second")
    return ", ".join(words)


def _describe_wait(runs: list[RunSummary], run_id: str) -> str:
    waits = find_waits(runs)
    if run_id not in waits:
        return "It is about to begin."
    wait = waits[run_id]
    of = f" of {len(waits)}" if len(waits) > 1 else ""
    return f"Number {wait.place} in the queue{of}: {describe_wait(wait)}"


def _answer(request: Request) -> Response:
    """Whatever goes wrong, the page is told in JSON: it asks again, and is drawn anew after some refusals.

    Who names the version that he has, and there is no other, is told just that.
    """
    run_id, query = request.path_params["run_id"], request.query_params
    try:
        view, beneath = query.get("view", ""), _read_beneath(query)
        version = _version(run_id, view, beneath)
        headers = {"ETag": version, "Cache-Control": "no-store"}
        if request.headers.get("If-None-Match") in (version, f"W/{version}"):
            return Response(status_code=304, headers=headers)
        return Response(_body(run_id, view, beneath, version), headers=headers, media_type="application/json")
    except RunError as error:
        return _refuse(str(error), 404)
    except Exception as error:
        _log.exception("The feed of run %s cannot be read", run_id)
        return _refuse(f"run {run_id} cannot be shown now: {explain(error)}", 503)


def _read_beneath(query: QueryParams) -> Beneath:
    over = tuple(run_id for run_id in query.getlist("over") if is_run_id(run_id))
    return read_beneath(query.get("band", ""), tuple(query.getlist("with")), over)


def _version(run_id: str, view: str, beneath: Beneath) -> str:
    """Name all that an answer follows from."""
    store = get_store()
    record = store.record(run_id)
    others = (*beneath.compared, *beneath.sisters)
    files = [record.files] + [RunFiles(store.runs_dir / other) for other in others if is_run_id(other)]
    paths = [path for each in files for path in (each.status, each.metrics, each.events, each.environment, each.meta)]
    paths.append(record.files.commands)
    waiting = [run.run_id for run in store.waiting()]
    seen = [
        str(record.run_dir),
        view,
        *others,
        beneath.edges,
        *waiting,
        _interval(record, record.status()),
        time.time() // _GUESS_SECONDS if record.run_id in waiting else 0,
        *(str(stamp(path)) for path in paths),
    ]
    return f'"{hashlib.blake2b(json.dumps(seen).encode(), digest_size=8).hexdigest()}"'


@lru_cache(maxsize=16)
def _body(run_id: str, view: str, beneath: Beneath, version: str) -> bytes:
    """Made once for all who look on."""
    store = get_store()
    record = store.record(run_id)
    pulse, charts = read_feed(store, record, record.status(), view, beneath)
    return json.dumps({"pulse": asdict(pulse), "charts": charts}, allow_nan=False, separators=(",", ":")).encode()


def _refuse(message: str, code: int) -> Response:
    return JSONResponse({"message": message.encode(errors="replace").decode()}, status_code=code)
