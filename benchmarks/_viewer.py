"""A browser tab without a browser: it speaks Streamlit's protocol and draws nothing. For benchmarks only."""

import gzip
import http.client
import json
import threading
import time
from contextlib import closing, suppress
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

_PATIENCE = 0.5  # seconds between looks at whether the tab was closed


class Viewer:
    """Opens a page and asks for its fragments as often as they want to be asked for, in a thread of its own.

    Attributes:
        num_runs: Scripts and fragments that the server has finished for it.
        response_seconds: How long each of them took, from asking to the end.
    """

    def __init__(self, port: int, page: str, query: str = "") -> None:
        self.num_runs = 0
        self.response_seconds: list[float] = []
        self._port = port
        self._url = f"ws://127.0.0.1:{port}/_stcore/stream"
        self._page, self._query = page, query
        self._intervals: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._page_hash = ""
        self._kept: set[str] = set()  # hashes of large messages, which a tab is sent once
        self._asked_at = 0.0
        self._is_closing = False
        self._failure: Exception | None = None
        self._looking = threading.Event()
        self._looking.set()
        self._socket: ClientConnection
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_closing = True
        self._thread.join(timeout=10)
        if self._failure is not None:
            raise RuntimeError(f"{self._page} could not be followed") from self._failure

    def wait(self, num_runs: int = 1, seconds: float = 60.0) -> None:
        """Wait until so many scripts or fragments were drawn.

        Raises:
            TimeoutError: They were not.
        """
        until = time.monotonic() + seconds
        while self.num_runs < num_runs:
            if time.monotonic() > until:
                raise TimeoutError(f"{self._page} was drawn {self.num_runs} times in {seconds:g} s, not {num_runs}")
            time.sleep(0.005)

    def rerun(self) -> float:
        """Ask for the page again and return the seconds until it was drawn."""
        seen = self.num_runs
        self._ask()
        self.wait(seen + 1)
        return self.response_seconds[-1]

    def follow(self, feed: str) -> None:
        """Ask a run's feed again and again from now on, as an open Train page does, until the tab is closed.

        When its stage passes, the whole page is asked for again; a browser would ask for a part of it.
        """
        threading.Thread(target=self._keep_asking, args=(f"/{feed}",), daemon=True).start()

    def look(self, is_watched: bool) -> None:
        """Go on following, or stop asking until it is looked at again, as a hidden tab does."""
        (self._looking.set if is_watched else self._looking.clear)()

    def _keep_asking(self, address: str) -> None:
        try:
            self._ask_feed(address)
        except Exception as error:  # whatever it is, told when the tab is closed
            self._failure = error

    def _ask_feed(self, address: str) -> None:
        stage = None
        with closing(http.client.HTTPConnection("127.0.0.1", self._port)) as connection:  # kept open, as by a browser
            while not self._is_closing:
                if not self._looking.wait(_PATIENCE):
                    connection.close()  # the server would, after some seconds
                    continue
                connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                body = answer.read()
                text = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
                pulse = json.loads(text)["pulse"]
                seen, stage = stage, pulse["stage"]
                if seen is not None and seen != stage:
                    with suppress(ConnectionClosed):  # the tab is being closed
                        self._ask()
                time.sleep(pulse["interval"])

    def _follow(self) -> None:
        with connect(self._url, subprotocols=["streamlit"], max_size=None) as self._socket:  # type: ignore[list-item]
            self._ask()
            while not self._is_closing:
                until = min([*self._due.values(), time.monotonic() + _PATIENCE])
                try:
                    self._take(self._socket.recv(timeout=max(until - time.monotonic(), 0.0)))
                except TimeoutError:
                    pass
                except ConnectionClosed:
                    return
                for fragment, due in self._due.items():
                    if time.monotonic() >= due:
                        self._due[fragment] = time.monotonic() + self._intervals[fragment]
                        self._ask(fragment)

    def _ask(self, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        message.rerun_script.cached_message_hashes.extend(self._kept)
        self._asked_at = time.perf_counter()
        self._socket.send(message.SerializeToString())

    def _take(self, data: str | bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        if message.metadata.cacheable:
            self._kept.add(message.hash)
        kind = message.WhichOneof("type")
        if kind == "navigation":  # what new_session names is the main script, whatever page was asked for
            self._page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            fragment, interval = message.auto_rerun.fragment_id, message.auto_rerun.interval
            self._intervals[fragment] = interval
            self._due[fragment] = time.monotonic() + interval
        elif kind == "script_finished":
            self.num_runs += 1
            self.response_seconds.append(time.perf_counter() - self._asked_at)
