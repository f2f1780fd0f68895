"""A learner without a browser: walks over the pages as a lesson goes, and asks what open pages ask. For benchmarks."""

import gzip
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

# A click: the page's address, and what it carries.
Click = tuple[str, dict[str, str]]

_PATIENCE = 60.0
_ACTIVITY_SECONDS, _LIVE_SECONDS = 3.0, 2.0
_NUM_IMAGES = 2_000


class Learner:
    """A tab that somebody clicks in every few seconds.

    Attributes:
        seconds: From each click to the page drawn, by the page's address.
        feed_seconds: From each question of an open page to its answer.
        errors: What went wrong, in the server's words.
    """

    def __init__(self, port: int, name: str, runs: Sequence[str], training: str, pace: float, seed: int) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.feed_seconds: list[float] = []
        self.errors: list[str] = []
        self._port, self._name, self._pace = port, name, pace
        self._random = random.Random(seed)
        self._clicks = list_clicks(runs, training, self._random)
        self._training = training
        self._hashes: dict[str, str] = {}
        self._open = ""
        self._is_leaving = threading.Event()
        self._socket: ClientConnection
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._walk, self._ask_feeds)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()

    def ask_to_leave(self) -> None:
        """Let it close its tab after the present click."""
        self._is_leaving.set()

    def leave(self) -> None:
        """Close the tab."""
        self.ask_to_leave()
        for thread in self._threads:
            thread.join(timeout=2 * _PATIENCE)

    def _walk(self) -> None:
        self._is_leaving.wait(self._random.uniform(0, self._pace))
        url = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        try:
            with connect(url, subprotocols=["streamlit"], max_size=None) as self._socket:  # type: ignore[list-item]
                place = self._random.randrange(len(self._clicks))
                while not self._is_leaving.is_set():
                    began = time.monotonic()
                    self._click(*self._clicks[place % len(self._clicks)])
                    place += 1
                    self._is_leaving.wait(max(self._pace - (time.monotonic() - began), 0.0))
        except Exception as error:  # whatever it is, told at the end
            self.errors.append(f"{self._open}: {error!r}")

    def _click(self, page: str, carried: dict[str, str]) -> None:
        message = BackMsg()
        message.rerun_script.query_string = urlencode({**carried, "learner": self._name})
        message.rerun_script.page_name = page
        message.rerun_script.page_script_hash = self._hashes.get(page, "")
        self._open = page
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        self._await_page(began + _PATIENCE)
        self.seconds.setdefault(page, []).append(time.perf_counter() - began)

    def _await_page(self, until: float) -> None:
        """Take messages until all of the page is there; what its fragments send meanwhile does not end it."""
        while True:
            data = self._socket.recv(timeout=max(until - time.perf_counter(), 0.1))
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self._hashes |= {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                self.errors.append(f"{self._open}: {message.delta.new_element.exception.message[:200]}")
            elif kind == "script_finished" and message.script_finished in (0, 1):
                return

    def _ask_feeds(self) -> None:
        """What the browser asks beside Streamlit: the sidebar's lines, and an open run's charts."""
        due = {"activity": time.monotonic() + self._random.uniform(0, _ACTIVITY_SECONDS), "live": 0.0}
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)) as connection:
                while not self._is_leaving.wait(0.2):
                    if time.monotonic() >= due["activity"]:
                        due["activity"] = time.monotonic() + _ACTIVITY_SECONDS
                        self._ask(connection, f"/activity?{urlencode({'run': self._training})}")
                    if self._open == "Train" and time.monotonic() >= due["live"]:
                        due["live"] = time.monotonic() + _LIVE_SECONDS
                        self._ask(connection, f"/live/{self._training}?view=Curves")
        except Exception as error:
            self.errors.append(f"feeds: {error!r}")

    def _ask(self, connection: http.client.HTTPConnection, address: str) -> None:
        began = time.perf_counter()
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        self.feed_seconds.append(time.perf_counter() - began)
        if answer.status != 200:
            self.errors.append(f"{re.sub('[?].*', '', address)}: {answer.status}")
        else:
            json.loads(gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body)


def list_clicks(runs: Sequence[str], training: str, draws: random.Random) -> list[Click]:
    """Return what somebody clicks in a lesson, about as often as people do: pages, images, runs and cells of others.

    Args:
        runs: Ids of runs that have ended.
        training: Of the one that trains.
        draws: Which image, which run, which mistake.
    """

    def run() -> str:
        return draws.choice(runs)

    def image() -> str:
        return str(draws.randrange(_NUM_IMAGES))

    classes = ("cat", "dog", "deer", "ship")
    of_two = {"a": runs[0], "b": runs[-1]}
    return [
        ("", {}),
        ("Explore", {"run": run()}),
        ("Explore", {"run": run(), "image": image()}),
        ("Explore", {"run": run(), "image": image()}),
        ("Augment", {}),
        ("Augment", {"draw": str(draws.randrange(100))}),
        ("Lessons", {}),
        ("Lessons", {"lesson": "learning-rate"}),
        ("Lessons", {"lesson": "batch-norm"}),
        ("Train", {"run": training, "part": "this"}),
        ("Train", {"run": training, "part": "new"}),
        ("Train", {"run": training, "part": "this"}),
        ("Runs", {"run": run()}),
        ("Runs", {"run": run(), "by": "-best_val"}),
        ("Runs", {"run": run(), "whose": "mine"}),
        ("Errors", {"run": run()}),
        ("Errors", {"run": run(), "true": draws.choice(classes), "pred": draws.choice(classes)}),
        ("Errors", {"run": run(), "image": image()}),
        ("Explain", {"run": run(), "image": image()}),
        ("Explain", {"run": run(), "image": image()}),
        ("Compare", of_two),
    ]
