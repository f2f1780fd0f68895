"""Where the images come from: a folder, an archive, a download, or the practice set, the first that serves."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cifar_core.data.cache import describe_files, find_cache_dir, load_cached, write_cache
from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, DataError, Dataset, DownloadError
from cifar_core.data.download import DownloadProgress, download_archive, partial_bytes
from cifar_core.data.practice import (
    PRACTICE_CLASS_NAMES,
    PRACTICE_NUM_TEST,
    PRACTICE_NUM_TRAIN,
    PRACTICE_VERSION,
    practice_batches,
)
from cifar_core.data.reader import ARCHIVE, FOLDER, OFFICIAL_MD5, Batch, read_archive, read_folder

_NUM_IMAGES, _NUM_TRAIN = 60_000, 50_000


@dataclass(frozen=True)
class SourceState:
    """What a data directory would serve, found without reading any image.

    Attributes:
        kind: "folder", "archive" or "practice".
        path: The folder or archive.
        partial_bytes: Of a download that was begun.
    """

    kind: Literal["folder", "archive", "practice"]
    path: Path | None
    partial_bytes: int = 0


def default_data_dir() -> Path:
    """Return $CIFAR_DATA_DIR, or `data` in the current directory."""
    return Path(os.environ.get("CIFAR_DATA_DIR") or "data")


def inspect_source(data_dir: Path | None = None) -> SourceState:
    """Say which source would serve."""
    data_dir = data_dir or default_data_dir()
    if (data_dir / FOLDER).is_dir():
        return SourceState("folder", data_dir / FOLDER)
    if (data_dir / ARCHIVE).is_file():
        return SourceState("archive", data_dir / ARCHIVE)
    return SourceState("practice", None, partial_bytes(data_dir))


def load_dataset(
    data_dir: Path | None = None,
    *,
    download: bool = False,
    on_progress: Callable[[DownloadProgress], None] | None = None,
) -> Dataset:
    """Return the dataset of a data directory, memory-mapped; the first call prepares its cache.

    Args:
        data_dir: Where `cifar-10-batches-py` or `cifar-10-python.tar.gz` is; `default_data_dir()` if None.
        download: Try a download before falling back to the practice set. Pages and workers never do so by themselves.
            If it fails, the practice set's `note` says why.
        on_progress: Told how far the download is.

    Raises:
        DataError: A folder or archive is there, but cannot be used.
    """
    data_dir = data_dir or default_data_dir()
    note = ""
    if download and inspect_source(data_dir).kind == "practice":
        try:
            download_archive(data_dir, on_progress=on_progress)
        except DownloadError as error:
            note = str(error)
    state = inspect_source(data_dir)
    if state.path is None:
        return replace(_load_practice(data_dir), note=note)
    return _load_cifar10(data_dir, state.path)


def _load_cifar10(data_dir: Path, path: Path) -> Dataset:
    is_folder = path.is_dir()
    files = [path / name for name in OFFICIAL_MD5] if is_folder else [path]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise DataError(
            f"{path} is incomplete: {', '.join(missing)} missing; copy all six batches, or remove the folder"
        )
    read = read_folder if is_folder else read_archive
    key = describe_files(files)
    return _load(data_dir, "cifar10", key, lambda: read(path), _NUM_IMAGES, CIFAR10_CLASS_NAMES, _NUM_TRAIN)


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
    folder = find_cache_dir(data_dir) / name
    cached = load_cached(folder, key)
    if cached is None:
        write_cache(folder, key, read(), num_images, class_names, num_train)
        cached = load_cached(folder, key)
    if cached is None:
        raise DataError(f"{folder} was changed by another process while it was made; try again")
    return cached
