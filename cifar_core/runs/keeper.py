"""The status of a run as its worker keeps it: written only for as long as the run is this worker's."""

import socket
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from cifar_core.runs.executor import is_worker_alive
from cifar_core.runs.status import RunError, RunStatus, now, read_status, write_status

_HEARTBEAT_SECONDS = 2.0


class SupersededError(RuntimeError):
    """The run belongs to somebody else by now; this worker must not write any more."""


class StatusKeeper:
    """Writes the run's status for as long as this attempt owns it. Shared by the training and the heartbeat thread."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._lock = threading.Lock()
        self._status = read_status(run_dir)
        process = psutil.Process()
        if self._status.pid not in (None, process.pid) and is_worker_alive(self._status):
            raise SupersededError(f"process {self._status.pid} trains {run_dir.name} already")
        self.update(pid=process.pid, pid_started=process.create_time(), hostname=socket.gethostname())

    @property
    def status(self) -> RunStatus:
        """As last written here."""
        return self._status

    def update(self, **changes: Any) -> None:
        """Write the status with some fields replaced and a fresh heartbeat.

        Raises:
            SupersededError: A newer attempt owns the run.
        """
        with self._lock:
            self.check()
            self._status = self._status.model_copy(update={**changes, "heartbeat": now()})
            write_status(self._run_dir, self._status)

    def check(self) -> None:
        """Raise SupersededError if another worker owns the run, or somebody has given this one up."""
        try:
            current = read_status(self._run_dir)
        except RunError as error:
            raise SupersededError(str(error)) from error
        # The process counts as well as the attempt: nobody hinders a cluster from starting the same attempt twice.
        if _owner(current) != _owner(self._status) or current.status not in ("running", "paused"):
            raise SupersededError(f"attempt {self._status.attempt} of {self._run_dir.name} is no longer the owner")

    def start_heartbeat(self) -> None:
        """Write a sign of life every two seconds until the run ends or is somebody else's."""
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def _beat(self) -> None:
        while self._status.is_active:
            time.sleep(_HEARTBEAT_SECONDS)
            try:
                if self._status.is_active:
                    self.update()
            except SupersededError:
                return


def _owner(status: RunStatus) -> tuple[int, int | None, float | None, str]:
    return status.attempt, status.pid, status.pid_started, status.hostname
