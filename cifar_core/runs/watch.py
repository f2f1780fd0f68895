"""Whether somebody on another machine still writes, told without trusting anybody's clock."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cifar_core.files import write_text_atomically
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.salvage import is_number, read_object
from cifar_core.runs.status import RunStatus

SILENCE_SECONDS = 60.0
_NOTES = "heartbeats.json"


@dataclass(frozen=True)
class _Sight:
    """What stood in a status, and since when it has stood there by this machine's time since it was switched on."""

    attempt: int
    heartbeat: float | None
    since: float

    def says_the_same(self, status: RunStatus) -> bool:
        return (self.attempt, self.heartbeat) == (status.attempt, status.heartbeat)


class HeartbeatWatch:
    """Calls a worker silent once its heartbeat has stood still for a minute in which somebody here looked on.

    A process that lives only a moment cannot watch for that long. What it sees first, it notes in a file on this
    machine's disk, and who comes later goes on from there: the time since switching on is the same for all processes of
    one machine. After a restart it counts from 0 again, so the time gone by can only seem shorter than it was.
    """

    def __init__(self) -> None:
        self._sights: dict[Path, _Sight] = {}

    def is_silent(self, run_dir: Path, status: RunStatus) -> bool:
        """Take note of a status as it is now; return whether it has not changed for a minute."""
        seen = self._sights.get(run_dir)
        if seen is None or not seen.says_the_same(status):
            self._sights[run_dir] = seen = self._look(run_dir, status, is_first=seen is None)
        return time.monotonic() - seen.since >= SILENCE_SECONDS

    def _look(self, run_dir: Path, status: RunStatus, *, is_first: bool) -> _Sight:
        """Return the sight of who noted it earlier, or this one; noted once a process, for those to come."""
        sight = _Sight(status.attempt, status.heartbeat, time.monotonic())
        if not is_first:
            return sight
        notes = _read_notes(run_dir.parent)
        earlier = _parse(notes.get(run_dir.name))
        if earlier is not None and earlier.says_the_same(status) and earlier.since <= sight.since:
            return earlier
        kept = {name: note for name, note in notes.items() if name.startswith(".") or (run_dir.parent / name).is_dir()}
        _write_notes(run_dir.parent, kept | {run_dir.name: [sight.attempt, sight.heartbeat, sight.since]})
        return sight


def is_still(runs_dir: Path, name: str, value: Any) -> bool:
    """Note what somebody wrote, as JSON has it; return whether the same has stood there for a minute of this machine's.

    Args:
        runs_dir: Beside which runs it stands.
        name: Of the thing that is watched.
        value: What it says now.
    """
    notes, moment = _read_notes(runs_dir), time.monotonic()
    match notes.get(f".{name}"):
        case [seen, int() | float() as since] if seen == value and is_number(since) and since <= moment:
            return moment - since >= SILENCE_SECONDS
    _write_notes(runs_dir, notes | {f".{name}": [value, moment]})
    return False


def _read_notes(runs_dir: Path) -> dict[str, Any]:
    """Return this machine's notes; what cannot be read was never noted."""
    try:
        return read_object(local_dir(runs_dir) / _NOTES)
    except (RunError, OSError):
        return {}


def _write_notes(runs_dir: Path, notes: dict[str, Any]) -> None:
    with suppress(OSError):  # nothing can be marked as lost there either
        write_text_atomically(local_dir(runs_dir) / _NOTES, json.dumps(notes))


def _parse(note: Any) -> _Sight | None:
    match note:
        case [int(attempt), None | int() | float() as heartbeat, int() | float() as since] if is_number(since):
            return _Sight(attempt, heartbeat, float(since))
    return None
