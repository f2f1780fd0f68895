"""Where workers run. Four calls; another engine joins behind the same four."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cifar_core.processes import count_oom_kills, start_detached
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import read_status
from cifar_core.runs.watch import HeartbeatWatch
from cifar_core.runs.workers import WORKER, find_worker, is_this_machines, is_worker_alive

_KEEP_MEMORY = ":".join(
    [
        "glibc.malloc.hugetlb=1",
        *(f"glibc.malloc.{name}={4 << 30}" for name in ("mmap_threshold", "trim_threshold")),
    ]
)


class Executor(Protocol):
    """Starts workers and knows whether they live."""

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start a worker on the run, which may go on with others of the same experiment, in this order."""

    def poll(self, run_dir: Path) -> bool:
        """Whether the run's worker is alive, as far as can be told."""

    def was_killed(self, run_dir: Path) -> bool:
        """Whether the system ended the run's worker, as it does where memory runs out, as far as can be told."""

    def cancel(self, run_dir: Path) -> None:
        """End the run's worker; it gets the chance to finish its step."""

    def logs(self, run_dir: Path) -> str:
        """Return the last lines of what the worker wrote."""


class LocalExecutor:
    """Workers as processes of their own on this machine. They outlive whoever started them."""

    def __init__(self) -> None:
        self._children: dict[tuple[Path, int], subprocess.Popen[bytes]] = {}  # by run and attempt
        self._watch = HeartbeatWatch()

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start `python -m cifar_core.runs.worker RUN_DIR ...` in a session of its own.

        Raises:
            OSError: It cannot be started.
        """
        attempt = read_status(run_dir).attempt
        with RunFiles(run_dir).log.open("ab") as log:
            words = [str(each.resolve()) for each in (run_dir, *then)]
            child = start_detached(WORKER, words, log, worker_environment())
        self._children[run_dir, attempt] = child

    def poll(self, run_dir: Path) -> bool:
        """Ask the child if it is ours, this machine's process table if it runs here, else watch its heartbeat."""
        try:
            status = read_status(run_dir)
        except RunError:
            return False
        child = self._children.get((run_dir, status.attempt))
        if child is not None:
            return child.poll() is None
        if is_this_machines(status):
            return is_worker_alive(run_dir, status)
        return not self._watch.is_silent(run_dir, status)

    def was_killed(self, run_dir: Path) -> bool:
        """Ask how the child ended if it is ours; else whether this system has killed for memory since the run began."""
        try:
            status = read_status(run_dir)
        except RunError:
            return False
        child = self._children.get((run_dir, status.attempt))
        if child is not None:
            return child.poll() == -signal.SIGKILL
        before, by_now = status.oom_kills, count_oom_kills()
        return is_this_machines(status) and before is not None and by_now is not None and by_now > before

    def cancel(self, run_dir: Path) -> None:
        """Send SIGTERM to the process that trains this very run, if there is one on this machine."""
        process = find_worker(run_dir, read_status(run_dir))
        if process is not None and process.pid != os.getpid():
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
