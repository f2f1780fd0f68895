"""What a run's metrics and events say, read from their files as these grow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cifar_core.runs.journal import Journal, parse_row
from cifar_core.runs.salvage import is_count, is_number
from cifar_core.runs.steps import Bookmark, Row, StepRows, is_step

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
    "weights_refused": {"epoch": is_count, "reason": lambda reason: isinstance(reason, str)},
    "learning_rate": {"step": is_count, "factor": lambda factor: is_number(factor) and factor > 0},
}


class MetricsHistory(Journal):
    """The rows of a run's metrics as one run, however many attempts it took."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._start_over()

    def rows(self, kind: str) -> list[Row]:
        """Return the rows of one kind that have an epoch, in order; of what was done twice, the later attempt's.

        Args:
            kind: Any but "step", of which there are too many.
        """
        with self._up_to_date():
            return list(self._rows.get(kind, []))

    def steps(self, most: int) -> list[Row]:
        """Return the rows within epochs, in order, or at most so many of them as `StepRows.thin` chooses."""
        with self._up_to_date():
            return self._steps.thin(most)

    def steps_on(self, most: int, bookmark: Bookmark | None) -> tuple[list[Row], Bookmark, bool]:
        """Return those of them that are new since the bookmark, as `StepRows.thin_on` does."""
        with self._up_to_date():
            return self._steps.thin_on(most, bookmark)

    def _start_over(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._steps = StepRows(_read_step)

    def _take_line(self, line: bytes) -> None:
        if is_step(line):
            self._steps.add(line)
        else:
            super()._take_line(line)

    def _finish(self) -> None:
        self._steps.read_all()
        self._num_damaged += self._steps.num_damaged
        self._steps.num_damaged = 0

    def _take(self, row: Row) -> bool:
        """Where an attempt starts, rows of earlier ones from that epoch on were abandoned."""
        kind = row.get("kind")
        if kind == "start":
            first = row.get("first_epoch", 1)
            if is_count(first):
                self._drop_from(first)
            return is_count(first)
        kept = _keep(row)
        if kept is None:
            return False
        if kind == "step":
            self._steps.add(kept)
        else:
            self._rows.setdefault(kept["kind"], []).append(kept)
        return len(kept) == len(row)

    def _drop_from(self, epoch: int) -> None:
        self._steps.drop_from(epoch)
        for name, rows in self._rows.items():
            self._rows[name] = [kept for kept in rows if kept["epoch"] < epoch]


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


def _read_step(line: bytes) -> tuple[Row | None, bool]:
    row = parse_row(line)
    kept = None if row is None else _keep(row)
    return kept, kept is not None and len(kept) == len(row or ())


def _keep(row: Row) -> Row | None:
    """Return what is whole of a row; None if that is no row."""
    kind = row.get("kind")
    if not isinstance(kind, str) or not is_count(row.get("epoch")) or not _has_parts(row, kind):
        return None
    return {key: value for key, value in row.items() if _is_whole(key, value)}


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
