"""All runs of one directory: submit, list, steer, name and delete."""

import contextlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.data import default_data_dir
from cifar_core.failures import explain
from cifar_core.runs.access import check_is_folder, default_runs_dir, refusal, refuses_in_words, why_not_writable
from cifar_core.runs.commands import CommandName, send_command
from cifar_core.runs.continuation import extend, resume
from cifar_core.runs.exceptions import RunError, RunNotFoundError
from cifar_core.runs.executor import Executor, LocalExecutor
from cifar_core.runs.index import RunIndex, RunSummary
from cifar_core.runs.leftovers import hide_doomed, remove_doomed, sweep
from cifar_core.runs.naming import is_run_id
from cifar_core.runs.queue import dispatch, find_device, needs_dispatch, queue_order, start_free
from cifar_core.runs.record import RunMeta, RunRecord
from cifar_core.runs.shelf import RecordShelf
from cifar_core.runs.status import ACTIVE, change_status, now
from cifar_core.runs.submission import (
    Fork,
    Submission,
    find_weights,
    list_experiment_runs,
    prepared_runs,
    published_runs,
)

_LARGEST_FACTOR = 100.0
_DISCARD_SECONDS = 10.0
# Whoever only looks does not wait long for those who decide, and leaves it to them for a while.
_LOOK_LOCK_SECONDS, _LOOK_AGAIN_SECONDS = 2.0, 20.0

_log = logging.getLogger(__name__)


