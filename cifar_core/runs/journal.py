"""Append-only files of JSON lines: metrics and events."""

import json
import os
from pathlib import Path
from typing import Any


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


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows in order. A torn line, left by a process killed while writing, is passed over."""
    rows, _ = read_rows_from(path, 0)
    return rows


def read_rows_from(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows behind a byte offset, and the offset at which to go on next time.

    A last line that is not finished yet is left for next time.
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
