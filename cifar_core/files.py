"""Files that are either the old or the new version, and how to tell the one from the other."""

import errno
import os
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cifar_core.failures import is_disk_full

# How the names of files end that are being written.
TEMPORARY = ".tmp"

# What zipfile, zlib and numpy raise, depending on which byte of an archive is damaged.
BROKEN_ARCHIVE = (
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class Stamp(NamedTuple):
    """What changes when a file does: a name for its present content.

    Attributes:
        modified: When it was last written, in nanoseconds since 1970.
        size: In bytes.
        inode: Its number in the file system: another one for a file that was put in its place.
    """

    modified: int
    size: int
    inode: int

    def __str__(self) -> str:
        return ".".join(map(str, self))


def stamp(path: Path) -> Stamp | None:
    """Return a file's stamp as it is now; None if there is no such file, or none that can be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return Stamp(stat.st_mtime_ns, stat.st_size, stat.st_ino)


def stamp_text(path: str) -> str:
    """Return a file's stamp as text; "-" if there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - a path as text, for speed
    except OSError:
        return "-"
    return f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}"


@contextmanager
def replaced_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what was written there takes its place when the block ends well.

    The data reaches the disk before the name does: neither a killed process nor a power cut leaves half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{TEMPORARY}")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        with suppress(OSError):  # what went wrong first is what counts
            temporary.unlink(missing_ok=True)


def write_text_atomically(path: Path, text: str) -> None:
    """Replace the file's text as a whole."""
    with replaced_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def insist_on_text(path: Path, text: str) -> None:
    """Replace the file's text as a whole, or over its own blocks if the disk has no room for another version beside it.

    What the old version held more is filled up with line ends: for JSON that is no change.

    Raises:
        OSError: Not even that could be done.
    """
    try:
        write_text_atomically(path, text)
    except OSError as error:
        if not is_disk_full(error):
            raise
        _overwrite(path, text)


def _overwrite(path: Path, text: str) -> None:
    with path.open("r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        content = text.encode().ljust(size, b"\n")
        if file.write(content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a directory to sync it
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
