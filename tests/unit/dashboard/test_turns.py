"""Pages are drawn one after the other, and one that takes long keeps nobody for long."""

import threading
import time
from itertools import pairwise

import pytest

from dashboard.session import turns
from dashboard.session.turns import Turns


@pytest.fixture
def patient(monkeypatch):
    """No page takes so long that another begins beside it."""
    monkeypatch.setattr(turns, "_BESIDE_ONE", 60)
    monkeypatch.setattr(turns, "_BESIDE_MORE", 60)


def begin(draw, *arguments):
    thread = threading.Thread(target=draw, args=arguments, daemon=True)
    thread.start()
    return thread


def wait_for_line(line, length):
    until = time.monotonic() + 10
    while len(line._waiting) < length:
        assert time.monotonic() < until, "nobody joined the line"
        time.sleep(0.001)


@pytest.mark.usefixtures("patient")
def test_pages_are_drawn_one_by_one_in_the_order_they_were_asked_for():
    line, drawn, at_once = Turns(), [], []

    def draw(number):
        with line.take():
            at_once.append(len(line._begun))
            drawn.append(number)
            time.sleep(0.005)

    with line.take():
        threads = []
        for number in range(8):
            threads.append(begin(draw, number))
            wait_for_line(line, number + 1)
        assert not drawn
    for thread in threads:
        thread.join(10)
    assert drawn == list(range(8))
    assert at_once == [1] * 8
    assert (len(line._waiting), line._begun) == (0, {})


@pytest.mark.parametrize("num_drawn", [1, 2, 3])
def test_beside_pages_that_take_long_another_begins_later_the_more_there_are(monkeypatch, num_drawn):
    monkeypatch.setattr(turns, "_BESIDE_ONE", 0.05)
    monkeypatch.setattr(turns, "_BESIDE_MORE", 0.2)
    line, done = Turns(), threading.Event()

    def draw():
        with line.take():
            done.wait(30)

    threads = [begin(draw) for _ in range(num_drawn + 1)]
    until = time.monotonic() + 10
    while len(line._begun) <= num_drawn and time.monotonic() < until:
        time.sleep(0.001)
    waits = [later - earlier for earlier, later in pairwise(line._begun.values())]
    done.set()
    for thread in threads:
        thread.join(10)
    assert len(waits) == num_drawn
    assert waits[0] >= 0.05
    assert all(wait >= 0.2 for wait in waits[1:])


@pytest.mark.usefixtures("patient")
def test_a_page_that_ends_early_gives_its_turn_back():
    line = Turns()
    for _ in range(3):
        with pytest.raises(RuntimeError, match="stopped"), line.take():
            raise RuntimeError("stopped")
    assert not line._begun


@pytest.mark.usefixtures("patient")
def test_who_breaks_off_while_waiting_keeps_nobody():
    line = Turns()

    def give_up():
        with pytest.raises(ZeroDivisionError), line.take():
            raise AssertionError("had a turn")

    with line.take():
        waiting = begin(give_up)
        wait_for_line(line, 1)
        line._waiting[0].wait = lambda _: 1 / 0
        with line._lock:
            line._waiting[0].notify()
        waiting.join(10)
        assert not line._waiting
    with line.take():
        pass
