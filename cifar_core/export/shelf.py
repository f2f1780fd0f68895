"""Exports that pages offer: made by a process of its own, and kept on disk for as long as nothing in them changes."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cifar_core import __version__
from cifar_core.data.cache import find_cache_dir
from cifar_core.export.kinds import KINDS
from cifar_core.export.subject import Subject, Which
from cifar_core.failures import explain
from cifar_core.files import stamp, write_text_atomically
from cifar_core.jobs import JobBoard, JobProgress
from cifar_core.runs import RunError, RunNotFoundError, RunRecord
from cifar_core.runs.naming import is_run_id

_MOST_KEPT = 20
_ABOUT = "made.json"


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Attributes:
        kind: Name of one of `KINDS`.
        run_ids: Of the runs, in order; several where the kind takes several.
        runs_dir: Where they are, as text.
        data_dir: Where the images are; empty: where the runs found them.
        which: Weights of the best or of the last epoch.
        with_test: Whether results on test are told; that is counted on the runs.
        look: Of which look at test this is a part: several orders of one sitting count once.
    """

    kind: str
    run_ids: tuple[str, ...]
    runs_dir: str
    data_dir: str = ""
    which: Which = "best"
    with_test: bool = False
    look: str = ""

    @property
    def slot(self) -> str:
        """A name for the order, whatever becomes of its runs: one process at a time works on it."""
        return f"{self.kind}-{_digest({name: value for name, value in asdict(self).items() if name != 'look'})}"

    def list_subjects(self) -> list[Subject]:
        """Return the runs.

        Raises:
            RunError: One of them is gone.
        """
        data_dir = Path(self.data_dir) if self.data_dir else None
        records = [self._record(run_id) for run_id in self.run_ids]
        return [Subject(record, self.which, self.with_test, data_dir, self.look) for record in records]

    def _record(self, run_id: str) -> RunRecord:
        run_dir = Path(self.runs_dir) / run_id
        if not is_run_id(run_id) or not run_dir.is_dir():
            raise RunNotFoundError(f"run {run_id!r} is gone; allowed: one that is there")
        return RunRecord(run_dir)

    @staticmethod
    def from_json(text: str) -> "Order":
        """Read what `json.dumps(asdict(order))` wrote."""
        stored = json.loads(text)
        return Order(**stored | {"run_ids": tuple(stored["run_ids"])})


@dataclass(frozen=True)
class Made:
    """An export that is there.

    Attributes:
        path: The file; a folder is kept as a zip.
        num_bytes: Its size.
        seconds: It took.
        facts: What else there is to say of it, as `Exported.facts`.
    """

    path: Path
    num_bytes: int
    seconds: float
    facts: Mapping[str, Any]

    @property
    def words(self) -> list[str]:
        """What its makers found of each file, in sentences: whether it predicts what the run did."""
        return [f"{file}: {said}." for file, said in self.facts.get("words", {}).items()]


class ExportShelf:
    """Exports by order, in a folder beside the dataset's cache. It can be deleted at any time."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = find_cache_dir(data_dir) / "exports"
        self._board = JobBoard(self.folder)
        self._data_dir = data_dir

    def find(self, order: Order) -> Made | None:
        """Return what was made of the runs as they are now; None if nothing was."""
        folder = self._result(order)
        if folder is None:
            return None
        try:
            about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            path = folder / about["name"]
            return Made(path, path.stat().st_size, float(about["seconds"]), dict(about["facts"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def progress(self, order: Order) -> JobProgress:
        """Say how far it is."""
        return self._board.progress(order.slot, lambda: self.find(order) is not None)

    def start(self, order: Order, *, num_threads: int = 1) -> None:
        """Make a process of its own make it, unless one does.

        Raises:
            OSError: It cannot be started.
        """
        arguments = [str(self._data_dir.resolve()), json.dumps(asdict(order))]
        self._board.start(order.slot, "cifar_core.export.worker", arguments, num_threads=num_threads)

    def stop(self, order: Order) -> None:
        """End the process that makes it, and remove what it left."""
        self._board.stop(order.slot)
        self.clear(order)

    def forget(self, order: Order) -> None:
        """Drop the note on it. For the process that made it: it is done."""
        self._board.forget(order.slot)

    def tell(self, order: Order, share: float, pid: int, message: str = "", words: str = "") -> None:
        """Note how far it is, or that it failed with a message. For the process that makes it."""
        self._board.tell(order.slot, share, pid, message, words)

    def prepare(self, order: Order) -> Path:
        """Return an empty folder to make it in, and make room: the oldest exports go.

        Raises:
            OSError: There is none to be had.
        """
        self.clear(order)
        folder = self._slot_folder(order) / "making"
        folder.mkdir(parents=True)
        self._prune()
        return folder

    def keep(self, order: Order, path: Path, seconds: float, facts: Mapping[str, Any]) -> None:
        """Keep what was made in the folder that `prepare` returned, in place of what was there before."""
        about = {"name": path.name, "seconds": round(seconds, 2), "facts": facts}
        write_text_atomically(path.parent / _ABOUT, json.dumps(about))
        target = self._result(order)
        if target is None:
            raise RunNotFoundError("a run of it is gone; allowed: runs that are there")
        for old in self._slot_folder(order).iterdir():
            if old != path.parent:
                shutil.rmtree(old, ignore_errors=True)
        path.parent.rename(target)

    def clear(self, order: Order) -> None:
        """Remove what a process left that did not come to its end."""
        shutil.rmtree(self._slot_folder(order) / "making", ignore_errors=True)

    def _slot_folder(self, order: Order) -> Path:
        return self.folder / order.slot

    def _result(self, order: Order) -> Path | None:
        """Return where it would be for the runs as they are now; None if one of them is gone."""
        try:
            states = [_describe_state(subject.record) for subject in order.list_subjects()]
        except RunError:
            return None
        return self._slot_folder(order) / _digest([__version__, states])

    def _prune(self) -> None:
        """Remove all but the newest exports, and those of kinds that there are no more."""
        with suppress(OSError):
            folders = [path for path in self.folder.iterdir() if path.is_dir()]
            newest = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)
            for place, path in enumerate(newest):
                if place >= _MOST_KEPT or path.name.rpartition("-")[0] not in KINDS:
                    shutil.rmtree(path, ignore_errors=True)


def _describe_state(record: RunRecord) -> list[str]:
    """Return what changes when anything does that an export tells of a run."""
    files = record.files
    told = (files.config, files.meta, files.events, files.metrics, files.environment)
    weights = (files.checkpoint_path(which) for which in ("best", "last"))
    return [record.run_id, *(str(stamp(path)) for path in (*told, *weights))]


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).hexdigest()


def say_why_not(error: Exception) -> str:
    """Return why an export could not be made, as a sentence for whoever waits for it."""
    return explain(error) if isinstance(error, OSError) else str(error).partition("\n")[0] or type(error).__name__
