"""Where derived arrays are kept, and how far one that is being made is."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray

from cifar_core.data.cache import find_cache_dir
from cifar_core.files import replaced_atomically, write_text_atomically
from cifar_core.processes import start_detached

# Raised when a kind comes to mean something else: what was kept is then made anew.
_VERSIONS = {"range_test": 2, "duplicates": 2, "features": 2, "tsne": 2, "head": 2, "out_of_fold": 2}
_STOPPED = "stopped"
_SECONDS_TO_END = 2.0
_LEAST_DONE = 0.05


@dataclass(frozen=True)
class Request:
    """What is wanted, and all that it depends on.

    Attributes:
        kind: One of `KINDS`.
        fingerprint: The dataset's.
        options: Whatever else decides the result, e.g. a run's weights and when they were written.
    """

    kind: str
    fingerprint: str
    options: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name that changes when anything it depends on does."""
        text = json.dumps(
            [_VERSIONS.get(self.kind, 1), self.kind, self.fingerprint, dict(self.options)], sort_keys=True
        )
        return f"{self.kind}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


@dataclass(frozen=True)
class DerivedProgress:
    """How far a request is.

    Attributes:
        state: "absent": nobody works on it. "failed": somebody did; `message` says what went wrong. "stopped": somebody
            wanted it no more, for now.
        share: Done, in [0, 1].
        message: Of a failure, else empty.
        seconds_left: About, while it is running and some of it is done; else None.
    """

    state: Literal["absent", "running", "failed", "stopped", "done"]
    share: float = 0.0
    message: str = ""
    seconds_left: float | None = None


class _Note(NamedTuple):
    """What the process that works on a request last said, or what was said of it."""

    share: float
    message: str
    pid: int
    started: float | None


class DerivedStore:
    """Arrays by request, in a folder beside the dataset's cache. It can be deleted at any time."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._folder = find_cache_dir(data_dir) / "derived"

    def path(self, request: Request) -> Path:
        """Return where the request's arrays are, or would be."""
        return self._folder / f"{request.key}.npz"

    def load(self, request: Request) -> dict[str, NDArray[np.generic]] | None:
        """Return the arrays, None if they are not made yet; a damaged file is removed and counts as not made."""
        path = self.path(request)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
            return None

    def save(self, request: Request, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Keep the arrays."""
        with replaced_atomically(self.path(request)) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes flags only

    def start(self, request: Request, *, num_threads: int = 1) -> None:
        """Make a process of its own work on the request, unless one does."""
        if self.progress(request).state in ("running", "done"):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        work = {"kind": request.kind, "fingerprint": request.fingerprint, "options": dict(request.options)}
        arguments = [str(self._data_dir.resolve()), json.dumps(work)]
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(num_threads))
        with self._log_path(request).open("wb") as log:
            process = start_detached("cifar_core.derived.worker", arguments, log, os.environ | limits)
        self.tell(request, 0.0, process.pid)

    def stop(self, request: Request) -> None:
        """End the process that works on the request, if one does. `forget` lets it be started again."""
        noted = self._read_note(request)
        if noted is None or self.progress(request).state != "running":
            return
        with suppress(psutil.Error):
            process = psutil.Process(noted.pid)
            process.kill()
            process.wait(_SECONDS_TO_END)  # what it says until then is written over
        self.tell(request, noted.share, noted.pid, message=_STOPPED)

    def tell(self, request: Request, share: float, pid: int, message: str = "") -> None:
        """Note how far the request is, or that it failed with a message."""
        text = json.dumps({"share": share, "pid": pid, "started": _start_time(pid), "message": message})
        write_text_atomically(self._progress_path(request), text)

    def progress(self, request: Request) -> DerivedProgress:
        """Say how far the request is."""
        if self.path(request).exists():
            return DerivedProgress("done", 1.0)
        noted = self._read_note(request)
        if noted is None:
            return DerivedProgress("absent")
        if noted.message == _STOPPED:
            return DerivedProgress("stopped", noted.share)
        if noted.message:
            return DerivedProgress("failed", noted.share, noted.message)
        if noted.started is not None and _start_time(noted.pid) == noted.started:
            return DerivedProgress("running", noted.share, seconds_left=_estimate_rest(noted.started, noted.share))
        lines = self._log_path(request).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = lines[-1] if lines else "it left no message"
        return DerivedProgress("failed", noted.share, f"The computation ended early: {reason}")

    def forget(self, request: Request) -> None:
        """Drop the note of a failure, so that the request can be started again."""
        self._progress_path(request).unlink(missing_ok=True)

    def _read_note(self, request: Request) -> "_Note | None":
        try:
            noted = json.loads(self._progress_path(request).read_text(encoding="utf-8"))
            return _Note(float(noted["share"]), str(noted["message"]), int(noted["pid"]), noted["started"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _progress_path(self, request: Request) -> Path:
        return self._folder / f"{request.key}.json"

    def _log_path(self, request: Request) -> Path:
        return self._folder / f"{request.key}.log"


def _estimate_rest(started: float, share: float) -> float | None:
    """What is left if it goes on as it did since its process was started; None while too little is done to tell."""
    if not _LEAST_DONE <= share < 1:
        return None
    return max(0.0, time.time() - started) * (1 - share) / share


def _start_time(pid: int) -> float | None:
    """When a process was started; None if it is gone. With the pid it names a process for good."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None
