"""Work that processes of their own do: how far each is, how it ended, and how it is stopped."""

import json
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Literal, NamedTuple, ParamSpec

import psutil

from cifar_core.files import write_text_atomically
from cifar_core.processes import GIVEN_THREADS, start_detached

_STOPPED = "stopped"
_SECONDS_TO_END = 2.0
_LEAST_DONE = 0.05
_SECONDS_BETWEEN_NOTES = 0.2
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", GIVEN_THREADS)
# Many who open a page at once want the same piece of work: one of them starts it.
_STARTING = threading.Lock()

Told = ParamSpec("Told")


@dataclass(frozen=True)
class JobProgress:
    """How far a piece of work is.

    Attributes:
        state: "absent": nobody works on it. "failed": somebody did; `message` says what went wrong. "stopped": somebody
            wanted it no more, for now.
        share: Done, in [0, 1].
        message: Of a failure, else empty.
        seconds_left: About, while it is running and some of it is done; else None.
        words: What is being done, for people; empty where that is not said.
    """

    state: Literal["absent", "running", "failed", "stopped", "done"]
    share: float = 0.0
    message: str = ""
    seconds_left: float | None = None
    words: str = ""


class _Note(NamedTuple):
    """What the process that does the work last said, or what was said of it."""

    share: float
    message: str
    pid: int
    started: float | None
    words: str


class JobBoard:
    """Notes on pieces of work, each by its key, in a folder. It can be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, key: str, module: str, arguments: Sequence[str], *, num_threads: int = 1) -> None:
        """Start the process that does the work, on so many threads, unless one does it.

        Raises:
            OSError: It cannot be started, or not be noted.
        """
        limits = dict.fromkeys(_THREADS, str(num_threads))
        with _STARTING:
            if self.progress(key).state == "running":
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._log_path(key).open("wb") as log:
                process = start_detached(module, arguments, log, os.environ | limits)
            self.tell(key, 0.0, process.pid)

    def stop(self, key: str) -> None:
        """End the process that does the work, if one does. `forget` lets it be started again."""
        noted = self._read_note(key)
        if noted is None or self.progress(key).state != "running":
            return
        with suppress(psutil.Error):
            process = psutil.Process(noted.pid)
            process.kill()
            process.wait(_SECONDS_TO_END)  # what it says until then is written over
        self.tell(key, noted.share, noted.pid, message=_STOPPED)

    def tell(self, key: str, share: float, pid: int, message: str = "", words: str = "") -> None:
        """Note how far the work is and what is being done, or that it failed with a message."""
        note = {"share": share, "pid": pid, "started": _start_time(pid), "message": message, "words": words}
        write_text_atomically(self._note_path(key), json.dumps(note))

    def progress(self, key: str, is_made: Callable[[], bool] = lambda: False) -> JobProgress:
        """Say how far the work is; that it is done nobody notes: whoever has the result knows.

        Args:
            key: Of the work.
            is_made: Says whether the result is there. Asked after the process: who asks before takes one that ends in
                between for one that ended without a result.
        """
        progress = self._read_progress(key)
        return JobProgress("done", 1.0) if is_made() else progress

    def _read_progress(self, key: str) -> JobProgress:
        noted = self._read_note(key)
        if noted is None:
            return JobProgress("absent")
        if noted.message == _STOPPED:
            return JobProgress("stopped", noted.share)
        if noted.message:
            return JobProgress("failed", noted.share, noted.message)
        if noted.started is not None and _start_time(noted.pid) == noted.started:
            rest = _estimate_rest(noted.started, noted.share)
            return JobProgress("running", noted.share, seconds_left=rest, words=noted.words)
        return JobProgress("failed", noted.share, f"The computation ended early: {self._last_words(key)}")

    def forget(self, key: str) -> None:
        """Drop the note, so that the work can be started again."""
        self._note_path(key).unlink(missing_ok=True)

    def _last_words(self, key: str) -> str:
        try:
            lines = self._log_path(key).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "it left no message"

    def _read_note(self, key: str) -> _Note | None:
        try:
            noted = json.loads(self._note_path(key).read_text(encoding="utf-8"))
            words = str(noted.get("words", ""))
            return _Note(float(noted["share"]), str(noted["message"]), int(noted["pid"]), noted["started"], words)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _note_path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _log_path(self, key: str) -> Path:
        return self.folder / f"{key}.log"


def seldom(tell: Callable[Told, None]) -> Callable[Told, None]:
    """Let who works tell of each step, and pass some of that on: each note is a file that is written."""
    told_at = -math.inf

    @wraps(tell)
    def pass_on(*arguments: Told.args, **named: Told.kwargs) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _SECONDS_BETWEEN_NOTES:
            told_at = time.monotonic()
            tell(*arguments, **named)

    return pass_on


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
