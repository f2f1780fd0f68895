"""What browsers ask for is let in one by one while pages are drawn.

Streamlit begins a thread for each page as it is asked for, and some milliseconds of work before the page waits for its
turn. Of twenty that are asked for at once all would do that first, in the way of the one that is drawn.
"""

import asyncio
import time
from contextlib import suppress

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.session.turns import PAGES, Turns

# Seconds until what was let in is drawn; what is not drawn as a page keeps the next one for as long.
_STARTING = 0.01


class Line:
    """Who is let in next: in the order in which they came, as soon as one more page could be drawn.

    Whoever was let in last is let in again at once: what they ask now takes the place of what is being drawn for them.

    Args:
        turns: Of the pages.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._head = asyncio.Lock()  # first come, first served
        self._change = asyncio.Event()
        self._newest: object = None
        self._num_begun = -1
        self._let_in_at = 0.0

    async def pass_through(self, who: object) -> None:
        """Wait until it is one's turn to be let in.

        Args:
            who: The same one for all that one tab asks.
        """
        if who is self._newest:
            return
        async with self._head:
            if self._seconds_left() > 0:
                await self._wait()
            self._newest, self._num_begun, self._let_in_at = who, self._turns.num_begun, time.monotonic()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(self._change.set)

        self._turns.on_change = tell
        try:
            while (left := self._seconds_left()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._change.wait(), left)
                self._change.clear()
        finally:
            self._turns.on_change = lambda: None

    def _seconds_left(self) -> float:
        """Return for how long the first in line has to wait if nothing changes."""
        if self._turns.num_begun == self._num_begun:  # who was let in last is not drawn yet
            return self._let_in_at + _STARTING - time.monotonic()
        return self._turns.seconds_left()


def create_arrivals(turns: Turns = PAGES) -> Middleware:
    """Return what `st.App` puts between browsers and its sockets.

    Args:
        turns: Of the pages that these ask for.
    """
    return Middleware(_Arrivals, line=Line(turns))


class _Arrivals:
    """An ASGI middleware that hands on what a socket brings when it may pass."""

    def __init__(self, app: ASGIApp, line: Line) -> None:
        self._app, self._line = app, line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for nothing itself."""
        tab = object()

        async def receive_in_turn() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                await self._line.pass_through(tab)
            return message

        await self._app(scope, receive_in_turn if scope["type"] == "websocket" else receive, send)
