"""Pages are drawn two at a time, and one that takes long keeps nobody for long."""

import threading
import time

import pytest

from dashboard.session import turns


def test_no_more_than_two_are_drawn_at_once(monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE", 30)
    drawn, most, lock = [0], [0], threading.Lock()

    def draw():
        with turns.take_turn():
            with lock:
                drawn[0] += 1
                most[0] = max(most[0], drawn[0])
            time.sleep(0.02)
            with lock:
                drawn[0] -= 1

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == [2]


def test_whoever_waits_too_long_goes_ahead_and_gives_back_no_turn_it_never_had(monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE", 0.01)
    with turns.take_turn(), turns.take_turn(), turns.take_turn():
        pass
    with turns.take_turn(), turns.take_turn():
        assert not turns._turns.acquire(blocking=False)


def test_a_page_that_ends_early_gives_its_turn_back():
    for _ in range(3):
        with pytest.raises(RuntimeError, match="stopped"), turns.take_turn():
            raise RuntimeError("stopped")
    assert turns._turns.acquire(blocking=False)
    turns._turns.release()
