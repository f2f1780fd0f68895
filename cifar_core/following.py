"""Follow a run on the command line: a progress bar on standard error until it ends."""

import sys
import time
from contextlib import suppress
from typing import Any

from tqdm import tqdm

from cifar_core.runs import RunError, RunStatus, RunStore

_POLL_SECONDS = 0.2


def follow(store: RunStore, run_id: str) -> RunStatus:
    """Show the run's progress until it ends. The first interrupt stops the run, the second leaves it to itself."""
    record = store.record(run_id)
    was_asked_to_stop = False
    with tqdm(unit="step", disable=None, dynamic_ncols=True, file=sys.stderr) as bar:
        while True:
            try:
                status = record.status()
                _show(bar, status)
                if not status.is_active:
                    return status
                store.refresh()
                time.sleep(_POLL_SECONDS)
            except KeyboardInterrupt:
                if was_asked_to_stop:
                    raise
                was_asked_to_stop = True
                with suppress(RunError):  # it ended at the same moment
                    store.stop(run_id)


def _show(bar: "tqdm[Any]", status: RunStatus) -> None:
    bar.total = status.num_steps or None
    bar.update(status.step - bar.n)
    words: list[str] = [status.status]
    if status.epoch:
        words.append(f"epoch {status.epoch}/{status.num_epochs}")
    if status.last_val_accuracy is not None:
        words.append(f"val {status.last_val_accuracy:.2%}")
    bar.set_description(" ".join(words))
