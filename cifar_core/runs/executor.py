"""Where workers run. Four calls; another engine joins behind the same four."""

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Protocol

import psutil

from cifar_core.processes import start_detached
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import RunError, RunStatus, now, read_status

# A worker tells its pid a second after it was started; until then, and from other hosts, its heartbeat must do.
_SILENCE_SECONDS = 60.0
# Five heartbeats: who wrote so lately lives.
_RECENT_SECONDS = 10.0
_KEEP_MEMORY = ":".join(
    [
        "glibc.malloc.hugetlb=1",
        *(f"glibc.malloc.{name}={4 << 30}" for name in ("mmap_threshold", "trim_threshold")),
    ]
)


class Executor(Protocol):
    """Starts workers and knows whether they live."""

    def submit(self, run_dir: Path) -> None:
        """Start a worker on the run."""

    def poll(self, run_dir: Path) -> bool:
        """Whether the run's worker is alive, as far as can be told."""

    def cancel(self, run_dir: Path) -> None:
        """End the run's worker; it gets the chance to finish its step."""

    def logs(self, run_dir: Path) -> str:
        """Return the last lines of what the worker wrote."""


class LocalExecutor:
    """Workers as processes of their own on this machine. They outlive whoever started them."""

    def __init__(self) -> None:
        self._children: dict[tuple[Path, int], subprocess.Popen[bytes]] = {}  # by run and attempt

    def submit(self, run_dir: Path) -> None:
        """Start `python -m cifar_core.runs.worker RUN_DIR` in a session of its own."""
        with RunFiles(run_dir).log.open("ab") as log:
            child = start_detached("cifar_core.runs.worker", [str(run_dir.resolve())], log, worker_environment())
        self._children[run_dir, read_status(run_dir).attempt] = child

    def poll(self, run_dir: Path) -> bool:
        """Ask the child if it is ours, the process table if it is this machine's, the heartbeat otherwise."""
        try:
            status = read_status(run_dir)
        except RunError:
            return False
        child = self._children.get((run_dir, status.attempt))
        if child is not None and child.poll() is not None:
            return False
        if status.pid is not None and status.hostname == socket.gethostname():
            return is_worker_alive(status)
        return now() - (status.heartbeat or 0) < _SILENCE_SECONDS

    def cancel(self, run_dir: Path) -> None:
        """Send SIGTERM, if the pid is still that worker."""
        process = worker_process(RunRecord(run_dir).status())
        if process is not None:
            process.send_signal(signal.SIGTERM)

    def logs(self, run_dir: Path) -> str:
        """Return the tail of the run's log."""
        return RunRecord(run_dir).log_tail()


def worker_environment() -> dict[str, str]:
    """Return the environment variables of a worker: this process's own, and what lets it train well.

    glibc gives large blocks back to the system when they are freed, and each training step would have the same
    megabytes mapped and cleared anew, in pages of 4 kB. A worker keeps what it has freed, in huge pages where the
    system has them. Only glibc reads this variable; a value that somebody has set stays.
    """
    return {"GLIBC_TUNABLES": _KEEP_MEMORY, **os.environ}


def worker_process(status: RunStatus) -> psutil.Process | None:
    """Return the worker's live process; None if it is gone or its pid means another process by now."""
    process = _live_process(status)
    return process if process is not None and _started_then(process, status) else None


def is_worker_alive(status: RunStatus) -> bool:
    """Whether the worker lives on this machine.

    Start times are reckoned from the clock. Where that was set meanwhile (a virtual machine woke up), they are off by
    as much, so a process with the right number and a fresh heartbeat is believed.
    """
    process = _live_process(status)
    if process is None:
        return False
    return _started_then(process, status) or now() - (status.heartbeat or 0) < _RECENT_SECONDS


def _live_process(status: RunStatus) -> psutil.Process | None:
    if status.pid is None or status.hostname != socket.gethostname():
        return None
    try:
        process = psutil.Process(status.pid)
        return process if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _started_then(process: psutil.Process, status: RunStatus) -> bool:
    try:
        return status.pid_started is not None and abs(process.create_time() - status.pid_started) < 1
    except psutil.NoSuchProcess:
        return False
