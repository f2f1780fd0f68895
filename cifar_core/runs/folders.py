"""Records beside the runs that are no runs: each a folder of its own, with one file that is the truth about it."""

import re
import secrets
import time
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from cifar_core.failures import explain
from cifar_core.files import Stamp, stamp, write_text_atomically
from cifar_core.runs.exceptions import RunError

_ID = re.compile(r"\d{8}-\d{4}-[a-z0-9-]{1,40}-[0-9a-f]{4}")

Record = TypeVar("Record", bound=BaseModel)


class RecordFolder(Generic[Record]):
    """All records of one kind.

    Args:
        folder: Where they are.
        kind: Their model, with `id` and `created_at`.
        noun: What errors call one; its file is called so, too.
        allowed: Which ids there are, in the words of an error.
    """

    def __init__(self, folder: Path, kind: type[Record], noun: str, allowed: str) -> None:
        self._folder = folder
        self._kind = kind
        self._noun = noun
        self._allowed = allowed

    def path(self, record_id: str) -> Path:
        """Return the folder of a record, whether it is there or not."""
        return self._folder / record_id

    def new_id(self, name: str) -> str:
        """Return an id that nobody has, for a record of a name of at most forty letters, digits and hyphens."""
        return f"{time.strftime('%Y%m%d-%H%M')}-{name}-{secrets.token_hex(2)}"

    def get(self, record_id: str) -> Record:
        """Return a record.

        Raises:
            RunError: There is none of this name, or it cannot be read.
        """
        path = self._file(record_id)
        try:
            if not _ID.fullmatch(record_id):
                raise FileNotFoundError(record_id)
            return _read(path, stamp(path), self._kind)
        except FileNotFoundError as error:
            raise RunError(f"{self._noun} {record_id!r} does not exist; allowed: {self._allowed}") from error
        except (OSError, ValidationError, UnicodeDecodeError) as error:
            raise RunError(f"{self._noun} {record_id!r} cannot be read: {path.name} is damaged") from error

    def list(self) -> list[Record]:
        """Return those that can be read, newest first."""
        found = []
        for path in self._folder.glob(f"*/{self._noun}.json"):
            try:
                found.append(self.get(path.parent.name))
            except RunError:
                continue
        return sorted(found, key=lambda record: record.created_at, reverse=True)  # type: ignore[attr-defined]

    def write(self, record_id: str, record: Record) -> None:
        """Write a record, wholly or not at all.

        Raises:
            RunError: It cannot be written.
        """
        try:
            self.path(record_id).mkdir(parents=True, exist_ok=True)
            write_text_atomically(self._file(record_id), record.model_dump_json(indent=1))
        except OSError as error:
            raise RunError(f"{self._noun} {record_id} cannot be written: {explain(error)}") from error

    def _file(self, record_id: str) -> Path:
        return self.path(record_id) / f"{self._noun}.json"


@lru_cache(maxsize=2048)  # to check a record takes milliseconds, and a class makes hundreds
def _read(path: Path, stamped: Stamp | None, kind: type[Record]) -> Record:
    return kind.model_validate_json(path.read_text(encoding="utf-8"))
