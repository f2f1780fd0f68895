"""Waiting for something to happen, as benchmarks do."""

import time
from collections.abc import Callable


def wait(condition: Callable[[], bool], at_most: float = 30.0) -> float:
    """Wait until a condition holds and return the seconds that took.

    Raises:
        TimeoutError: It did not hold in time.
    """
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > at_most:
            raise TimeoutError(f"nothing happened within {at_most:g} s")
        time.sleep(0.01)
    return time.perf_counter() - began