class RunStore:
    """The runs in a directory. Holds what can be had anew: open records, and the executor's handles on its children.

    A folder that cannot be written can be looked at: whatever changes something raises RunError then.

    Raises:
        RunError: The path is a file.
    """

    def __init__(self, runs_dir: Path | None = None, executor: Executor | None = None) -> None:
        self.runs_dir = (runs_dir or default_runs_dir()).resolve()
        check_is_folder(self.runs_dir)
        with contextlib.suppress(OSError):
            self.runs_dir.mkdir(parents=True, exist_ok=True)
        self._executor: Executor = executor or LocalExecutor()
        self._index = RunIndex(self.runs_dir)
        self._shelf = RecordShelf()
        self._look_again_at = 0.0
        if self.why_not_writable() is None:
            sweep(self.runs_dir, [summary.run_id for summary in self.list_runs() if not summary.status.is_active])

    def why_not_writable(self) -> str | None:
        """Return in one sentence why nothing can be started or changed here; None if it can. Cheap."""
        return why_not_writable(self.runs_dir)

    @refuses_in_words
    def submit(
        self,
        config: RunConfig,
        *,
        name: str = "",
        preset: str | None = None,
        data_dir: Path | None = None,
        priority: int = 0,
        fork: Fork | None = None,
        is_demo: bool = False,
    ) -> str:
        """Put a run into the queue, start it if its device is free, and return its id.

        Args:
            config: Everything that decides the run.
            name: For people; the preset's, or the network's, if empty.
            preset: The name of the preset it started from.
            data_dir: Where its worker finds the data; $CIFAR_DATA_DIR or `data` if None.
            priority: Higher runs first.
            fork: Start from these weights instead of new ones.
            is_demo: Nobody asked for it: it gives way to others, and no statistic counts it.

        Raises:
            RunError: The weights to start from are not there, or belong to another network; or the run cannot be
                written or started. Then nothing of it remains.
        """
        start = None if fork is None else find_weights(self.record(fork.run_id), fork, config)
        meta = RunMeta(
            name=name.strip() or preset or config.model.name,
            preset=preset,
            data_dir=str((data_dir or default_data_dir()).resolve()),
            priority=priority,
            forked_from=None if fork is None else fork.run_id,
            is_demo=is_demo,
            created_at=now(),
        )
        return self._submit([(config, meta, start)])[0]

    @refuses_in_words
    def submit_experiment(
        self, experiment: str, configs: Sequence[tuple[str, RunConfig]], *, data_dir: Path | None = None
    ) -> list[str]:
        """Put the runs of an experiment into the queue, all or none, and return their ids in the same order.

        One process trains them one after another, so that torch is imported once.

        Args:
            experiment: Its id.
            configs: Name and settings of each.
            data_dir: Where their worker finds the data; $CIFAR_DATA_DIR or `data` if None.

        Raises:
            RunError: They cannot be written or started. Then nothing of them remains.
        """
        return self._submit(list_experiment_runs(experiment, configs, data_dir or default_data_dir()))

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
        """Look for dead workers and free devices, act on them where that is possible, and return all runs."""
        summaries = self.list_runs()
        if time.monotonic() < self._look_again_at or not needs_dispatch(summaries, self.runs_dir, self._executor):
            return summaries
        try:
            if self.why_not_writable() is None:
                dispatch(self.runs_dir, self._executor, self._index, _LOOK_LOCK_SECONDS)
        except (OSError, RunError) as error:
            _log.warning("The queue was left as it is: %s", explain(error))
            self._look_again_at = time.monotonic() + _LOOK_AGAIN_SECONDS
        return self.list_runs()

    def waiting(self) -> list[RunSummary]:
        """Return the queued runs, the next one first."""
        return queue_order(self.list_runs())

    def queue_position(self, run_id: str) -> int | None:
        """Return how many runs wait before this one, plus one; None if it does not wait."""
        waiting = [summary.run_id for summary in self.waiting()]
        return waiting.index(run_id) + 1 if run_id in waiting else None

    @refuses_in_words
    def pause(self, run_id: str) -> None:
        """Hold a running run after its present step."""
        self._steer(run_id, "pause")

    @refuses_in_words
    def unpause(self, run_id: str) -> None:
        """Let a paused run go on."""
        self._steer(run_id, "resume")

    @refuses_in_words
    def stop(self, run_id: str) -> None:
        """End a run after its present step and keep what it has; take a waiting one out of the queue.

        Raises:
            RunError: The run has ended already.
        """
        record = self._writable(run_id)
        if not self._is_training(record):
            with self._index.locked():
                status = record.status().status
                if status in ACTIVE and not self._is_training(record):
                    message = "Removed from the queue." if status == "queued" else "Its worker had ended before."
                    change_status(record.run_dir, status="stopped", message=message, finished_at=now())
                    return
        self._steer(run_id, "stop")

    @refuses_in_words
    def discard(self, run_id: str) -> None:
        """End a run at once, without a last look at test, and delete it.

        Raises:
            RunError: Its worker does not end within ten seconds; it is stopped then, and can be deleted later.
        """
        with self._index.locked():
            record = self.record(run_id)
            if record.status().is_active:
                self._executor.cancel(record.run_dir)
                # A worker whose run is no longer its own writes nothing more.
                change_status(record.run_dir, status="stopped", message="Discarded.", finished_at=now())
        until = time.monotonic() + _DISCARD_SECONDS
        while self._executor.poll(record.run_dir):
            if time.monotonic() > until:
                raise RunError(f"run {run_id} is stopped, but its worker has not ended yet; delete it on Runs later")
            time.sleep(0.05)
        self.delete(run_id)

    @refuses_in_words
    def resume_run(self, run_id: str) -> None:
        """Queue a stopped, failed or lost run again; it continues from its last finished epoch.

        Raises:
            RunError: The run is active, completed or diverged, or its record is not readable.
        """
        find_device(self.record(run_id).config())
        with self._index.locked():
            resume(self.record(run_id), self._start)

    @refuses_in_words
    def change_learning_rate(self, run_id: str, factor: float) -> None:
        """Multiply a running run's scheduled learning rate from its next step on.

        Raises:
            RunError: The run is not active, or the factor is not allowed.
        """
        if not 0 < factor <= _LARGEST_FACTOR:
            raise RunError(f"factor {factor:g} is not allowed; allowed: above 0, up to {_LARGEST_FACTOR:g}")
        self._steer(run_id, "learning_rate", factor=factor)

    @refuses_in_words
    def extend(self, run_id: str, num_epochs: int) -> None:
        """Queue an ended run for so many epochs more; it continues from its last finished epoch.

        Raises:
            RunError: It is active, never finished an epoch, or diverged; or the number is not allowed.
        """
        find_device(self.record(run_id).config())
        with self._index.locked():
            extend(self.record(run_id), num_epochs, self._start)

    @refuses_in_words
    def put_first(self, run_id: str) -> None:
        """Let a queued run be the next one.

        Raises:
            RunError: It does not wait.
        """
        with self._index.locked() as summaries:
            waiting = queue_order(summaries)
            if run_id not in [summary.run_id for summary in waiting]:
                raise RunError(f"run {run_id} does not wait; allowed: a queued run")
            self._writable(run_id).change_meta(priority=waiting[0].priority + 1)

    def stop_all(self) -> int:
        """Stop every run that is active, the waiting ones first so that none of them starts; return how many."""
        active = [summary for summary in self.list_runs() if summary.status.status in ACTIVE]
        for summary in sorted(active, key=lambda summary: summary.status.status != "queued"):
            with contextlib.suppress(RunError):  # it ended by itself meanwhile
                self.stop(summary.run_id)
        return len(active)

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

    def _submit(self, wanted: Sequence[Submission]) -> list[str]:
        """Queue runs, all or none, and start what is due; return their ids."""
        for config, _, _ in wanted:
            find_device(config)  # may import torch, for seconds: not while others wait for the lock
        with (
            prepared_runs(self.runs_dir, wanted) as hidden,
            self._index.locked(),
            published_runs(hidden, self.runs_dir) as run_dirs,
        ):
            self._start(*run_dirs)
        return [run_dir.name for run_dir in run_dirs]

    def _start(self, *run_dirs: Path) -> None:
        """Start what is due; raise RunError if one of these is, and cannot be started."""
        refused = start_free(self.runs_dir, self._executor, self.list_runs())
        for error in filter(None, (refused.get(run_dir.name) for run_dir in run_dirs)):
            raise refusal(self.runs_dir, error) from error

    def _is_training(self, record: RunRecord) -> bool:
        """Whether a worker has the run, as far as can be told."""
        return record.status().status in ("running", "paused") and self._executor.poll(record.run_dir)

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

    def _steer(self, run_id: str, command: CommandName, **arguments: float) -> None:
        record = self._writable(run_id)
        status = record.status()
        if not status.is_active:
            raise RunError(f"run {run_id} is {status.status}; allowed: only an active run can be told to {command}")
        send_command(record.run_dir, command, **arguments)
