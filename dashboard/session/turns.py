"""Pages take turns: a server that draws many of them at once draws each of them late."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds for which the latest page is drawn before another one may begin beside it, or beside it and others. Most pages
# are drawn in less: those who load much keep nobody for longer.
_BESIDE_ONE, _BESIDE_MORE = 0.1, 0.5


class Turns:
    """Whose page is drawn, one after the other in the order in which they were asked for.

    Python runs one thread at a time. Twenty that share it hinder each other so much that all take twice as long as one
    after the other, and every page is ready only when the last one is.

    Attributes:
        num_begun: Pages that have been begun so far.
        on_change: Called each time one is begun or done, in the thread that draws it.
    """

    def __init__(self) -> None:
        self.num_begun = 0
        self.on_change: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self._waiting: deque[threading.Condition] = deque()  # of the threads that wait, the first in line first
        self._begun: dict[threading.Condition, float] = {}  # of the pages that are drawn

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for one's turn, and have it until the block ends."""
        turn = threading.Condition(self._lock)
        with self._lock:
            self._waiting.append(turn)
            try:
                while self._waiting[0] is not turn or self._seconds_left() > 0:
                    turn.wait(self._seconds_left() if self._waiting[0] is turn else None)
                self._begun[turn] = time.monotonic()
                self.num_begun += 1
            finally:
                self._waiting.remove(turn)
                self._call_next()
        try:
            self.on_change()
            yield
        finally:
            with self._lock:
                del self._begun[turn]
                self._call_next()
            self.on_change()

    def seconds_left(self) -> float:
        """Return for how long one more page would wait if none of those that are drawn ends; 0 if for no time."""
        with self._lock:
            return max(self._seconds_left(), _BESIDE_ONE if self._waiting else 0.0)

    def _seconds_left(self) -> float:
        """Return for how long the first in line has to wait if none of those that are drawn ends."""
        if not self._begun:
            return 0.0
        needed = _BESIDE_ONE if len(self._begun) == 1 else _BESIDE_MORE
        return max(self._begun.values()) + needed - time.monotonic()

    def _call_next(self) -> None:
        if self._waiting:
            self._waiting[0].notify()


PAGES = Turns()
take_turn = PAGES.take
