"""Read CIFAR-10's own files, Python 2 pickles, without trusting them."""

import hashlib
import io
import pickle
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, DataError, Source

FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
IMAGES_PER_BATCH = 10_000

# Checksums as published with the dataset (the ones torchvision checks).
OFFICIAL_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}

# All that a pickled array of numbers needs, under the names of numpy 1 and 2.
_ALLOWED_GLOBALS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}

OpenBatch = Callable[[str], BinaryIO]


@dataclass(frozen=True)
class Batch:
    """Some images in a row.

    Attributes:
        position: Dataset index of the first.
        images: (B, 3, 32, 32) uint8.
        labels: (B,) int64.
        source: Whether the file they came from is the official one.
    """

    position: int
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    source: Source


def read_folder(folder: Path) -> Iterator[Batch]:
    """Yield the six batches of a `cifar-10-batches-py` folder in canonical order.

    Raises:
        DataError: A batch is missing, damaged, or not what CIFAR-10's batches are.
    """

    def open_batch(name: str) -> BinaryIO:
        try:
            return (folder / name).open("rb")
        except OSError as error:
            raise DataError(f"{folder / name} cannot be read ({error.strerror}); CIFAR-10 has six batches") from error

    return _read_batches(open_batch, str(folder))


def read_archive(path: Path) -> Iterator[Batch]:
    """Yield the six batches of `cifar-10-python.tar.gz` without writing any of its files.

    Raises:
        DataError: The archive or one of its batches is damaged or missing.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            contents = {
                Path(member.name).name: _extract(archive, member)
                for member in archive
                if Path(member.name).name in OFFICIAL_MD5 and member.isreg()
            }
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(f"{path} is not a complete archive ({error}); remove it and download it again") from error

    def open_batch(name: str) -> BinaryIO:
        if name not in contents:
            raise DataError(f"{path} has no {name}; CIFAR-10 has six batches")
        return io.BytesIO(contents[name])

    return _read_batches(open_batch, str(path))


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _read_batches(open_batch: OpenBatch, where: str) -> Iterator[Batch]:
    for number, (name, official) in enumerate(OFFICIAL_MD5.items()):
        with open_batch(name) as file:
            content = file.read()
        images, labels = _parse_batch(content, f"{where}/{name}")
        is_official = hashlib.md5(content, usedforsecurity=False).hexdigest() == official
        source: Source = "cifar10" if is_official else "cifar10-unverified"
        yield Batch(number * IMAGES_PER_BATCH, images, labels, source)


def _parse_batch(content: bytes, where: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Check a batch's every promise: nobody has checked it before."""
    batch = _unpickle(content, where)
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= batch.keys():
        raise DataError(f"{where} is not a CIFAR-10 batch: it has no data and labels")
    data, labels = batch[b"data"], batch[b"labels"]
    shape = (IMAGES_PER_BATCH, 3 * 32 * 32)
    if not isinstance(data, np.ndarray) or data.shape != shape or data.dtype != np.uint8:
        raise DataError(f"{where}: data is not an array of {shape} bytes")
    if not isinstance(labels, list) or len(labels) != IMAGES_PER_BATCH:
        raise DataError(f"{where}: labels is not a list of {IMAGES_PER_BATCH} numbers")
    if not all(isinstance(label, int) and 0 <= label < len(CIFAR10_CLASS_NAMES) for label in labels):
        raise DataError(f"{where}: a label is not a whole number from 0 to {len(CIFAR10_CLASS_NAMES) - 1}")
    return data.reshape(-1, 3, 32, 32), np.array(labels, np.int64)


class _ArrayUnpickler(pickle.Unpickler):
    """Builds containers, numbers, text and arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every global that an array does not need."""
        if (module, name) not in _ALLOWED_GLOBALS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no image needs")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def _unpickle(content: bytes, where: str) -> Any:
    try:
        return _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:
        # A damaged pickle can fail in any way a constructor can; whichever it was, the file is unusable.
        raise DataError(f"{where} is not a CIFAR-10 batch: {error}") from error
