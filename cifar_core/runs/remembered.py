"""What follows from runs alone, kept for as long as the runs stay the same objects.

The index hands out the same summary until a file of its run changes. To compare thousands of them by their content
would cost more than what is asked of them.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar

from cifar_core.runs.index import RunSummary

_MOST_RUNS, _MOST_LISTS = 20_000, 8
Result = TypeVar("Result")


def once_a_run(function: Callable[[RunSummary], Result]) -> Callable[[RunSummary], Result]:
    """Ask a function of each run once, of its latest version. What it returns is shared: not to be changed."""
    return once_a_run_if(lambda _run, _result: True)(function)


def once_a_run_if(
    is_final: Callable[[RunSummary, Result], bool],
) -> Callable[[Callable[[RunSummary], Result]], Callable[[RunSummary], Result]]:
    """Likewise, but ask again until what it returned is final."""

    def decorate(function: Callable[[RunSummary], Result]) -> Callable[[RunSummary], Result]:
        kept: dict[str, tuple[RunSummary, Result]] = {}

        @wraps(function)
        def remember(run: RunSummary) -> Result:
            found = kept.get(run.run_id)
            if found is not None and found[0] is run:
                return found[1]
            result = function(run)
            if is_final(run, result):
                if len(kept) >= _MOST_RUNS:
                    kept.clear()
                kept[run.run_id] = run, result
            return result

        return remember

    return decorate


def once_a_list(function: Callable[[Sequence[RunSummary]], Result]) -> Callable[[Sequence[RunSummary]], Result]:
    """Ask a function once of the same runs in the same order, of the latest few lists. The result is shared, too."""
    kept: OrderedDict[tuple[int, ...], tuple[Sequence[RunSummary], Result]] = OrderedDict()
    lock = threading.Lock()

    @wraps(function)
    def remember(runs: Sequence[RunSummary]) -> Result:
        key = tuple(map(id, runs))
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key][1]
        result = function(runs)
        with lock:
            kept[key] = list(runs), result  # the objects live on with their numbers
            while len(kept) > _MOST_LISTS:
                kept.popitem(last=False)
        return result

    return remember
