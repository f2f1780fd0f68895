"""What an interrupt means to a command: Ctrl+C, a `kill`, a closed terminal."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

# What a person's Ctrl+C, a system that shuts down, and a terminal that is closed send.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """Let every way of ending a command raise KeyboardInterrupt within the block, as Ctrl+C does.

    A signal that is ignored, as `nohup` has it, stays ignored. Outside the main thread nothing changes.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled_by(interrupt):
        yield


@dataclass
class Interrupts:
    """How often somebody asked to end."""

    count: int = 0


@contextlib.contextmanager
def counted_interrupts() -> Iterator[Interrupts]:
    """Count interrupts within the block, where they do nothing else.

    What is begun and told about belongs together: nobody would know how to end a run whose id was never printed.
    """
    interrupts = Interrupts()

    def count(_signal: int, _frame: FrameType | None) -> None:
        interrupts.count += 1

    with _handled_by(count):
        yield interrupts


@contextlib.contextmanager
def _handled_by(handler: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heeded = [number for number, handling in before.items() if handling not in (signal.SIG_IGN, None)]
    for number in heeded:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
