"""All runs of one directory: submit and steer them."""

import contextlib
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.data import default_data_dir
from cifar_core.runs.access import refusal, refuses_in_words
from cifar_core.runs.commands import CommandName, send_command
from cifar_core.runs.continuation import Ending, extend, look_at_test, resume, take_back
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.fairness import priority_of_first
from cifar_core.runs.queue import find_slots, may_decide, queue_order, start_free
from cifar_core.runs.record import RunMeta, RunRecord
from cifar_core.runs.register import RunRegister
from cifar_core.runs.status import ACTIVE, change_status, now
from cifar_core.runs.submission import (
    Fork,
    Submission,
    begin_fork,
    list_experiment_runs,
    locate_data,
    prepared_runs,
    published_runs,
)

_LARGEST_FACTOR = 100.0
_DISCARD_SECONDS = 10.0


class RunStore(RunRegister):
    """The runs in a directory, to submit and steer.

    Holds what can be had anew: open records, and the executor's handles on its children.
    """

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
        owner: str = "",
    ) -> str:
        """Put a run into the queue, start it if its device is free, and return its id.

        Args:
            config: Everything that decides the run.
            name: For people; the preset's, or the network's, if empty.
            preset: The name of the preset it started from.
            data_dir: Where its worker finds the data; $CIFAR_DATA_DIR or `data` if None.
            priority: Higher runs first among those of its owner.
            fork: Start from these weights instead of new ones.
            is_demo: Nobody asked for it: it gives way to others, and no statistic counts it.
            owner: Whose it is, as `clean_name` returns it; empty: nobody's.

        Raises:
            RunError: The weights to start from are not there, or belong to another network; or the run cannot be
                written or started. Then nothing of it remains.
        """
        start, origin = (None, {}) if fork is None else begin_fork(self.record(fork.run_id), fork, config)
        meta = RunMeta(
            name=name.strip() or preset or config.model.name,
            preset=preset,
            **locate_data(data_dir or default_data_dir()),
            priority=priority,
            **origin,
            is_demo=is_demo,
            owner=owner,
            created_at=now(),
        )
        return self._submit([(config, meta, start)])[0]

    @refuses_in_words
    def submit_experiment(
        self,
        experiment: str,
        configs: Sequence[tuple[str, RunConfig]],
        *,
        data_dir: Path | None = None,
        park_after: int | None = None,
        owner: str = "",
    ) -> list[str]:
        """Put the runs of an experiment into the queue, all or none, and return their ids in the same order.

        One process trains them one after another, so that torch is imported once.

        Args:
            experiment: Its id.
            configs: Name and settings of each.
            data_dir: Where their worker finds the data; $CIFAR_DATA_DIR or `data` if None.
            park_after: Park each once so many epochs are done; never if None.
            owner: Whose they are; empty: nobody's.

        Raises:
            RunError: They cannot be written or started. Then nothing of them remains.
        """
        meta = RunMeta(
            **locate_data(data_dir or default_data_dir()),
            experiment=experiment,
            park_after=park_after,
            owner=owner,
        )
        return self._submit(list_experiment_runs(meta, configs))

    @refuses_in_words
    def pause(self, run_id: str) -> None:
        """Hold a running run after its present step."""
        self._steer(run_id, "pause")

    @refuses_in_words
    def unpause(self, run_id: str) -> None:
        """Let a paused run go on, and one that was told to park."""
        self._steer(run_id, "resume")

    @refuses_in_words
    def stop(self, run_id: str) -> None:
        """End a run after its present step and keep what it has; take a waiting one out of the queue.

        Raises:
            RunError: The run has ended already.
        """
        if not self._end_without_worker(run_id, "stopped"):
            self._steer(run_id, "stop")

    @refuses_in_words
    def park(self, run_id: str) -> None:
        """End a run after its present epoch, without a look at test, and free its device; resumed, it goes on.

        One that waits leaves the queue at once. In its last epoch a run just ends.

        Raises:
            RunError: The run has ended already.
        """
        if not self._end_without_worker(run_id, "parked"):
            self._steer(run_id, "park")

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
            if self._executor.decides and record.status().is_active:
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
        """Queue a parked, stopped, failed or lost run again; it continues from its last finished epoch to its end.

        Raises:
            RunError: The run is active, completed or diverged, or its record is not readable.
        """
        self.resume_runs([run_id])

    @refuses_in_words
    def resume_runs(self, run_ids: Sequence[str], until: int | None = None) -> None:
        """Queue such runs again, all or none; those of one experiment are trained by one process.

        Args:
            run_ids: Theirs.
            until: Park them once so many epochs are done; not before their end if None.

        Raises:
            RunError: As `resume_run`, of any of them.
        """
        for run_id in run_ids:
            find_slots(self.record(run_id).config(), self._executor)
        with self._index.locked():
            resume([self.record(run_id) for run_id in run_ids], self._start, until)

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
        find_slots(self.record(run_id).config(), self._executor)
        with self._index.locked():
            extend(self.record(run_id), num_epochs, self._start)

    @refuses_in_words
    def look_at_test(self, run_id: str) -> None:
        """Queue a completed run that has not looked at test, to do just that; it is counted.

        Raises:
            RunError: It is not completed, has looked at test already, or its record is not readable.
        """
        find_slots(self.record(run_id).config(), self._executor)
        with self._index.locked():
            look_at_test(self.record(run_id), self._start)

    @refuses_in_words
    def put_first(self, run_id: str) -> None:
        """Let a queued run be the next one of its owner's.

        Raises:
            RunError: It does not wait.
        """
        with self._index.locked() as summaries:
            priority = priority_of_first(run_id, queue_order(summaries))
            self._writable(run_id).change_meta(priority=priority)

    def stop_all(self, run_ids: Collection[str] | None = None) -> int:
        """Stop every run that is active, the waiting ones first so that none of them starts; return how many.

        Args:
            run_ids: Of those alone that may be stopped; None: of all.
        """
        active = [summary for summary in self.list_runs() if summary.status.status in ACTIVE]
        active = [summary for summary in active if run_ids is None or summary.run_id in run_ids]
        for summary in sorted(active, key=lambda summary: summary.status.status != "queued"):
            with contextlib.suppress(RunError):  # it ended by itself meanwhile
                self.stop(summary.run_id)
        return len(active)

    def _submit(self, wanted: Sequence[Submission]) -> list[str]:
        """Queue runs, all or none, and start what is due; return their ids."""
        for config, _, _ in wanted:
            find_slots(config, self._executor)  # may import torch, for seconds: not while others wait for the lock
        with (
            prepared_runs(self.runs_dir, wanted) as hidden,
            self._index.locked(),
            published_runs(hidden, self.runs_dir) as run_dirs,
        ):
            self._start(*run_dirs)
        return [run_dir.name for run_dir in run_dirs]

    def _start(self, *run_dirs: Path) -> None:
        """Start what is due, or tell the engine; raise RunError if one of these is, and cannot be started."""
        if not self._executor.decides:
            for run_dir in run_dirs:
                self._executor.submit(run_dir)
            return
        refused = start_free(self.runs_dir, self._executor, self.list_runs())
        for error in filter(None, (refused.get(run_dir.name) for run_dir in run_dirs)):
            raise refusal(self.runs_dir, error) from error

    def _end_without_worker(self, run_id: str, status: Ending) -> bool:
        """Note the end of a run that waits, or whose worker is gone, if this process decides; return whether it did."""
        record = self._writable(run_id)
        if self._is_training(record):
            return False
        with self._index.locked() as summaries:
            before = record.status().status
            if before not in ACTIVE or self._is_training(record):
                return False
            if not may_decide(self.runs_dir, self._executor, summaries):
                return False
            if take_back(record, status):
                return True
            message = "Removed from the queue." if before == "queued" else "Its worker had ended before."
            change_status(record.run_dir, status=status, message=message, finished_at=now())
            return True

    def _is_training(self, record: RunRecord) -> bool:
        """Whether a worker has the run, as far as can be told."""
        return record.status().status in ("running", "paused") and self._executor.poll(record.run_dir)

    def _steer(self, run_id: str, command: CommandName, **arguments: float) -> None:
        record = self._writable(run_id)
        status = record.status()
        if not status.is_active:
            raise RunError(f"run {run_id} is {status.status}; allowed: only an active run can be told to {command}")
        send_command(record.run_dir, command, **arguments)
        if not self._executor.decides and status.status == "queued":
            self._executor.submit(record.run_dir)
