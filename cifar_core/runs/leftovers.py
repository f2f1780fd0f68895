"""What dead processes left: half-made runs, half-deleted ones, files that were being written.

Of paths as text: there may be thousands of runs, and those of pathlib take several times as long.
"""

import os
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from cifar_core.files import TEMPORARY
from cifar_core.runs.layout import list_folders
from cifar_core.runs.naming import is_run_id

# What earlier releases kept beside the runs, and this one on the machine's own disk.
_FORMER = ("index.sqlite", ".index.lock", ".queue.lock", ".heartbeats.json")
BEGUN = ".new-"
# Whose time is that of the latest sweep.
_SWEPT = ".swept"
DELETED = ".deleted-"
# Who writes a file touches it all the time; a clock of the file server may be off by some minutes.
_OLD_SECONDS = 3600.0
# Whether pages write as well as workers, of the folders that `list_folders` names: there goes only what is old.
_ARE_SHARED = (True, False, False, True)


def begun_name() -> str:
    """Return a hidden name for a run that this process makes."""
    return f"{BEGUN}{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"


def hide_doomed(run_dir: Path) -> None:
    """Put a run out of sight, so that its name is gone at once, whatever happens while it is removed."""
    run_dir.rename(run_dir.with_name(f"{DELETED}{run_dir.name}-{time.time_ns()}"))


def remove_doomed(runs_dir: Path) -> None:
    """Remove what was put out of sight, also what an earlier deletion could not finish."""
    for name in _names(runs_dir):
        if name.startswith(DELETED):
            shutil.rmtree(runs_dir / name, ignore_errors=True)


def sweep(runs_dir: Path, ended: Iterable[str]) -> None:
    """Remove what nobody owns any more. What cannot be removed stays, for the next time.

    Args:
        runs_dir: Where the runs are.
        ended: Ids of the runs that no worker writes into.
    """
    remove_doomed(runs_dir)
    with _noted(runs_dir / _SWEPT) as since:
        names = set(_names(runs_dir))
        settled = {name for name in names if is_run_id(name) and _is_settled(f"{runs_dir}/{name}", since)}
        for name in names - settled:
            _sweep_entry(f"{runs_dir}/{name}", name)
        for run_id in set(ended) - settled:
            sweep_run(f"{runs_dir}/{run_id}")


def _sweep_entry(path: str, name: str) -> None:
    if name.startswith(BEGUN) and _is_abandoned(path, name):
        shutil.rmtree(path, ignore_errors=True)
    elif name.startswith(_FORMER) or name.endswith(TEMPORARY):
        if _is_old(path):
            _remove(path)
    elif is_run_id(name):
        with suppress(OSError):  # rmdir removes only what is empty
            os.rmdir(path)  # noqa: PTH106


@contextmanager
def _noted(marker: Path) -> Iterator[float]:
    """Yield when the latest sweep began, by the file system's clock, and note when this one did, once it is done."""
    since, begun = _modified(str(marker)), marker.with_name(f"{marker.name}.{os.getpid()}{TEMPORARY}")
    with suppress(OSError):
        begun.touch()
    yield since
    with suppress(OSError):
        begun.replace(marker)


def _is_settled(run_dir: str, since: float) -> bool:
    """Whether nothing in a run's folders came or went since what was too young for the latest sweep."""
    return all(_modified(folder) < since - _OLD_SECONDS for folder in list_folders(run_dir))


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116
    except OSError:
        return 0.0


def sweep_run(run_dir: Path | str) -> None:
    """Remove files of a run that were never finished; only when no worker writes into it."""
    for folder, is_shared in zip(list_folders(str(run_dir)), _ARE_SHARED, strict=True):
        for name in _names(folder):
            if name.endswith(TEMPORARY) and (not is_shared or _is_old(f"{folder}/{name}")):
                _remove(f"{folder}/{name}")


def _names(folder: Path | str) -> list[str]:
    """Names and no paths, of which there may be a hundred thousand."""
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108


def _is_abandoned(path: str, name: str) -> bool:
    """Whether nobody will finish a half-made run: its process, of this machine, is gone, or it is old."""
    host, _, rest = name.removeprefix(BEGUN).rpartition("-")[0].rpartition("-")
    if host == socket.gethostname() and rest.isdecimal():
        return not psutil.pid_exists(int(rest))
    return _is_old(path)


def _is_old(path: str) -> bool:
    try:
        return time.time() - os.stat(path).st_mtime > _OLD_SECONDS  # noqa: PTH116
    except OSError:
        return False
