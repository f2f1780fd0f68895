"""Append-only files of JSON lines: metrics and events."""

import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cifar_core.failures import explain
from cifar_core.files import stamp
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.salvage import encodable, unreadable


class Journal:
    """What a growing file holds, each row read once: following a long one stays cheap. Safe between threads.

    What is damaged is left out; a file that cannot be read at all counts as empty. `damage` says so.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._offset, self._inode = 0, 0
        self._num_damaged, self._problem = 0, ""

    @property
    def damage(self) -> str:
        """What is left out, in words; empty if nothing is."""
        with self._up_to_date():
            self._finish()
            if self._num_damaged:
                return f"{self._num_damaged} {'line' if self._num_damaged == 1 else 'lines'} of {self._path.name}"
            return self._problem

    @contextmanager
    def _up_to_date(self) -> Iterator[None]:
        """Take in what is new since the last time, and keep other threads out meanwhile."""
        with self._lock:
            stamped = stamp(self._path)
            if stamped is None or stamped.size < self._offset or stamped.inode != self._inode:
                self._offset, self._inode = 0, stamped.inode if stamped else 0
                self._num_damaged, self._problem = 0, ""
                self._start_over()
            if stamped is not None and stamped.size > self._offset:
                self._read_on()
            yield

    def _read_on(self) -> None:
        try:
            lines, self._offset = read_lines_from(self._path, self._offset)
        except RunError as error:
            self._problem = str(error)
            return
        for line in lines:
            self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        row = parse_row(line)
        self._num_damaged += row is None or not self._take(row)

    def _finish(self) -> None:
        """Read what was only taken in so far: to count what is damaged, all of it has to be."""

    def _start_over(self) -> None:
        """Forget all rows: another file took the place of the one that was read."""
        raise NotImplementedError

    def _take(self, row: dict[str, Any]) -> bool:
        """Keep a row, or what is whole of it; return whether that was all."""
        raise NotImplementedError


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Add one line by one unbuffered write: a killed process loses no finished line.

    Raises:
        OSError: It could not be written, or not all of it; what follows will not be glued to that.
    """
    line = json.dumps(row, allow_nan=False, separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        content = ("\n" + line if _ends_torn(path) else line).encode()
        if os.write(descriptor, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(descriptor)


def read_lines_from(path: Path, offset: int) -> tuple[list[bytes], int]:
    """Return the lines behind a byte offset, in order, and the offset at which to go on next time.

    A last one that is not finished yet is left for next time.

    Raises:
        RunError: The file is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    except OSError as error:
        raise unreadable(path, explain(error)) from error
    end = content.rfind(b"\n") + 1
    return [line for line in content[:end].split(b"\n") if line and not line.isspace()], offset + end


def parse_row(line: bytes) -> dict[str, Any] | None:
    """Return a line's row; None if it is none, e.g. a torn one that a killed process left."""
    try:
        row = json.loads(encodable(line))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _ends_torn(path: Path) -> bool:
    """Whether the last line was never finished; what follows must not be glued to it."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
