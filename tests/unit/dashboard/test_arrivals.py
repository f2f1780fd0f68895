"""Of many questions that arrive at once, each is let in when its page can be drawn."""

import asyncio
import threading
import time

import pytest

from dashboard import arrivals
from dashboard.arrivals import Line, create_arrivals
from dashboard.session import turns
from dashboard.session.turns import Turns


@pytest.fixture
def patient(monkeypatch):
    """No page takes so long that another begins beside it, and all that is let in is drawn."""
    monkeypatch.setattr(turns, "_BESIDE_ONE", 60)
    monkeypatch.setattr(turns, "_BESIDE_MORE", 60)
    monkeypatch.setattr(arrivals, "_STARTING", 60)


class Drawing:
    """A page in a thread of its own, as Streamlit draws it, until it is told to end."""

    def __init__(self, line: Turns) -> None:
        self._line, self._end, self.begun = line, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._thread.start()

    def _draw(self) -> None:
        with self._line.take():
            self.begun.set()
            self._end.wait(30)

    def end(self) -> None:
        self._end.set()
        self._thread.join(30)


async def begin(pages):
    drawing = Drawing(pages)
    await asyncio.to_thread(drawing.begun.wait)
    return drawing


def run(scenario):
    asyncio.run(asyncio.wait_for(scenario, 30))


async def bring(made, kind, message):
    """Let a request or a socket bring one message through the middleware; return what arrives behind it."""
    arrived = []

    async def app(_scope, receive, _send):
        arrived.append(await receive())

    async def receive():
        return {"type": message}

    await made.cls(app, *made.args, **made.kwargs)({"type": kind}, receive, None)
    return arrived


def test_who_comes_alone_waits_for_nothing():
    async def alone():
        line = Line(Turns())
        began = time.monotonic()
        await line.pass_through("tab")
        assert time.monotonic() - began < 0.5

    run(alone())


@pytest.mark.usefixtures("patient")
def test_each_is_let_in_when_the_page_before_it_is_done_in_the_order_they_came():
    async def many():
        pages, let_in = Turns(), []
        line = Line(pages)

        async def arrive(number):
            await line.pass_through(number)
            let_in.append(number)

        arriving = [asyncio.create_task(arrive(number)) for number in range(4)]
        for number in range(4):
            while len(let_in) <= number:
                await asyncio.sleep(0.001)
            drawing = await begin(pages)
            await asyncio.sleep(0.05)
            assert let_in == list(range(number + 1))  # nobody beside the page that is drawn
            await asyncio.to_thread(drawing.end)
        await asyncio.gather(*arriving)
        assert let_in == [0, 1, 2, 3]

    run(many())


@pytest.mark.usefixtures("patient")
def test_what_is_drawn_as_no_page_keeps_the_next_one_for_a_moment_only(monkeypatch):
    monkeypatch.setattr(arrivals, "_STARTING", 0.05)

    async def two():
        line = Line(Turns())
        await line.pass_through("first")
        began = time.monotonic()
        await line.pass_through("second")
        assert 0.04 < time.monotonic() - began < 10

    run(two())


@pytest.mark.usefixtures("patient")
def test_a_page_that_takes_long_keeps_nobody_for_longer_than_it_keeps_pages(monkeypatch):
    monkeypatch.setattr(turns, "_BESIDE_ONE", 0.1)

    async def beside():
        pages = Turns()
        line = Line(pages)
        await line.pass_through("first")
        drawing = await begin(pages)
        began = time.monotonic()
        await line.pass_through("second")
        waited = time.monotonic() - began
        await asyncio.to_thread(drawing.end)
        assert 0.05 < waited < 10

    run(beside())


@pytest.mark.usefixtures("patient")
def test_a_tab_is_not_kept_by_its_own_page():
    async def again():
        pages = Turns()
        line = Line(pages)
        await line.pass_through("tab")
        drawing = await begin(pages)
        await line.pass_through("tab")
        other = asyncio.create_task(line.pass_through("other"))
        await asyncio.sleep(0.02)
        assert not other.done()
        await asyncio.to_thread(drawing.end)
        await other

    run(again())


@pytest.mark.usefixtures("patient")
def test_who_gives_up_in_line_keeps_nobody():
    async def give_up():
        pages = Turns()
        line = Line(pages)
        await line.pass_through("first")
        second, third = (asyncio.create_task(line.pass_through(who)) for who in ("second", "third"))
        await asyncio.sleep(0.02)
        second.cancel()
        drawing = await begin(pages)
        await asyncio.to_thread(drawing.end)
        await third
        assert second.cancelled()

    run(give_up())


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("kind", "message"),
    [("http", "http.request"), ("websocket", "websocket.connect"), ("websocket", "websocket.disconnect")],
)
def test_only_what_a_socket_brings_waits(kind, message):
    async def through():
        made = create_arrivals(Turns())
        await made.kwargs["line"].pass_through("another tab")  # what comes next would wait for its page
        assert await bring(made, kind, message) == [{"type": message}]

    run(through())


@pytest.mark.usefixtures("patient")
def test_what_a_socket_brings_waits_for_the_page_that_is_drawn():
    async def through():
        pages = Turns()
        drawing = await begin(pages)
        bringing = asyncio.create_task(bring(create_arrivals(pages), "websocket", "websocket.receive"))
        await asyncio.sleep(0.05)
        assert not bringing.done()
        await asyncio.to_thread(drawing.end)
        assert await bringing == [{"type": "websocket.receive"}]

    run(through())
