"""Learners' files that were kept beside the runs: `class/`, a file each, checked whenever it is read."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cifar_core.experiments.learners import LARGEST_FILE, LearnerError, LearnerRecord, parse_record, write_record
from cifar_core.failures import explain
from cifar_core.files import Stamp, stamp, write_text_atomically

_FOLDER = "class"
_MOST_FILES = 500


class ClassFolder:
    """The records that a class handed in."""

    def __init__(self, runs_dir: Path) -> None:
        self._folder = runs_dir / _FOLDER

    def keep(self, record: LearnerRecord) -> Path:
        """Keep a record, once; a newer one of the same learner stands beside it, and what both hold counts once.

        Raises:
            LearnerError: It cannot be written.
        """
        text = write_record(record)
        name = re.sub(r"[^a-z0-9]+", "-", record.learner.casefold()).strip("-") or "learner"
        path = self._folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
        try:
            write_text_atomically(path, text)
        except OSError as error:
            raise LearnerError(f"{path.name} cannot be kept: {explain(error)}") from error
        return path

    def read(self) -> tuple[list[LearnerRecord], list[str]]:
        """Return the records that can be read, and what is wrong with the others, a sentence each."""
        records, problems = [], []
        for path in sorted(self._folder.glob("*.json"))[:_MOST_FILES]:
            try:
                records.append(_read(path, stamp(path)))
            except LearnerError as error:
                problems.append(str(error))
        return records, problems

    def forget(self) -> None:
        """Take all records away.

        Raises:
            LearnerError: One cannot be.
        """
        for path in self._folder.glob("*.json"):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise LearnerError(f"{path.name} cannot be taken away: {explain(error)}") from error


@lru_cache(maxsize=_MOST_FILES)
def _read(path: Path, stamped: Stamp | None) -> LearnerRecord:
    return read_record(path)


def read_record(path: Path) -> LearnerRecord:
    """Read a learner's file.

    Raises:
        LearnerError: It cannot be read, or some of it is not allowed.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = explain(error)
        raise LearnerError(f"{path.name} cannot be read: {reason}; allowed: a file that a learner exported") from error
    return parse_record(content, path.name)
