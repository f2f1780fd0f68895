"""What a run's metrics and events say, read from their files as these grow."""

from pathlib import Path
from typing import Any

from cifar_core.runs.journal import Journal

Row = dict[str, Any]


class MetricsHistory(Journal):
    """The rows of a run's metrics as one run, however many attempts it took."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rows: dict[str, list[Row]] = {}

    def rows(self, kind: str) -> list[Row]:
        """Return the rows of one kind that have an epoch, in order; of what was done twice, the later attempt's."""
        with self._up_to_date():
            return list(self._rows.get(kind, []))

    def _start_over(self) -> None:
        self._rows = {}

    def _take(self, row: Row) -> None:
        """Where an attempt starts, rows of earlier ones from that epoch on were abandoned."""
        if row.get("kind") == "start":
            first = row.get("first_epoch", 1)
            if isinstance(first, int):
                for kind, rows in self._rows.items():
                    self._rows[kind] = [kept for kept in rows if kept["epoch"] < first]
        elif isinstance(row.get("epoch"), int):
            self._rows.setdefault(str(row.get("kind")), []).append(row)


class EventHistory(Journal):
    """Whatever else happened to a run, all of it in order."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rows: list[Row] = []

    def rows(self) -> list[Row]:
        """Return all rows, in order."""
        with self._up_to_date():
            return list(self._rows)

    def _start_over(self) -> None:
        self._rows = []

    def _take(self, row: Row) -> None:
        self._rows.append(row)
