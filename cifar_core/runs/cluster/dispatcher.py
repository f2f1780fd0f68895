"""The one process that decides about the queue of a runs folder on a cluster.

All it knows, it reads from the directories: one that comes after it was killed takes up what they say.
"""

import logging
from pathlib import Path

from cifar_core.failures import explain
from cifar_core.runs.cluster.tasks import TaskExecutor, Tasks
from cifar_core.runs.commands import is_discarded
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.index import RunIndex, RunSummary
from cifar_core.runs.ownership import QueueNote, may_take, write_note
from cifar_core.runs.queue import end_unstarted, start_free

_log = logging.getLogger(__name__)


class Dispatcher:
    """Looks at the runs, and has the engine do what is due. Nothing of it outlives it but what the directories say."""

    def __init__(self, runs_dir: Path, tasks: Tasks, owner: str) -> None:
        self._runs_dir = runs_dir
        self._tasks = tasks
        self._owner = owner
        self._executor = TaskExecutor(tasks)
        self._index = RunIndex(runs_dir)
        self._num_beats = 0
        self._problem = ""

    def beat(self) -> bool:
        """Say that the queue has an owner, what there is to train on, and which runs are looked after.

        Returns:
            Whether it is this dispatcher's: another engine may own the queue, and live.
        """
        self._num_beats += 1
        note = QueueNote(
            engine=self._tasks.name,
            owner=self._owner,
            beat=self._num_beats,
            slots=tuple(self._executor.look_at_nodes()),
            runs=tuple(self._executor.living()),
            problem=self._problem,
        )
        if not may_take(self._runs_dir, note):
            return False
        try:
            write_note(self._runs_dir, note)
        except OSError as error:
            _log.warning("The dispatcher's note cannot be written: %s", explain(error))
        return True

    def look(self) -> None:
        """Do what is due: end what is to end, take up what is nobody's, mark what is lost, start what may start."""
        try:
            with self._index.locked() as summaries:
                self._obey(summaries)
                self._take_up(self._index.summaries())
                start_free(self._runs_dir, self._executor, self._index.summaries())
                ended = [summary.run_id for summary in self._index.summaries() if not summary.status.is_active]
                self._executor.forget_ended(ended)
            self._problem = ""
        except (OSError, RunError) as error:
            self._problem = f"The dispatcher on {self._owner} leaves the queue as it is: {explain(error)}"
            _log.warning("%s", self._problem)

    def _obey(self, summaries: list[RunSummary]) -> None:
        """End runs whose end is wanted by somebody who may not write it."""
        for summary in summaries:
            run_dir = self._runs_dir / summary.run_id
            if summary.status.is_active and is_discarded(run_dir):
                self._executor.cancel(run_dir)
            elif summary.status.status == "queued":
                end_unstarted(run_dir)

    def _take_up(self, summaries: list[RunSummary]) -> None:
        """Go on with runs of this engine's that no task of this dispatcher's trains: an earlier one's."""
        for summary in summaries:
            status = summary.status
            is_mine = status.status in ("running", "paused") and status.engine == self._tasks.name
            if is_mine and not self._executor.has(summary.run_id):
                _log.info("Run %s is taken up", summary.run_id)
                self._executor.submit(self._runs_dir / summary.run_id)
