"""Where an export goes: the whole of it, or nothing."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cifar_core.export.exceptions import ExportError
from cifar_core.failures import explain, is_disk_full
from cifar_core.files import TEMPORARY


def choose_target(wanted: Path | None, name: str) -> Path:
    """Return where an export goes: the path that is wanted, or `name` in that folder, or in the current one.

    Raises:
        ExportError: Something is there already.
    """
    target = wanted if wanted is not None and not wanted.is_dir() else (wanted or Path()) / name
    if target.exists():
        raise ExportError(
            f"--to {str(target)!r} is there already; allowed: a path that is not, or a folder to put it in"
        )
    return target


@contextmanager
def built_beside(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write a file or folder at; it becomes the target when the block ends well.

    Whatever ends the block otherwise, nothing is left.

    Raises:
        ExportError: It cannot be written.
    """
    building = target.with_name(f".{target.name}.{os.getpid()}{TEMPORARY}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield building
        building.replace(target)
    except Exception as error:
        # Whichever library wrote: safetensors, torch and ONNX have errors of their own for a full disk.
        if isinstance(error, OSError) or is_disk_full(error):
            raise ExportError(f"{target} cannot be written: {explain(error)}") from error
        raise
    finally:
        if building.is_dir():
            shutil.rmtree(building, ignore_errors=True)
        else:
            building.unlink(missing_ok=True)


def pack_folder(folder: Path, path: Path) -> None:
    """Write a zip of a folder, with its name in front of its files'."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for found in sorted(folder.rglob("*")):
            archive.write(found, found.relative_to(folder.parent))


def count_bytes(path: Path) -> int:
    """Return the size of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sum(found.stat().st_size for found in files)
