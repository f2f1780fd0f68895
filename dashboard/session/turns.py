"""Pages take turns: a server that draws many of them at once draws each of them late."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AT_ONCE = 2
_PATIENCE = 0.5
_turns = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def take_turn() -> Iterator[None]:
    """Wait until fewer than two other pages are drawn, or half a second: who loads much keeps nobody for longer.

    Python runs one thread at a time. Twenty that share it hinder each other so much that all take twice as long as one
    after the other, and every page is ready only when the last one is.
    """
    has_turn = _turns.acquire(timeout=_PATIENCE)
    try:
        yield
    finally:
        if has_turn:
            _turns.release()
