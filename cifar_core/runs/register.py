"""All runs of one directory as they lie there: list, look up, name and delete."""

import contextlib
import logging
import time
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.runs.access import check_is_folder, default_runs_dir, refuses_in_words, why_not_writable
from cifar_core.runs.cluster import choose_engine
from cifar_core.runs.exceptions import RunError, RunNotFoundError
from cifar_core.runs.executor import LOCAL, Executor, LocalExecutor
from cifar_core.runs.index import RunIndex, RunSummary
from cifar_core.runs.leftovers import hide_doomed, remove_doomed, sweep
from cifar_core.runs.naming import is_run_id
from cifar_core.runs.places import Engine, describe_engine, list_known_slots
from cifar_core.runs.queue import dispatch, needs_dispatch, queue_order
from cifar_core.runs.record import RunRecord
from cifar_core.runs.shelf import RecordShelf
from cifar_core.runs.slimming import slim
from cifar_core.runs.slots import Slot
from cifar_core.runs.status import ACTIVE

# Whoever only looks does not wait long for those who decide, and leaves it to them for a while.
_LOOK_LOCK_SECONDS, _LOOK_AGAIN_SECONDS = 2.0, 20.0

_log = logging.getLogger(__name__)


class RunRegister:
    """The runs in a directory, as they are listed, named and deleted.

    A folder that cannot be written can be looked at: whatever changes something raises RunError then.

    Raises:
        RunError: The path is a file.
    """

    def __init__(self, runs_dir: Path | None = None, executor: Executor | None = None) -> None:
        self.runs_dir = (runs_dir or default_runs_dir()).resolve()
        check_is_folder(self.runs_dir)
        with contextlib.suppress(OSError):
            self.runs_dir.mkdir(parents=True, exist_ok=True)
        self._executor: Executor = executor or choose_engine(self.runs_dir) or LocalExecutor()
        self._index = RunIndex(self.runs_dir)
        self._shelf = RecordShelf()
        self._look_again_at = 0.0
        if self.why_not_writable() is None:
            sweep(self.runs_dir, [summary.run_id for summary in self.list_runs() if not summary.status.is_active])

    def why_not_writable(self) -> str | None:
        """Return in one sentence why nothing can be started or changed here; None if it can. Cheap."""
        return why_not_writable(self.runs_dir)

    def record(self, run_id: str) -> RunRecord:
        """Return the record of a run.

        Raises:
            RunNotFoundError: There is no such run.
        """
        run_dir = self.runs_dir / run_id
        if not is_run_id(run_id) or not run_dir.is_dir():
            raise RunNotFoundError(f"run {run_id!r} does not exist in {self.runs_dir.name}/; `runs` lists those there")
        return self._shelf.get(run_dir)

    def list_runs(self) -> list[RunSummary]:
        """Return all runs, newest first."""
        return self._index.summaries()

    def refresh(self) -> list[RunSummary]:
        """Look for dead workers and free devices, act on them where that is possible, and return all runs.

        Where an engine does that, see to it that there is one.
        """
        summaries = self.list_runs()
        if not self._executor.decides:
            self._executor.tend()
            return summaries
        if time.monotonic() < self._look_again_at or not needs_dispatch(summaries, self.runs_dir, self._executor):
            return summaries
        try:
            if self.why_not_writable() is None:
                dispatch(self.runs_dir, self._executor, self._index, _LOOK_LOCK_SECONDS)
        except (OSError, RunError) as error:
            _log.warning("The queue was left as it is: %s", explain(error))
            self._look_again_at = time.monotonic() + _LOOK_AGAIN_SECONDS
        return self.list_runs()

    @property
    def trains_here(self) -> bool:
        """Whether this machine trains, and not an engine on others."""
        return self._executor.engine == LOCAL

    def engine(self) -> Engine:
        """Return what trains, its slots as last heard of, and what runs where.

        Raises:
            RunError: What is declared of how many runs share a device is not allowed.
        """
        return describe_engine(self.runs_dir, self._executor, self.list_runs())

    def list_slots(self, config: RunConfig) -> list[Slot]:
        """Return where a run with such settings may train, as last heard of; none where that is not known."""
        return list_known_slots(self.runs_dir, self._executor, config.training.device)

    def find_engine(self) -> Engine:
        """As `engine`, after asking it; its dispatcher is started if need be.

        Raises:
            RunError: It does not answer.
        """
        self._executor.slots()
        return self.engine()

    def logs(self, run_id: str) -> str:
        """Return the last lines that a run's worker wrote, wherever it is.

        Raises:
            RunNotFoundError: There is no such run.
        """
        return self._executor.logs(self.record(run_id).run_dir)

    def waiting(self) -> list[RunSummary]:
        """Return the queued runs, the next one first."""
        return queue_order(self.list_runs())

    @refuses_in_words
    def describe(self, run_id: str, *, name: str | None = None, note: str | None = None) -> None:
        """Give a run another name or note; None leaves it as it is.

        Raises:
            RunError: The name is empty or longer than 80 characters.
        """
        changes = {key: text.strip() for key, text in (("name", name), ("note", note)) if text is not None}
        if not 1 <= len(changes.get("name", "-")) <= 80:
            raise RunError(f"name {name!r} is not allowed; allowed: 1 to 80 characters")
        with self._index.locked():
            self._writable(run_id).change_meta(**changes)

    @refuses_in_words
    def delete(self, run_id: str) -> None:
        """Remove a run for good.

        Raises:
            RunError: It is active.
        """
        with self._index.locked() as summaries:
            record = self.record(run_id)
            status = next((summary.status.status for summary in summaries if summary.run_id == run_id), "failed")
            if status in ACTIVE:
                raise RunError(f"run {run_id} is {status}; allowed: stop it first, then delete it")
            self._shelf.drop(record.run_dir)
            hide_doomed(record.run_dir)
        remove_doomed(self.runs_dir)

    @refuses_in_words
    def slim(self, run_id: str) -> int:
        """Drop of a completed run what only training it on needs, and return how many bytes are free now.

        Its weights, predictions and curves stay. It cannot be extended any more, only forked.

        Raises:
            RunError: It is not completed, or its checkpoint is not readable.
        """
        with self._index.locked():
            return slim(self._writable(run_id))

    def _writable(self, run_id: str) -> RunRecord:
        """Return the record of a run that may be changed: not one of which this release knows only a part."""
        record = self.record(run_id)
        try:
            explanation = record.stored_config().explanation
        except RunError:
            return record  # what is damaged can still be stopped, named and deleted
        if explanation:
            raise RunError(f"run {run_id} can only be looked at: {explanation}")
        return record
