"""Where derived arrays are kept, and how far one that is being made is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.cache import find_cache_dir
from cifar_core.files import BROKEN_ARCHIVE, replaced_atomically
from cifar_core.jobs import JobBoard, JobProgress

# Raised when a kind comes to mean something else: what was kept is then made anew.
_VERSIONS = {"range_test": 2, "duplicates": 2, "features": 2, "tsne": 2, "head": 2, "out_of_fold": 2}


@dataclass(frozen=True)
class Request:
    """What is wanted, and all that it depends on.

    Attributes:
        kind: One of `KINDS`.
        fingerprint: The dataset's.
        options: Whatever else decides the result, e.g. a run's weights and when they were written.
    """

    kind: str
    fingerprint: str
    options: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name that changes when anything it depends on does."""
        text = json.dumps(
            [_VERSIONS.get(self.kind, 1), self.kind, self.fingerprint, dict(self.options)], sort_keys=True
        )
        return f"{self.kind}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


class DerivedStore:
    """Arrays by request, in a folder beside the dataset's cache. It can be deleted at any time."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._folder = find_cache_dir(data_dir) / "derived"
        self._board = JobBoard(self._folder)

    def path(self, request: Request) -> Path:
        """Return where the request's arrays are, or would be."""
        return self._folder / f"{request.key}.npz"

    def load(self, request: Request) -> dict[str, NDArray[np.generic]] | None:
        """Return the arrays, None if they are not made yet; a damaged file is removed and counts as not made."""
        path = self.path(request)
        try:
            return read_arrays(path)
        except FileNotFoundError:
            return None
        except BROKEN_ARCHIVE:
            path.unlink(missing_ok=True)
            return None

    def save(self, request: Request, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Keep the arrays."""
        with replaced_atomically(self.path(request)) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes flags only

    def start(self, request: Request, *, num_threads: int = 1) -> None:
        """Make a process of its own work on the request, unless one does."""
        if self.progress(request).state in ("running", "done"):
            return
        work = {"kind": request.kind, "fingerprint": request.fingerprint, "options": dict(request.options)}
        arguments = [str(self._data_dir.resolve()), json.dumps(work)]
        self._board.start(request.key, "cifar_core.derived.worker", arguments, num_threads=num_threads)

    def stop(self, request: Request) -> None:
        """End the process that works on the request, if one does. `forget` lets it be started again."""
        if not self.path(request).exists():
            self._board.stop(request.key)

    def tell(self, request: Request, share: float, pid: int, message: str = "") -> None:
        """Note how far the request is, or that it failed with a message."""
        self._board.tell(request.key, share, pid, message)

    def progress(self, request: Request) -> JobProgress:
        """Say how far the request is."""
        return self._board.progress(request.key, self.path(request).exists)

    def forget(self, request: Request) -> None:
        """Drop the note of a failure, so that the request can be started again."""
        self._board.forget(request.key)


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return what `DerivedStore.save` wrote.

    Raises:
        Exception: One of `BROKEN_ARCHIVE`: there is no such file, or it is damaged.
    """
    # Opened here: np.load leaves a file it opened itself open when it turns out to be broken.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
