"""What a page wants imported, and how far that is. Free of torch: a process of its own does it."""

import hashlib
import json
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cifar_core.data.cache import find_cache_dir
from cifar_core.files import stamp, write_text_atomically
from cifar_core.jobs import JobBoard, JobProgress

_UPLOAD = "upload-"
# Much longer than an import takes.
_ABANDONED_SECONDS = 86_400.0
_KEY = re.compile(r"import-[0-9a-f]{16}")


@dataclass(frozen=True)
class ImportOrder:
    """A file, and what is said of it, as the command line has it.

    Attributes:
        path: The file.
        runs_dir: Where the run goes.
        name: Of the run; empty: the file's.
        network: Name of an architecture, a preset or a run; empty where the file tells.
        overrides: Settings of the architecture by path, as "model.depth=20".
        pixels: How it wants its images; empty: find out.
        mean, std: Three numbers each, in place of `pixels`; empty otherwise.
        classes: Names of the classes in its order, with commas; empty: as the dataset has them.
        weights: Of a Python file, the file of its weights; empty for none.
        entry: Of a Python file, the class or function.
        owner: Whose the run is; empty: nobody's.
    """

    path: str
    runs_dir: str
    name: str = ""
    network: str = ""
    overrides: tuple[str, ...] = ()
    pixels: str = ""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    classes: str = ""
    weights: str = ""
    entry: str = ""
    owner: str = ""

    @property
    def key(self) -> str:
        """A name for it."""
        return f"import-{hashlib.blake2b(json.dumps(asdict(self)).encode(), digest_size=8).hexdigest()}"

    @staticmethod
    def from_json(text: str) -> "ImportOrder":
        """Read what `json.dumps(asdict(order))` wrote."""
        stored = json.loads(text)
        return ImportOrder(**stored | {name: tuple(stored[name]) for name in ("overrides", "mean", "std")})


class ImportDesk:
    """Imports that pages ask for, in a folder beside the dataset's cache. It can be deleted at any time."""

    def __init__(self, data_dir: Path) -> None:
        # As the process that imports has it: it knows what was sent by where that lies.
        self._data_dir = data_dir.resolve()
        self.folder = find_cache_dir(self._data_dir) / "imports"
        self._board = JobBoard(self.folder)

    def take_upload(self, name: str, content: bytes) -> Path:
        """Keep a file that a browser sent until it is imported; return where.

        Raises:
            OSError: There is no room for it.
        """
        self._sweep()
        folder = self.folder / f"{_UPLOAD}{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        path = folder / (Path(name).name or "file")
        try:
            path.write_bytes(content)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return path

    def _sweep(self) -> None:
        """Remove what processes left that were killed before they had imported it."""
        for folder in self.folder.glob(f"{_UPLOAD}*"):
            stamped = stamp(folder)
            if stamped is not None and time.time() - stamped.modified / 1e9 > _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def drop_uploads(self, order: ImportOrder) -> None:
        """Remove what a browser sent for an order."""
        for path in (Path(order.path), Path(order.weights)):
            if path.parent.parent == self.folder and path.parent.name.startswith(_UPLOAD):
                shutil.rmtree(path.parent, ignore_errors=True)

    def start(self, order: ImportOrder, *, num_threads: int = 1) -> None:
        """Make a process of its own import it, unless one does.

        Raises:
            OSError: It cannot be started.
        """
        if self.progress(order.key).state == "running":
            return
        self.forget(order.key)
        text = json.dumps(asdict(order))
        write_text_atomically(self._order_path(order.key), text)
        arguments = [str(self._data_dir), text]
        self._board.start(order.key, "cifar_core.importing.worker", arguments, num_threads=num_threads)

    def stop(self, key: str) -> None:
        """End a process by its order's key, and remove what it was given; what it had begun is swept with the runs."""
        self._board.stop(key)
        with suppress(OSError, ValueError, TypeError, KeyError):
            self.drop_uploads(ImportOrder.from_json(self._order_path(key).read_text(encoding="utf-8")))

    def progress(self, key: str) -> JobProgress:
        """Say how far an order is, by its key."""
        return self._board.progress(key, lambda: bool(self.result(key)))

    def forget(self, key: str) -> None:
        """Drop all notes on an order."""
        self._board.forget(key)
        for path in (self._result_path(key), self._order_path(key)):
            path.unlink(missing_ok=True)

    def tell(self, order: ImportOrder, share: float, pid: int, message: str = "", words: str = "") -> None:
        """Note how far it is, or that it was refused with a message. For the process that does it."""
        self._board.tell(order.key, share, pid, message, words)

    def note_result(self, order: ImportOrder, run_id: str) -> None:
        """Note which run it is now."""
        write_text_atomically(self._result_path(order.key), run_id)
        self._board.forget(order.key)

    def result(self, key: str) -> str | None:
        """Return the id of the run that an order has become; None if it has not."""
        with suppress(OSError):
            return self._result_path(key).read_text(encoding="utf-8")
        return None

    def _result_path(self, key: str) -> Path:
        return self.folder / f"{key}.run"

    def _order_path(self, key: str) -> Path:
        return self.folder / f"{key}.order"


def is_import_key(text: str) -> bool:
    """Whether a text has the form of an order's key, and so can safely be a file's name."""
    return _KEY.fullmatch(text) is not None
