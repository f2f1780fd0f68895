"""The status of a run as its worker keeps it: written only for as long as the run is this worker's."""

import logging
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from cifar_core.failures import explain
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.status import RunStatus, insist_on_status, now, read_status, write_status
from cifar_core.runs.workers import claim, is_this_machines, is_worker_alive

_HEARTBEAT_SECONDS = 2.0
# How long a worker that is done tries to say so.
_END_SECONDS = 60.0
_AGAIN_SECONDS = 1.0

_log = logging.getLogger("cifar_core.worker")


class SupersededError(RuntimeError):
    """The run belongs to somebody else by now; this worker must not write any more."""


class StatusKeeper:
    """Writes the run's status for as long as this attempt owns it. Shared by the training and the heartbeat thread."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._writing = threading.Lock()
        self._changing = threading.Lock()  # never held while a disk is waited for
        self._heartbeat: threading.Thread | None = None
        self._is_noted = threading.Event()
        self._status = read_status(run_dir)
        self._owner_on_disk = _owner(self._status)
        self._has_complained = False
        process = psutil.Process()
        if _is_taken(run_dir, self._status):
            raise SupersededError(f"process {self._status.pid} of {self._status.hostname} has {run_dir.name} already")
        claim(run_dir)
        self.update(pid=process.pid, pid_started=process.create_time(), hostname=socket.gethostname())

    @property
    def status(self) -> RunStatus:
        """As last written here, or to be written as soon as that works again."""
        return self._status

    def update(self, **changes: Any) -> None:
        """Write the status with some fields replaced and a fresh heartbeat; what cannot be written comes with the next.

        Raises:
            SupersededError: A newer attempt owns the run.
        """
        with self._writing:
            self.check()
            status = self._change(**changes)
            try:
                write_status(self._run_dir, status)
            except OSError as error:
                self._complain(error)
            else:
                self._owner_on_disk, self._has_complained = _owner(status), False

    def note(self, **changes: Any) -> None:
        """Replace some fields of the status, which the heartbeat's thread writes at once: a training waits for no disk.

        Without such a thread it is written here.

        Raises:
            SupersededError: A newer attempt owns the run. The thread tells nobody; `check` does.
        """
        if self._heartbeat is None:
            self.update(**changes)
        else:
            self._change(**changes)
            self._is_noted.set()

    def end(self, **changes: Any) -> None:
        """Write how the run ended, and do not let go before that is done or has failed for a minute.

        Raises:
            SupersededError: A newer attempt owns the run.
            OSError: It cannot be written.
        """
        until = time.monotonic() + _END_SECONDS
        with self._writing:
            self.check()
            status = self._change(**changes)
            while True:
                try:
                    return insist_on_status(self._run_dir, status)
                except OSError as error:
                    self._complain(error)
                    if time.monotonic() > until:
                        raise
                time.sleep(_AGAIN_SECONDS)

    def check(self) -> None:
        """Raise SupersededError if another worker owns the run, or somebody has given this one up."""
        try:
            current = read_status(self._run_dir)
        except RunError as error:
            if not _may_pass(error):
                raise SupersededError(str(error)) from error
            self._complain(error)
            return
        # The process counts as well as the attempt: nobody hinders a cluster from starting the same attempt twice.
        is_mine = _owner(current) in (self._owner_on_disk, _owner(self._status))
        if not is_mine or current.status not in ("running", "paused"):
            raise SupersededError(f"attempt {self._status.attempt} of {self._run_dir.name} is no longer the owner")

    def start_heartbeat(self) -> None:
        """Write what is noted, and a sign of life every two seconds, until the run ends or is somebody else's."""
        self._heartbeat = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heartbeat.start()

    def _beat(self) -> None:
        while self._status.is_active:
            self._is_noted.wait(_HEARTBEAT_SECONDS)
            self._is_noted.clear()
            try:
                if self._status.is_active:
                    self.update()
            except SupersededError:
                return

    def _change(self, **changes: Any) -> RunStatus:
        with self._changing:
            self._status = self._status.model_copy(update={**changes, "heartbeat": now()})
            return self._status

    def _complain(self, error: Exception) -> None:
        """Once, however long it lasts: the log may lie on the same disk."""
        if not self._has_complained:
            self._has_complained = True
            _log.warning("The status cannot be written or read, and is tried again: %s", explain(error))


def _is_taken(run_dir: Path, status: RunStatus) -> bool:
    """Whether this attempt has a worker: whoever wants to go on in its place raises the number.

    Of another machine nobody here knows whether it lives.
    """
    if status.pid is None:
        return False
    if not is_this_machines(status):
        return True
    return status.pid != os.getpid() and is_worker_alive(run_dir, status)


def _owner(status: RunStatus) -> tuple[int, int | None, float | None, str]:
    return status.attempt, status.pid, status.pid_started, status.hostname


def _may_pass(error: RunError) -> bool:
    """Whether a status cannot be read for a reason that says nothing of who owns the run: a network drive hangs."""
    cause = error.__cause__
    return isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError | NotADirectoryError)
