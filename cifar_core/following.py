"""Follow a run on the command line: a progress bar on standard error until it ends."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tqdm import tqdm

from cifar_core.interrupts import Interrupts
from cifar_core.runs import RunStatus, RunStore

_POLL_SECONDS = 0.2


def follow(store: RunStore, run_id: str, interrupts: Interrupts, stop: Callable[[], None]) -> RunStatus:
    """Show the run's progress until it ends.

    Args:
        store: Of the run.
        run_id: Of a run that waits or trains.
        interrupts: The first makes the run stop, the second leaves it to itself.
        stop: Called at the first; it should make the run end.

    Raises:
        KeyboardInterrupt: At the second interrupt.
    """
    record = store.record(run_id)
    is_stopping = False
    with _bar() as bar:
        while True:
            status = record.status()
            with contextlib.suppress(OSError):  # the terminal is gone; the run is not
                _show(bar, status)
            if not status.is_active:
                return status
            if interrupts.count and not is_stopping:
                is_stopping = True
                stop()
            if interrupts.count > 1:
                raise KeyboardInterrupt
            store.refresh()
            time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def _bar() -> Iterator["tqdm[Any]"]:
    bar = tqdm(unit="step", disable=None, dynamic_ncols=True, file=sys.stderr)
    try:
        yield bar
    finally:
        with contextlib.suppress(OSError):
            bar.close()


def _show(bar: "tqdm[Any]", status: RunStatus) -> None:
    bar.total = status.num_steps or None
    bar.update(status.step - bar.n)
    words: list[str] = [status.status]
    if status.epoch:
        words.append(f"epoch {status.epoch}/{status.num_epochs}")
    if status.last_val_accuracy is not None:
        words.append(f"val {status.last_val_accuracy:.2%}")
    bar.set_description(" ".join(words))
