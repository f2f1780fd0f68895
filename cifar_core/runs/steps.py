"""The rows within a run's epochs, each read when it is first asked for: charts show hundreds of a hundred thousand."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]

# How a line begins that `append_row` wrote of a step. Lines that begin otherwise are read at once.
_BEGINNING = b'{"kind":"step","epoch":'
_EPOCH = re.compile(_BEGINNING + rb"(\d{1,15}),")


def is_step(line: bytes) -> bool:
    """Whether a line is of a step, by its beginning alone."""
    return line.startswith(_BEGINNING)


class Bookmark(NamedTuple):
    """How far somebody has read of a run's thinned rows.

    Attributes:
        rows: Whose.
        step: Every so many rows one was chosen.
        place: The next to choose.
    """

    rows: object
    step: int
    place: int


class StepRows:
    """The rows in order, as lines until they are read.

    Attributes:
        num_damaged: Lines that were read and are no rows, or lack a part, abandoned ones among them.
    """

    def __init__(self, read: Callable[[bytes], tuple[Row | None, bool]]) -> None:
        """Begin with none.

        Args:
            read: Returns the row of a line, None if there is none, and whether it is whole.
        """
        self.num_damaged = 0
        self._read = read
        self._rows: list[bytes | Row | int] = []  # of what is no row, the epoch that it begins with
        self._lineage = object()

    def add(self, row: bytes | Row) -> None:
        """Take a row, or its line."""
        self._rows.append(row)

    def drop_from(self, epoch: int) -> None:
        """Forget the rows from an epoch on."""
        self._lineage = object()
        self._rows = [self._rows[place] for place in range(len(self._rows)) if self._epoch_at(place) < epoch]

    def read_all(self) -> None:
        """Read every line."""
        for place in range(len(self._rows)):
            self._row_at(place)

    def thin(self, most: int) -> list[Row]:
        """Return the rows, or at most so many that lie evenly, always with the newest.

        Of a run that grows the chosen ones stay the same but for the newest, until there are too many of them: then
        every second stays. So whoever has worked on them before finds them again.
        """
        newest = self._newest()
        if newest < 0:
            return []
        rows = self._choose(0, newest, _step_of(newest, most)) if most > 1 else []
        return rows + self._choose(newest, newest + 1, 1)

    def thin_on(self, most: int, bookmark: Bookmark | None) -> tuple[list[Row], Bookmark, bool]:
        """Return what `thin` would, but for the newest while others stand for it, and without what was read before.

        Args:
            most: Of all of them.
            bookmark: As returned the last time, for as many.

        Returns:
            The rows; the bookmark for the next time; whether the rows go on where the last ones ended. If not, they are
            all: there are other rows, or too many by now.
        """
        step = _step_of(len(self._rows) - 1, most)
        goes_on = bookmark is not None and bookmark.rows is self._lineage and bookmark.step == step
        begin = bookmark.place if bookmark is not None and goes_on else 0
        end = len(self._rows)
        return (
            self._choose(begin, end, step),
            Bookmark(self._lineage, step, max(-(-end // step) * step, begin)),
            goes_on,
        )

    def _choose(self, begin: int, end: int, step: int) -> list[Row]:
        rows = self._rows[begin:end:step]
        if not all(type(row) is dict for row in rows):
            rows = [self._row_at(place) for place in range(begin, end, step)]
        return [row for row in rows if isinstance(row, dict)]

    def _newest(self) -> int:
        """The last place that holds a row; -1 if none does."""
        place = len(self._rows) - 1
        while place >= 0 and not isinstance(self._row_at(place), dict):
            place -= 1
        return place

    def _row_at(self, place: int) -> Row | int:
        row = self._rows[place]
        if not isinstance(row, bytes):
            return row
        found, is_whole = self._read(row)
        self.num_damaged += not is_whole
        begins = _EPOCH.match(row)
        self._rows[place] = found if found is not None else int(begins[1]) if begins else 0
        return self._rows[place]  # type: ignore[return-value]

    def _epoch_at(self, place: int) -> int:
        line = self._rows[place]
        begins = _EPOCH.match(line) if isinstance(line, bytes) else None
        row = int(begins[1]) if begins else self._row_at(place)
        return row["epoch"] if isinstance(row, dict) else row


def _step_of(newest: int, most: int) -> int:
    """Return the power of two that leaves at most so many places up to the newest, and that one on top."""
    step = 1
    while newest > step * max(most - 1, 1):
        step *= 2
    return step
