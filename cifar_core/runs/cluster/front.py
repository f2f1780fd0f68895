"""An engine as the dashboard and the command line see it: by the files beside the runs.

None of its processes is theirs: when the cluster's head dies, no page does.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cifar_core.runs.cluster.starting import begin_dispatcher, start_dispatcher
from cifar_core.runs.commands import is_discarded, send_command
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.ownership import QueueNote, read_note, wake_up
from cifar_core.runs.record import RunRecord
from cifar_core.runs.slots import Slot, fitting
from cifar_core.runs.status import read_status

RAY = "ray"
# A dispatcher's note changes every second.
_FRESH_SECONDS, _FIRST_SECONDS = 10.0, 2.5
_AGAIN_SECONDS = 30.0


@dataclass
class _Sight:
    """What the dispatcher's note said when it last changed, and when that was by this machine's time."""

    note: tuple[str, str, int]
    since: float


class EngineExecutor:
    """Stands for a Ray cluster. It decides nothing: its dispatcher does."""

    engine = RAY
    decides = False
    raises_attempts = True

    def __init__(self, runs_dir: Path, address: str) -> None:
        self.address = address
        self._runs_dir = runs_dir
        self._sight: _Sight | None = None
        self._is_fresh = False
        self._tried_at = time.monotonic() - _AGAIN_SECONDS + _FRESH_SECONDS  # who lives a moment tries nothing

    def slots(self, device: str = "") -> list[Slot]:
        """Return those of all nodes. None for a device that no node has now: the run waits for one that joins.

        Raises:
            RunError: The cluster does not answer.
        """
        return fitting(device, self._require().slots)

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Have the dispatcher look at the runs now; it would before long."""
        wake_up(self._runs_dir)

    def poll(self, run_dir: Path) -> bool:
        """Whether the dispatcher looks after a task of the run, or has not yet ended it as it was told to."""
        note = read_note(self._runs_dir)
        if note is not None and run_dir.name in note.runs:
            return True
        try:
            return is_discarded(run_dir) and read_status(run_dir).is_active
        except RunError:
            return False

    def was_killed(self, run_dir: Path) -> bool:
        """The dispatcher knows; it writes the status."""
        return False

    def cancel(self, run_dir: Path) -> None:
        """Have the dispatcher end the run's task, wherever it is, and write that it ended."""
        send_command(run_dir, "discard")
        wake_up(self._runs_dir)

    def logs(self, run_dir: Path) -> str:
        """Return the tail of the run's log, which its worker writes beside it."""
        return RunRecord(run_dir).log_tail()

    def tend(self) -> None:
        """See to it that there is a dispatcher, without waiting for it: after the cluster's head came back, say."""
        self._look()
        if not self._is_living() and time.monotonic() - self._tried_at > _AGAIN_SECONDS:
            self._tried_at = time.monotonic()
            begin_dispatcher(self._runs_dir)

    def problem(self) -> str:
        """Return why nothing is trained now, in a sentence; empty if nothing is known to be wrong."""
        note = self._look()
        if note is not None and note.problem:
            return note.problem
        if self._sight is None or time.monotonic() - self._sight.since < _FRESH_SECONDS:
            return ""
        return (
            f"The Ray cluster at CIFAR_EXECUTOR = {self.address!r} has said nothing for "
            f"{time.monotonic() - self._sight.since:.0f} seconds. Runs wait, and what they have is kept."
        )

    def _require(self) -> QueueNote:
        """Return the note of a dispatcher that lives, started if need be."""
        note = self._look()
        until = time.monotonic() + _FIRST_SECONDS
        while note is not None and not self._is_living() and time.monotonic() < until:
            time.sleep(0.1)
            note = self._look()
        if note is not None and self._is_living():
            return note
        start_dispatcher(self._runs_dir, self.address)
        note = self._look()
        if note is None:
            raise RunError(f"the Ray cluster at CIFAR_EXECUTOR = {self.address!r} does not own this queue; try again")
        self._is_fresh = True
        return note

    def _look(self) -> QueueNote | None:
        """Read the dispatcher's note, and when it last changed."""
        note = read_note(self._runs_dir)
        if note is None or note.engine != RAY:
            return None
        said = (note.engine, note.owner, note.beat)
        if self._sight is None or self._sight.note != said:
            self._is_fresh = self._sight is not None
            self._sight = _Sight(said, time.monotonic())
        return note

    def _is_living(self) -> bool:
        """Whether the note was seen to change in the last seconds."""
        sight = self._sight
        return self._is_fresh and sight is not None and time.monotonic() - sight.since < _FRESH_SECONDS
