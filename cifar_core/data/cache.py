"""A dataset as memory-mapped arrays, made once: every process shares the same pages."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from cifar_core.data.dataset import IMAGE_SHAPE, DataError, Dataset, Source, compute_fingerprint
from cifar_core.data.reader import Batch
from cifar_core.files import stamp
from cifar_core.locks import exclusive

_VERSION = 1
_LOCK_SECONDS = 10.0
_ABANDONED_SECONDS = 3600.0
# The meta data go last and are removed first: arrays without them are no cache.
_FILES = ("images.npy", "labels.npy", "meta.json")


def find_cache_dir(data_dir: Path) -> Path:
    """Return where a data directory's cache lies.

    $CIFAR_CACHE_DIR if set; else in the data directory, or, where that cannot be written, in the user's cache folder.
    """
    chosen = os.environ.get("CIFAR_CACHE_DIR")
    if chosen:
        return Path(chosen)
    existing = next((folder for folder in (data_dir, *data_dir.parents) if folder.exists()), Path())
    if os.access(existing, os.W_OK):
        return data_dir / "cache"
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "cifar-lab" / hashlib.blake2b(str(data_dir.resolve()).encode(), digest_size=8).hexdigest()


def describe_files(paths: Sequence[Path]) -> str:
    """Return a key that changes when one of the files does: names, sizes and times of change."""
    facts = [(path.name, stamp(path)) for path in paths]
    return hashlib.blake2b(json.dumps([_VERSION, facts]).encode(), digest_size=16).hexdigest()


def load_cached(folder: Path, key: str) -> Dataset | None:
    """Map a cached dataset, or return None if there is none for this key, or it is damaged or being replaced."""
    try:
        about = (folder / "meta.json").read_bytes()
        meta = json.loads(about)
        if meta["key"] != key:
            return None
        images = np.load(folder / "images.npy", mmap_mode="r")
        labels = np.load(folder / "labels.npy")
        labels.flags.writeable = False
        dataset = Dataset(
            images=images,
            labels=labels,
            class_names=tuple(meta["class_names"]),
            num_train=meta["num_train"],
            source=meta["source"],
            fingerprint=meta["fingerprint"],
        )
        if (folder / "meta.json").read_bytes() != about:
            return None  # the arrays may be somebody else's
    except (OSError, ValueError, KeyError, TypeError, EOFError, RecursionError):
        return None
    is_whole = images.shape == (len(labels), *IMAGE_SHAPE) and images.dtype == np.uint8 and labels.dtype == np.int64
    return dataset if is_whole else None


def write_cache(
    folder: Path, key: str, batches: Iterable[Batch], num_images: int, class_names: tuple[str, ...], num_train: int
) -> None:
    """Write the batches as arrays and put them in place as a whole; of two processes at once, both succeed.

    Raises:
        DataError: A batch cannot be used, or the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise DataError(f"{folder} cannot be written ({error}); set CIFAR_CACHE_DIR to a folder that can") from error
    try:
        _write_arrays(building, key, batches, num_images, class_names, num_train)
        _move_in_place(building, folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be written ({error}); set CIFAR_CACHE_DIR to a folder that can") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what processes left that were killed while they built: it is as large as the dataset."""
    for path in folder.parent.glob(f".{folder.name}-*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _write_arrays(
    building: Path, key: str, batches: Iterable[Batch], num_images: int, class_names: tuple[str, ...], num_train: int
) -> None:
    shape = (num_images, *IMAGE_SHAPE)
    images = np.lib.format.open_memmap(building / "images.npy", mode="w+", dtype=np.uint8, shape=shape)
    labels = np.empty(num_images, np.int64)
    sources: set[Source] = set()
    for batch in batches:
        rows = slice(batch.position, batch.position + len(batch.labels))
        images[rows], labels[rows] = batch.images, batch.labels
        sources.add(batch.source)
    images.flush()
    np.save(building / "labels.npy", labels)
    meta = {
        "key": key,
        "class_names": class_names,
        "num_train": num_train,
        # One file that is not the official one is enough.
        "source": sources.pop() if len(sources) == 1 else "cifar10-unverified",
        "fingerprint": compute_fingerprint(images, labels, class_names, num_train),
    }
    (building / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


def is_being_replaced(folder: Path) -> bool:
    """Whether a process is putting a cache in place just now, or died while it did."""
    return (folder / "images.npy").exists() and not (folder / "meta.json").exists()


def _move_in_place(building: Path, folder: Path) -> None:
    """Put the files in place, one process after another: a mixture of two would pass for one."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with suppress(OSError):  # where there are no locks, readers find out
            stack.enter_context(exclusive(folder / ".lock", _LOCK_SECONDS))
        (folder / "meta.json").unlink(missing_ok=True)
        for name in _FILES:
            (building / name).replace(folder / name)
