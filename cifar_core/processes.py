"""Processes that outlive whoever started them, and what a process may have."""

import ctypes
import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from cifar_core.forking import ForkedProcess, start_forked

# Of the package: what is started finds the same one, whichever folder it is started in.
PACKAGE_ROOT = Path(__file__).resolve().parents[1]
# A session of the dashboard holds some three files, macOS allows 256 unless it is asked.
_MANY_FILES = 8192
# How far trainings give way to pages, and what is only derived from them to trainings: the share of a core that is left
# beside somebody who wants all of it is a quarter, and a tenth.
NICE_TRAINING, NICE_DERIVING = 5, 10
# How many CPU threads a process was given, in an environment variable: beside others it has not all cores.
GIVEN_THREADS = "CIFAR_THREADS"
# How a child ended that the system killed; the signal's name is missing on Windows.
KILLED = -9
# Where Linux counts them: of the machine, and of a container.
_OOM_COUNTS = ("/proc/vmstat", "/sys/fs/cgroup/memory.events")

# Names the process that another one ends with; and what Linux calls that.
_STARTER = "CIFAR_STARTER_PID"
_PR_SET_PDEATHSIG = 1

# What starts in the background: a child of this process, or of a fork server.
StartedProcess = subprocess.Popen[bytes] | ForkedProcess

_log = logging.getLogger(__name__)


def start_detached(
    module: str,
    arguments: Sequence[str],
    log: BinaryIO,
    environment: Mapping[str, str] | None = None,
    *,
    gives_way: bool = True,
) -> StartedProcess:
    """Start `python -m MODULE ARGUMENTS` in a session of its own, and return it.

    It goes on when this process ends. While this one lives, a thread waits for it, or it would stay behind as a zombie
    when it ends. Where a fork server is kept (`cifar_core.forking`), it begins with its imports done.

    Args:
        module: By its full name.
        arguments: Words of the command line.
        log: What it writes goes here.
        environment: All of its variables; this process's own if None. The package's root is put on its path.
        gives_way: Whether it lets pages first, as all do that a fork server makes.

    Raises:
        OSError: It cannot be started.
    """
    variables = with_package(os.environ if environment is None else environment)
    if gives_way and (forked := start_forked(module, arguments, log, variables)) is not None:
        return forked
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env=variables,
    )
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()
    return process


def start_tied(
    module: str, arguments: Sequence[str], log: BinaryIO, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start `python -m MODULE ARGUMENTS`, which ends when the thread ends that called, however that comes about.

    Its module has to call `end_with_starter` as its first act.

    Args:
        module: By its full name.
        arguments: Words of the command line.
        log: What it writes goes here.
        environment: All of its variables. The package's root is put on its path.

    Raises:
        OSError: It cannot be started.
    """
    variables = with_package(environment) | {_STARTER: str(os.getpid())}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables)


def end_with_starter() -> None:
    """Have this process killed as soon as whoever started it has died, if that one asked for it by `start_tied`."""
    starter = os.environ.pop(_STARTER, None)
    if starter is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(starter):  # it died before that
            os.kill(os.getpid(), signal.SIGKILL)
    else:
        threading.Thread(target=_watch_starter, args=(int(starter),), name="starter", daemon=True).start()


def _watch_starter(pid: int) -> None:
    """Where the system offers nothing of the kind."""
    while os.getppid() == pid:
        time.sleep(1.0)
    os._exit(1)


def with_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables by which a process finds this package, whichever folder it is started in."""
    path = environment.get("PYTHONPATH", "").split(os.pathsep)
    if path[0] != str(PACKAGE_ROOT):  # else whoever was started so hands it on as it is
        path = [str(PACKAGE_ROOT), *filter(None, path)]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}


def count_oom_kills() -> int | None:
    """Return how many processes this system, and this container, has killed for memory; None if it won't say."""
    lines = [line for path in _OOM_COUNTS for line in _lines_of(path)]
    counts = [int(count) for name, _, count in (line.partition(" ") for line in lines) if name == "oom_kill"]
    return sum(counts) if counts else None


def _lines_of(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []


def let_others_first(niceness: int) -> None:
    """Let other processes of this machine have the cores first; who has it alone is as fast as before.

    What a process starts begins where it is: one that gives way already gives way no further.
    Windows has no such number.
    """
    if os.name != "nt":
        os.nice(max(0, niceness - os.nice(0)))


def allow_many_files(wanted: int = _MANY_FILES) -> int | None:
    """Raise the number of files that this process may hold open, as far as the system lets it.

    Returns:
        How many it may hold now; None where there is no such limit to ask for (Windows).
    """
    if os.name == "nt":
        return None
    resource = importlib.import_module("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        if 0 <= soft < wanted:
            _log.warning("At most %d files can be open at once: many open pages at a time may be refused.", soft)
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError) as error:
        _log.warning("At most %d files can be open at once, and asking for more failed: %s.", soft, error)
        return soft
    return most
