"""Append-only files of JSON lines: metrics and events."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cifar_core.files import stamp


class Journal:
    """What a growing file holds, each row read once: following a long one stays cheap. Safe between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._offset, self._inode = 0, 0

    @contextmanager
    def _up_to_date(self) -> Iterator[None]:
        """Take in what is new since the last time, and keep other threads out meanwhile."""
        with self._lock:
            stamped = stamp(self._path)
            if stamped is None or stamped.size < self._offset or stamped.inode != self._inode:
                self._offset, self._inode = 0, stamped.inode if stamped else 0
                self._start_over()
            if stamped is not None and stamped.size > self._offset:
                rows, self._offset = read_rows_from(self._path, self._offset)
                for row in rows:
                    self._take(row)
            yield

    def _start_over(self) -> None:
        """Forget all rows: another file took the place of the one that was read."""
        raise NotImplementedError

    def _take(self, row: dict[str, Any]) -> None:
        """Keep a row."""
        raise NotImplementedError


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Add one line by one unbuffered write: a killed process loses no finished line."""
    line = json.dumps(row, allow_nan=False, separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        if _ends_torn(path):
            line = "\n" + line
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_rows_from(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows behind a byte offset, in order, and the offset at which to go on next time.

    A torn line, left by a process killed while writing, is passed over; a last one that is not finished yet is left for
    next time.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    end = content.rfind(b"\n") + 1
    parsed = (_parse(line) for line in content[:end].splitlines())
    return [row for row in parsed if row is not None], offset + end


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _ends_torn(path: Path) -> bool:
    """Whether the last line was never finished; what follows must not be glued to it."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
