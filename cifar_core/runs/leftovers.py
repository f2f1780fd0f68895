"""What dead processes left: half-made runs, half-deleted ones, files that were being written."""

import os
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from cifar_core.files import TEMPORARY
from cifar_core.runs.layout import RunFiles, list_folders
from cifar_core.runs.naming import is_run_id

# What earlier releases kept beside the runs, and this one on the machine's own disk.
_FORMER = ("index.sqlite", ".index.lock", ".queue.lock", ".heartbeats.json")
BEGUN = ".new-"
# Whose time is that of the latest sweep.
_SWEPT = ".swept"
DELETED = ".deleted-"
# Who writes a file touches it all the time; a clock of the file server may be off by some minutes.
_OLD_SECONDS = 3600.0


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
            _sweep_entry(runs_dir / name)
        for run_id in set(ended) - settled:
            sweep_run(runs_dir / run_id)


def _sweep_entry(path: Path) -> None:
    if path.name.startswith(BEGUN) and _is_abandoned(path):
        shutil.rmtree(path, ignore_errors=True)
    elif path.name.startswith(_FORMER) or path.name.endswith(TEMPORARY):
        if _is_old(path):
            _remove(path)
    elif is_run_id(path.name):
        with suppress(OSError):  # rmdir removes only what is empty
            path.rmdir()


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
        return os.stat(path).st_mtime  # noqa: PTH116 - a path as text, for speed: there may be thousands
    except OSError:
        return 0.0


def sweep_run(run_dir: Path) -> None:
    """Remove files of a run that were never finished; only when no worker writes into it."""
    files, names = RunFiles(run_dir), _names(run_dir)
    _sweep_folder(run_dir, names, is_shared=True)
    for folder, is_shared in (
        (files.checkpoint_path("last").parent, False),
        (files.predictions_path("val", 0).parent, False),
        (files.commands, True),
    ):
        if folder.name in names:
            _sweep_folder(folder, _names(folder), is_shared=is_shared)


def _sweep_folder(folder: Path, names: Iterable[str], *, is_shared: bool) -> None:
    """Where pages write as well as workers, only what is old."""
    for name in names:
        if name.endswith(TEMPORARY) and (not is_shared or _is_old(folder / name)):
            _remove(folder / name)


def _names(folder: Path) -> list[str]:
    """Names and no paths, of which there may be a hundred thousand."""
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _is_abandoned(path: Path) -> bool:
    """Whether nobody will finish a half-made run: its process, of this machine, is gone, or it is old."""
    host, _, rest = path.name.removeprefix(BEGUN).rpartition("-")[0].rpartition("-")
    if host == socket.gethostname() and rest.isdecimal():
        return not psutil.pid_exists(int(rest))
    return _is_old(path)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _OLD_SECONDS
    except OSError:
        return False
