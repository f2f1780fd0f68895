"""What an open Train page asks for every second or two: how far its run is, and the charts that grow.

An address beside Streamlit's own. A page that Streamlit draws again costs the browser a hundred milliseconds and the
server thirty; this costs each a few.
"""

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cifar_core.failures import explain
from cifar_core.files import stamp
from cifar_core.runs import RunError, RunRecord, RunStatus, RunStore
from dashboard.components import Pulse
from dashboard.drawing.literal import plain
from dashboard.drawing.words import duration, epoch_of, val_numbers
from dashboard.routes import own_route
from dashboard.session.cache import get_store
from dashboard.train.views import read_growth

_PATH = "live"

_log = logging.getLogger(__name__)

# Seconds between two questions. Who watches on the training's own cores pays with its speed, and in a chart of minutes
# nobody sees a second.
_EAGER_INTERVAL, _INTERVAL = 1.0, 2.0
_EAGER_SECONDS = 60.0


def feed_address(run_id: str, view: str, compared: Sequence[str]) -> str:
    """Return where a page asks, relative to itself.

    Args:
        run_id: The run it shows.
        view: Which of its views; empty if its charts shall hold still.
        compared: Ids of the runs drawn beneath.
    """
    return f"{_PATH}/{run_id}?{urlencode({'view': view, 'with': list(compared)}, doseq=True)}"


def create_routes() -> list[Route]:
    """Return the feed's address."""
    return [own_route(f"{_PATH}/{{run_id}}", _answer)]


def read_feed(
    store: RunStore, record: RunRecord, status: RunStatus, view: str, compared: list[str]
) -> tuple[Pulse, dict[str, str]]:
    """Return how far a run is, and the charts of the open view that grow, by their labels.

    The pulse's stage passes when more has to be drawn than these: with the run's status and first numbers, with what is
    done to it, with the runs that wait, with what else the view shows.
    """
    growth = read_growth(view, record, status, compared)
    events = stamp(record.files.events)
    waiting = [run.run_id for run in store.waiting()]
    stage = [status.status, status.attempt, status.has_begun, events, waiting, growth.rest]
    pulse = Pulse(
        words=_describe(store, record, status),
        share=status.progress,
        numbers=val_numbers(status),
        stage=hashlib.blake2b(json.dumps(stage).encode(), digest_size=8).hexdigest(),
        is_still=status.status != "running",
        interval=_EAGER_INTERVAL if _seconds_since_start(status) < _EAGER_SECONDS else _INTERVAL,
    )
    return pulse, growth.charts


def _seconds_since_start(status: RunStatus) -> float:
    """Of the latest attempt, or since it was put into the queue."""
    return time.time() - (status.started_at or status.submitted_at)


def _describe(store: RunStore, record: RunRecord, status: RunStatus) -> str:
    if status.status == "queued":
        position = store.queue_position(record.run_id) or 1
        return f"Number {position} in the queue. It starts when its device is free."
    if status.status == "running" and status.message:
        return plain(status.message, most=None)
    if status.status == "running" and not status.step:
        return "Starting: loading torch and the images takes some seconds"
    words = [status.status.capitalize(), epoch_of(status)]
    if status.status == "running" and status.seconds_left is not None:
        words.append(f"about {duration(status.seconds_left)} left")
    if status.status == "running" and status.images_per_second is not None:
        words.append(f"{status.images_per_second:,.0f} images a second")
    return ", ".join(words)


def _answer(request: Request) -> Response:
    """Whatever goes wrong, the page is told in JSON: it asks again, and is drawn anew after some refusals."""
    run_id, query = request.path_params["run_id"], request.query_params
    try:
        store = get_store()
        record = store.record(run_id)
        pulse, charts = read_feed(store, record, record.status(), query.get("view", ""), query.getlist("with"))
        return JSONResponse({"pulse": asdict(pulse), "charts": charts})
    except RunError as error:
        return _refuse(str(error), 404)
    except Exception as error:
        _log.exception("The feed of run %s cannot be read", run_id)
        return _refuse(f"run {run_id} cannot be shown now: {explain(error)}", 503)


def _refuse(message: str, code: int) -> Response:
    return JSONResponse({"message": message.encode(errors="replace").decode()}, status_code=code)
