"""Read CIFAR-10's own files, in a folder or an archive, without trusting them."""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.batches import ADVICE, FORMS, Form, parse_batch
from cifar_core.data.dataset import DataError, Source

FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
IMAGES_PER_BATCH = 10_000

# Checksums as published with the dataset (the ones torchvision checks), of the Python form.
OFFICIAL_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}

_MOST_BYTES = 200_000_000  # of one batch: a pickle as text takes up to four times its 31 MB
_GZIP_START = b"\x1f\x8b"
_CHUNK = 1 << 20

OpenBatch = Callable[[str], bytes]


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


def read_folder(folder: Path, form: Form = FORMS[0]) -> Iterator[Batch]:
    """Yield the six batches of a folder in canonical order.

    Raises:
        DataError: A batch is missing, damaged, or not what CIFAR-10's batches are.
    """

    def read(name: str) -> bytes:
        try:
            size = (folder / name).stat().st_size
            return (folder / name).read_bytes() if size <= _MOST_BYTES else _refuse_size(f"{folder / name}", size)
        except OSError as error:
            raise DataError(f"{folder / name} cannot be read ({error.strerror}); CIFAR-10 has six batches") from error

    return _read_batches(read, form, str(folder))


def read_archive(path: Path) -> Iterator[Batch]:
    """Yield the six batches of an archive of tar's, compressed or not, without writing any of its files.

    It is read to its end, so that gzip's own checksum is compared: a changed byte is noticed.

    Raises:
        DataError: The archive or one of its batches is damaged or missing.
    """
    wanted = {name for form in FORMS for name in form.names}
    contents: dict[str, bytes] = {}
    others: set[str] = set()
    try:
        with _open_archive(path) as file:
            with tarfile.open(fileobj=file, mode="r|") as archive:
                for member in archive:
                    name = Path(member.name).name
                    if member.isreg() and name in wanted:
                        contents[name] = _extract(archive, member, f"{path}/{name}")
                    elif member.isreg():
                        others.add(name)
            while file.read(_CHUNK):
                pass
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path} is not a complete archive ({error}); remove it and download it again, as Overview offers"
        ) from error
    form = max(FORMS, key=lambda form: len(contents.keys() & set(form.names)))
    missing = [name for name in form.names if name not in contents]
    if missing:
        raise DataError(f"{path} {_say_missing(missing, others)}. {ADVICE}")
    return _read_batches(contents.__getitem__, form, str(path))


def _open_archive(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(_GZIP_START):
        return gzip.open(path, "rb")  # type: ignore[return-value]  # a file but in name
    if head.startswith((b"BZh", b"\xfd7zXZ")):
        raise tarfile.ReadError("compressed by bzip2 or xz, where gzip is expected")
    return path.open("rb")


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, where: str) -> bytes:
    if member.size > _MOST_BYTES:
        _refuse_size(where, member.size)
    file = archive.extractfile(member)
    return file.read() if file else b""


def _refuse_size(where: str, size: int) -> bytes:
    raise DataError(f"{where} has {size / 1e6:.0f} MB, where a batch has about 31. {ADVICE}")


def _say_missing(missing: list[str], others: set[str]) -> str:
    if len(missing) < len(OFFICIAL_MD5):
        return f"has no {', '.join(missing)}; CIFAR-10 has six batches"
    if {"train", "test"} <= others or {"train.bin", "test.bin"} <= others or {"train.mat", "test.mat"} <= others:
        return "is CIFAR-100, not CIFAR-10"
    return "holds none of CIFAR-10's six batches"


def _read_batches(read: OpenBatch, form: Form, where: str) -> Iterator[Batch]:
    for number, (name, official) in enumerate(zip(form.names, OFFICIAL_MD5.values(), strict=True)):
        content = read(name)
        images, labels = parse_batch(content, form, IMAGES_PER_BATCH, f"{where}/{name}")
        is_official = hashlib.md5(content, usedforsecurity=False).hexdigest() == official
        source: Source = "cifar10" if is_official else "cifar10-unverified"
        yield Batch(number * IMAGES_PER_BATCH, images, labels, source)
