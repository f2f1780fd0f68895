"""What in a data directory may be CIFAR-10: found by names and first bytes, without reading an image."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cifar_core.data.batches import ADVICE, FORMS, Form, guess_kind
from cifar_core.data.reader import ARCHIVE, FOLDER

_MOST_FOLDERS = 200  # looked into; a data directory has a few
_HEAD_BYTES = 512
_ARCHIVE_ENDINGS = (".gz", ".tgz", ".tar", ".bz2", ".xz", ".zip", ".7z", ".rar")
_OTHER_ENDINGS = (".npz", ".parquet", ".h5", ".hdf5", ".html", ".htm")
_UNFINISHED_ENDINGS = (".crdownload", ".download", ".opdownload")
_CIFAR100_FILES = (("train", "test", "meta"), ("train.bin", "test.bin"), ("train.mat", "test.mat"))


@dataclass(frozen=True)
class Finding:
    """Something in a data directory that is CIFAR-10, or looks as if it were meant to be.

    Attributes:
        kind: "folder": one with batches. "other": neither that nor an archive of tar's.
        path: A folder or a file.
        depth: How many folders below the data directory; the usual folder counts as the directory itself.
        files: What it consists of.
        form: Of a folder's batches.
        refusal: Why it cannot be used, in words: what it is, and what to do. "" if it may be.
    """

    kind: Literal["folder", "archive", "other"]
    path: Path
    depth: int
    files: tuple[Path, ...] = ()
    form: Form = FORMS[0]
    refusal: str = ""


def find_cifar10(data_dir: Path, cache_dir: Path) -> Finding | None:
    """Return the first that can be used: the least deep, a folder before an archive, the usual names first.

    If there is none, something that looks like CIFAR but cannot be used; None if nothing does.

    Args:
        data_dir: Searched with its folders and theirs.
        cache_dir: Left out.
    """
    found = [
        finding
        for folder, depth, entries in _walk(data_dir, cache_dir)
        for finding in _inspect_folder(folder, depth, entries, data_dir)
    ]
    return min(
        found, key=lambda finding: (bool(finding.refusal), finding.depth, finding.kind != "folder"), default=None
    )


def _walk(data_dir: Path, cache_dir: Path) -> Iterator[tuple[Path, int, list[os.DirEntry[str]]]]:
    """Yield the usual folder, the data directory, its folders, and theirs, each with its depth and what is in it."""
    usual = (data_dir / FOLDER, data_dir)
    level, seen = list(usual), 0
    for depth in range(3):
        below: list[Path] = []
        for folder in level:
            if seen >= _MOST_FOLDERS or not folder.is_dir():
                continue
            seen += 1
            entries = _entries(folder)
            yield folder, depth, entries
            if depth < 2:
                below += [path for entry in entries if _is_so(entry.is_dir) and (path := Path(entry.path)) != cache_dir]
        level = [path for path in dict.fromkeys(below) if path not in usual]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, the usual archive first. What each is, the folder itself knows, but of links."""
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not entry.name.startswith(".")]
    except OSError:
        return []
    return sorted(entries, key=lambda entry: (entry.name != ARCHIVE, entry.name))


def _inspect_folder(folder: Path, depth: int, entries: list[os.DirEntry[str]], data_dir: Path) -> Iterator[Finding]:
    names = {entry.name for entry in entries}
    is_named = _is_named_cifar(folder.name) and folder != data_dir
    yield from _find_batches(folder, depth, names)
    for entry in entries:
        if _is_named_cifar(entry.name) and _is_so(entry.is_file):
            yield from _inspect_file(Path(entry.path), depth)
    has_batches = any(names & set(form.names) for form in FORMS)
    if is_100 := any(names.issuperset(files) for files in _CIFAR100_FILES):
        yield _refuse(folder, depth, "is CIFAR-100, not CIFAR-10")
    if is_named and not has_batches and not is_100 and not any(_is_so(entry.is_dir) for entry in entries):
        yield _refuse(folder, depth, "holds none of CIFAR-10's six batches" if names else "is empty")


def _find_batches(folder: Path, depth: int, names: set[str]) -> Iterator[Finding]:
    for form in FORMS:
        missing = [name for name in form.names if name not in names]
        if len(missing) == len(form.names):
            continue
        files = tuple(folder / name for name in form.names)
        if not missing:
            yield Finding("folder", folder, depth, files, form)
        else:
            words = f"{folder} is incomplete: {', '.join(missing)} missing; copy all six batches, or remove the folder"
            yield Finding("folder", folder, depth, files, form, words)


def _inspect_file(path: Path, depth: int) -> Iterator[Finding]:
    name = path.name.lower()
    if name.endswith(_UNFINISHED_ENDINGS):
        yield _refuse(path, depth, "is a download that is not finished")
    elif name.endswith(_OTHER_ENDINGS):
        yield _refuse(path, depth, "is not an archive of CIFAR-10's batches")
    elif name.endswith(_ARCHIVE_ENDINGS):
        kind = guess_kind(_read_head(path))
        if "100" in name and "10-" not in name:
            yield _refuse(path, depth, "is CIFAR-100, not CIFAR-10")
        elif kind:
            yield _refuse(path, depth, f"is not a complete archive but {kind}")
        else:
            yield Finding("archive", path, depth, (path,))


def _is_so(ask: Callable[[], bool]) -> bool:
    """Whether an entry is what it is asked for: a link that leads in circles, or where nobody may look, is nothing."""
    try:
        return ask()
    except OSError:
        return False


def _is_named_cifar(name: str) -> bool:
    return "cifar" in name.lower()


def _read_head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b"?"  # whoever reads it says why it cannot be read


def _refuse(path: Path, depth: int, what: str) -> Finding:
    return Finding("other", path, depth, (path,), refusal=f"found {path}, which {what}. {ADVICE}")
