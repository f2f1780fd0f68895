"""The demo: a small network that is trained unasked where nothing ever was, so that there is something to look at."""

import os
from pathlib import Path

from cifar_core.presets import PRESETS
from cifar_core.runs.access import refusal
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.store import RunStore

DEMO = PRESETS["demo"]
_NAME = "first look"
# Whatever waits for the same device goes first.
_PRIORITY = -1


def is_demo_due(store: RunStore) -> bool:
    """Whether a demo is to be made: there is no run, none was ever made here unasked, and nobody forbids it.

    Forbidden by $CIFAR_DEMO = 0, and where no run can be started.
    """
    is_allowed = os.environ.get("CIFAR_DEMO") != "0" and store.why_not_writable() is None
    return is_allowed and not _marker(store.runs_dir).exists() and not store.list_runs()


def start_demo(store: RunStore) -> str | None:
    """Queue the demo if it is due, and return its id. Of all who call at once, in any process, one queues it.

    Once it was queued there is never another one, also if it is deleted.

    Raises:
        RunError: It cannot be written or started. Then nothing of it remains.
    """
    if not is_demo_due(store):
        return None
    marker = _marker(store.runs_dir)
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return None
    except OSError as error:
        raise refusal(store.runs_dir, error) from error
    try:
        return store.submit(DEMO.config, name=_NAME, preset=DEMO.name, priority=_PRIORITY, is_demo=True)
    except RunError:
        marker.unlink(missing_ok=True)
        raise


def _marker(runs_dir: Path) -> Path:
    return runs_dir / ".demo"
