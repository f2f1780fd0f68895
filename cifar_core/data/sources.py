"""Where the images come from: a folder, an archive, a download, or the practice set, the first that serves."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cifar_core.data.batches import PYTHON, Form
from cifar_core.data.cache import describe_files, find_cache_dir, is_being_replaced, load_cached, write_cache
from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, DataError, Dataset, DownloadError
from cifar_core.data.download import DownloadProgress, download_archive, partial_bytes
from cifar_core.data.practice import (
    PRACTICE_CLASS_NAMES,
    PRACTICE_NUM_TEST,
    PRACTICE_NUM_TRAIN,
    PRACTICE_VERSION,
    practice_batches,
)
from cifar_core.data.reader import Batch, read_archive, read_folder
from cifar_core.data.search import find_cifar10

_NUM_IMAGES, _NUM_TRAIN = 60_000, 50_000
_MOST_BUILDS = 3
_MOVE_SECONDS = 5.0

# Of this process, by the files' key: what the content of files that cannot be used was refused for.
_MOST_REFUSALS = 16
_refusals: dict[str, str] = {}


@dataclass(frozen=True)
class SourceState:
    """What a data directory would serve, found without reading any image.

    Attributes:
        kind: "other": something that looks like CIFAR, but cannot be used.
        path: The folder, the archive, or what cannot be used.
        partial_bytes: Of a download that was begun.
        form: Of a folder's batches.
        refusal: Why it cannot be used, in words; "" if it may be.
        key: Changes when one of the files does; "" for the practice set.
    """

    kind: Literal["folder", "archive", "other", "practice"]
    path: Path | None
    partial_bytes: int = 0
    form: Form = PYTHON
    refusal: str = ""
    key: str = ""


def default_data_dir() -> Path:
    """Return $CIFAR_DATA_DIR, or `data` in the current directory."""
    return Path(os.environ.get("CIFAR_DATA_DIR") or "data")


def inspect_source(data_dir: Path | None = None) -> SourceState:
    """Say which source would serve."""
    data_dir = data_dir or default_data_dir()
    begun = partial_bytes(data_dir)
    found = find_cifar10(data_dir, find_cache_dir(data_dir))
    if found is None:
        return SourceState("practice", None, begun)
    return SourceState(found.kind, found.path, begun, found.form, found.refusal, describe_files(found.files))


def load_dataset(
    data_dir: Path | None = None,
    *,
    download: bool = False,
    on_progress: Callable[[DownloadProgress], None] | None = None,
) -> Dataset:
    """Return the dataset of a data directory, memory-mapped; the first call prepares its cache.

    Args:
        data_dir: Where CIFAR-10's batches or an archive of them are, up to two folders deep; `default_data_dir()` if
            None.
        download: Try a download before falling back to the practice set, or refusing what is there. Pages and workers
            never do so by themselves. If it fails, the practice set's `note` says why.
        on_progress: Told how far the download is.

    Raises:
        DataError: A folder or archive is there, but cannot be used.
    """
    data_dir = data_dir or default_data_dir()
    note = ""
    if download and inspect_source(data_dir).kind in ("practice", "other"):
        try:
            download_archive(data_dir, on_progress=on_progress)
        except DownloadError as error:
            note = str(error)
    state = inspect_source(data_dir)
    if state.path is None:
        return replace(_load_practice(data_dir), note=note)
    if state.refusal:
        raise DataError(f"{state.refusal}{f' {note}' if note else ''}")
    return _load_cifar10(data_dir, state.path, state)


def _load_cifar10(data_dir: Path, path: Path, state: SourceState) -> Dataset:
    def read() -> Iterator[Batch]:
        if state.key in _refusals:
            raise DataError(_refusals[state.key])
        try:
            yield from read_folder(path, state.form) if state.kind == "folder" else read_archive(path)
        except DataError as error:
            if not isinstance(error.__cause__, PermissionError):  # which may be granted without a trace in the file
                _remember_refusal(state.key, str(error))
            raise

    return _load(data_dir, "cifar10", state.key, read, _NUM_IMAGES, CIFAR10_CLASS_NAMES, _NUM_TRAIN)


def _remember_refusal(key: str, message: str) -> None:
    """Spare pages the seconds it takes to find out once more; a changed file has another key."""
    if len(_refusals) >= _MOST_REFUSALS:
        _refusals.clear()
    _refusals[key] = message


def _load_practice(data_dir: Path) -> Dataset:
    return _load(
        data_dir,
        "practice",
        f"practice-{PRACTICE_VERSION}",
        practice_batches,
        PRACTICE_NUM_TRAIN + PRACTICE_NUM_TEST,
        PRACTICE_CLASS_NAMES,
        PRACTICE_NUM_TRAIN,
    )


def _load(
    data_dir: Path,
    name: str,
    key: str,
    read: Callable[[], Iterator[Batch]],
    num_images: int,
    class_names: tuple[str, ...],
    num_train: int,
) -> Dataset:
    """Return what is cached, made first if need be. Whoever else makes it at the same moment is waited for."""
    folder = find_cache_dir(data_dir) / name
    cached = load_cached(folder, key)
    for _ in range(_MOST_BUILDS):
        if cached is not None:
            return cached
        write_cache(folder, key, read(), num_images, class_names, num_train)
        cached = load_cached(folder, key) or _wait_for_others(folder, key)
    if cached is None:
        raise DataError(f"{folder} was changed by another process while it was made; try again")
    return cached


def _wait_for_others(folder: Path, key: str) -> Dataset | None:
    """Return the dataset once the process that puts its files in place is done with that, if there is one."""
    until = time.monotonic() + _MOVE_SECONDS
    while is_being_replaced(folder) and time.monotonic() < until:
        time.sleep(0.02)
        if (cached := load_cached(folder, key)) is not None:
            return cached
    return None
