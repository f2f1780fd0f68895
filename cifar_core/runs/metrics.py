"""The rows of a run's metrics as one run, however many attempts it took."""

import threading
from pathlib import Path
from typing import Any

from cifar_core.runs.journal import read_rows_from


class MetricsHistory:
    """Reads only what was added since the last time, so that following a long run stays cheap. Safe between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._offset = 0
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of one kind that have an epoch, in order; of what was done twice, the later attempt's."""
        with self._lock:
            if _size(self._path) < self._offset:
                self._offset, self._rows = 0, {}  # another file took its place
            new, self._offset = read_rows_from(self._path, self._offset)
            for row in new:
                self._take(row)
            return list(self._rows.get(kind, []))

    def _take(self, row: dict[str, Any]) -> None:
        """Where an attempt starts, rows of earlier ones from that epoch on were abandoned."""
        if row.get("kind") == "start":
            first = row.get("first_epoch", 1)
            if isinstance(first, int):
                for kind, rows in self._rows.items():
                    self._rows[kind] = [kept for kept in rows if kept["epoch"] < first]
        elif isinstance(row.get("epoch"), int):
            self._rows.setdefault(str(row.get("kind")), []).append(row)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
