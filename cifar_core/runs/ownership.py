"""Who decides about the queue of a runs folder: one host, or one engine for all hosts.

A lock on one machine's disk says nothing to another machine. The owner therefore leaves a note beside the runs, and
writes it anew while it has something to decide. Whoever finds somebody else's leaves the queue alone until the note has
stood still for a minute of one's own time.
"""

import json
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.files import TEMPORARY, Stamp, stamp
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import LOCAL
from cifar_core.runs.index import RunSummary
from cifar_core.runs.salvage import fit_model, read_object
from cifar_core.runs.slots import Slot
from cifar_core.runs.status import Count, now
from cifar_core.runs.watch import is_still

_NOTE, _BELL = ".queue.json", ".queue-bell"
# A note is not written more often than this by who decides now and then.
_BEAT_SECONDS = 20.0


class QueueNote(BaseModel):
    """What the owner of a queue says of itself.

    Attributes:
        engine: "local", or the engine's name.
        owner: The host, or the engine's address.
        beat: Changes while the owner lives; it is compared with nobody's clock.
        slots: Of an engine, all of them.
        runs: Of an engine, the ids of the runs that it looks after.
        problem: What keeps an engine from its work, in a sentence.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    engine: str = LOCAL
    owner: str = ""
    beat: Count = 0
    slots: tuple[Slot, ...] = ()
    runs: tuple[str, ...] = ()
    problem: Annotated[str, Field(max_length=2000)] = ""

    @property
    def name(self) -> tuple[str, str]:
        """Whose note it is."""
        return self.engine, self.owner


def read_note(runs_dir: Path) -> QueueNote | None:
    """Return what the owner of a queue left; None if there is none, or it cannot be read."""
    try:
        stored = read_object(runs_dir / _NOTE)
    except RunError:
        return None
    note = fit_model(QueueNote, stored)[0]
    return note if note.owner else None


def write_note(runs_dir: Path, note: QueueNote) -> None:
    """Say that the queue has an owner, and that it lives.

    It need not outlive a power cut, and is written often.

    Raises:
        OSError: It cannot be written.
    """
    temporary = runs_dir / f"{_NOTE}.{socket.gethostname()}.{os.getpid()}{TEMPORARY}"
    try:
        temporary.write_text(json.dumps(note.model_dump(mode="json")), encoding="utf-8")
        temporary.replace(runs_dir / _NOTE)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def wake_up(runs_dir: Path) -> None:
    """Have an engine look at the runs now.

    Raises:
        OSError: It cannot be told.
    """
    (runs_dir / _BELL).touch()


def read_bell(runs_dir: Path) -> Stamp | None:
    """Return what changes when somebody wants an engine to look."""
    return stamp(runs_dir / _BELL)


def may_hold_queue(runs_dir: Path, summaries: Sequence[RunSummary]) -> bool:
    """Whether this host may decide about a queue. Only for whoever holds the lock.

    Another host gives the queue away by having no run that trains, an engine only by its silence.
    """
    note = read_note(runs_dir)
    if note is None or note.name == (LOCAL, socket.gethostname()):
        return True
    return _is_given_up(runs_dir, note, summaries)


def hold_queue(runs_dir: Path) -> None:
    """Say that this host has decided, and has runs that train."""
    mine = QueueNote(owner=socket.gethostname(), beat=int(now() // _BEAT_SECONDS))
    if read_note(runs_dir) != mine:
        with suppress(OSError):  # the disk is full: runs may end all the same
            write_note(runs_dir, mine)


def may_take(runs_dir: Path, note: QueueNote) -> bool:
    """Whether an engine may take a queue over: nobody's, its own, a single host's, or a silent engine's."""
    found = read_note(runs_dir)
    return found is None or found.engine == LOCAL or found.name == note.name or _is_silent(runs_dir, found)


def _is_given_up(runs_dir: Path, note: QueueNote, summaries: Sequence[RunSummary]) -> bool:
    if note.engine == LOCAL and not any(
        summary.status.status in ("running", "paused") and summary.status.hostname == note.owner
        for summary in summaries
    ):
        return True
    return _is_silent(runs_dir, note)


def _is_silent(runs_dir: Path, note: QueueNote) -> bool:
    return is_still(runs_dir, "queue", [*note.name, note.beat])
