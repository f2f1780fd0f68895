"""What a run's metrics and events say, read from their files as these grow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cifar_core.runs.journal import Journal
from cifar_core.runs.salvage import is_count, is_number

Row = dict[str, Any]

_MEASURES = frozenset(
    f"{split}/{quantity}" for split in ("train", "val") for quantity in ("loss", "accuracy")
) | frozenset(
    ("learning_rate", "seconds", "images_per_second", "gradient_norm", "device_memory", "device_utilization", "time")
)

# What a row must have to be one: by kind, each part and what it must be.
_PARTS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "epoch": {"epoch": is_count},
    "step": {"epoch": is_count, "step": is_count},
    "compiled": {"epoch": is_count, "seconds": is_number},
    "learning_rate": {"step": is_count, "factor": lambda factor: is_number(factor) and factor > 0},
}


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

    def _take(self, row: Row) -> bool:
        """Where an attempt starts, rows of earlier ones from that epoch on were abandoned."""
        kind = row.get("kind")
        if kind == "start":
            first = row.get("first_epoch", 1)
            if is_count(first):
                for name, rows in self._rows.items():
                    self._rows[name] = [kept for kept in rows if kept["epoch"] < first]
            return is_count(first)
        if not isinstance(kind, str) or not is_count(row.get("epoch")) or not _has_parts(row, kind):
            return False
        kept = {key: value for key, value in row.items() if _is_whole(key, value)}
        self._rows.setdefault(kind, []).append(kept)
        return len(kept) == len(row)


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

    def _take(self, row: Row) -> bool:
        kind = row.get("kind")
        if not isinstance(kind, str) or not _has_parts(row, kind):
            return False
        self._rows.append(row)
        return True


def _has_parts(row: Row, kind: str) -> bool:
    return all(is_part(row.get(name)) for name, is_part in _PARTS.get(kind, {}).items())


def _is_whole(key: str, value: Any) -> bool:
    """Whether a row's value is what its readers expect. Of keys that this release does not know, no more than sense."""
    if key in _MEASURES:
        return is_number(value)
    if key == "step":
        return is_count(value)
    if key == "dead_relus":
        return isinstance(value, dict) and all(is_number(share) for share in value.values())
    return isinstance(value, bool) or not isinstance(value, int | float) or is_number(value)
