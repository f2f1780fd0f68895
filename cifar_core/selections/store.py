"""The selections beside the runs: a file each, replaced as a whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cifar_core.failures import explain
from cifar_core.files import Stamp, stamp, write_text_atomically
from cifar_core.locks import LockedError, exclusive
from cifar_core.selections.selection import Selection, SelectionError, is_id, read_selection

_LOCK_SECONDS = 10.0
_MOST_COPIES = 1000


class SelectionStore:
    """The selections of one runs directory. A file that cannot be read is left out, and left alone."""

    def __init__(self, runs_dir: Path) -> None:
        self._folder = runs_dir / "selections"

    def path(self, selection_id: str) -> Path:
        """Return where a selection is, or would be.

        Raises:
            SelectionError: It is no id.
        """
        if not is_id(selection_id):
            raise SelectionError(f"selection {selection_id!r} does not exist; allowed: {self._known()}")
        return self._folder / f"{selection_id}.json"

    def all(self) -> list[Selection]:
        """Return all selections that can be read, the newest first."""
        found = [self._read(path) for path in self._files()]
        whole = [selection for selection in found if isinstance(selection, Selection)]
        return sorted(whole, key=lambda selection: (-selection.created_at, selection.id))

    def stamps(self) -> tuple[tuple[str, Stamp | None], ...]:
        """Return what changes when any of them does."""
        return tuple((path.name, stamp(path)) for path in self._files())

    def problem(self) -> str:
        """Say in one sentence why selections may be missing; empty if none are."""
        errors = [found for found in map(self._read, self._files()) if isinstance(found, SelectionError)]
        return f"Selections that cannot be read are left out: {'; '.join(map(str, errors))}." if errors else ""

    def get(self, selection_id: str) -> Selection:
        """Return a selection.

        Raises:
            SelectionError: There is none of this id, or it cannot be read.
        """
        found = self._read(self.path(selection_id))
        if isinstance(found, SelectionError):
            raise found
        return found

    def find(self, content_hash: str) -> Selection | None:
        """Return the newest selection of these very images; None if there is none."""
        return next((selection for selection in self.all() if selection.content_hash == content_hash), None)

    def save(self, selection: Selection, *, may_replace: bool = False) -> Selection:
        """Keep a selection; return it, with the id it got.

        Args:
            selection: What is kept.
            may_replace: Put it in the place of one with the same id. Otherwise it gets an id of its own.

        Raises:
            SelectionError: It cannot be written.
        """
        with self._changing(selection.id):
            kept = selection if may_replace else replace(selection, id=self._free_id(selection.id))
            write_text_atomically(self.path(kept.id), kept.to_json())
        return kept

    def find_or_save(self, selection: Selection) -> Selection:
        """Return the newest selection of the same images, or keep this one.

        Raises:
            SelectionError: It cannot be written.
        """
        return self.find(selection.content_hash) or self.save(selection)

    def delete(self, selection_id: str) -> None:
        """Forget a selection; runs that were trained by it have a copy of their own.

        Raises:
            SelectionError: There is none of this id, or it cannot be removed.
        """
        path = self.path(selection_id)
        with self._changing(selection_id):
            if not path.exists():
                raise SelectionError(f"selection {selection_id!r} does not exist; allowed: {self._known()}")
            path.unlink()

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.glob("*.json") if is_id(path.stem))
        except OSError:
            return []

    def _read(self, path: Path) -> Selection | SelectionError:
        try:
            return replace(read_selection(path.read_bytes(), path.name), id=path.stem)
        except FileNotFoundError:
            return SelectionError(f"selection {path.stem!r} does not exist; allowed: {self._known()}")
        except OSError as error:
            return SelectionError(f"{path.name} cannot be read: {explain(error)}")
        except SelectionError as error:
            return error

    def _known(self) -> str:
        return ", ".join(path.stem for path in self._files()) or "none is kept yet"

    def _free_id(self, wanted: str) -> str:
        """Return the id, with a number behind it where another selection has it."""
        for number in range(1, _MOST_COPIES):
            tail = "" if number == 1 else f"-{number}"
            candidate = f"{wanted[: 40 - len(tail)].rstrip('-')}{tail}"
            if not self.path(candidate).exists():
                return candidate
        raise SelectionError(f"{_MOST_COPIES} selections are called {wanted}; allowed: another name")

    @contextmanager
    def _changing(self, selection_id: str) -> Iterator[None]:
        """Hold the lock of all selections; say in words why one cannot be changed."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self._folder / ".lock", _LOCK_SECONDS):
                yield
        except LockedError as error:
            raise SelectionError(
                f"another process has held the lock of the selections for {_LOCK_SECONDS:g} seconds; allowed: try "
                "again, or end that process if it hangs"
            ) from error
        except OSError as error:
            raise SelectionError(
                f"selection {selection_id!r} cannot be changed in {self._folder}: {explain(error)}"
            ) from error
