"""Which process of this machine trains a run.

A number alone names no process: it may mean another one by now, and a copy of a run's folder carries the number of the
original's worker. What counts is that the process was started on this very folder. No clock is asked.
"""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil

from cifar_core.runs.status import RunStatus

# What a worker's command line names, and then the run's folder.
WORKER = "cifar_core.runs.worker"

# Folders of the runs that this process trains itself, whatever its command line says.
_own: set[Path] = set()


def claim(run_dir: Path) -> None:
    """Let this process count as the worker of a run."""
    _own.add(run_dir.resolve())


def release(run_dir: Path) -> None:
    """Let this process no longer count as the worker of a run."""
    _own.discard(run_dir.resolve())


def is_this_machines(status: RunStatus) -> bool:
    """Whether a run's worker is, or was, on this machine, as far as the status says."""
    return status.hostname in ("", socket.gethostname())


def is_worker_alive(run_dir: Path, status: RunStatus) -> bool:
    """Whether a process of this machine trains the run."""
    return find_worker(run_dir, status) is not None


def find_worker(run_dir: Path, status: RunStatus) -> psutil.Process | None:
    """Return the process that trains a run on this machine, None if there is none.

    A worker tells its number about a second after it was started. Until then all processes are asked.
    """
    if not is_this_machines(status):
        return None
    for process in _candidates(status.pid):
        try:
            if _trains(process, run_dir):
                return process
        except psutil.AccessDenied:
            if status.pid is not None and _started_then(process, status):
                return process
        except psutil.NoSuchProcess:  # a zombie, too
            continue
    return None


def _candidates(pid: int | None) -> Iterable[psutil.Process]:
    if pid is None:
        return psutil.process_iter()
    try:
        return [psutil.Process(pid)]
    except psutil.Error:
        return []


def _trains(process: psutil.Process, run_dir: Path) -> bool:
    if process.pid == os.getpid() and run_dir.resolve() in _own:
        return True
    words = [word for word in process.cmdline() if word]
    return WORKER in words and any(_is_same_folder(process, word, run_dir) for word in words[words.index(WORKER) + 1 :])


def _is_same_folder(process: psutil.Process, word: str, run_dir: Path) -> bool:
    """By what the file system says, however the path is written; a copy is another folder."""
    path = Path(word) if Path(word).is_absolute() else Path(process.cwd()) / word
    try:
        return path.samefile(run_dir)
    except OSError:
        return False


def _started_then(process: psutil.Process, status: RunStatus) -> bool:
    """Where a process hides its command line, e.g. another person's, its start has to do."""
    try:
        return status.pid_started is not None and abs(process.create_time() - status.pid_started) < 1
    except psutil.Error:
        return False
