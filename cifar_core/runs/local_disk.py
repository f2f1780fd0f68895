"""What belongs to a runs folder and lies on this machine's own disk: the index, the lock, what was seen of others.

Runs may lie on a network drive, where SQLite's write-ahead log does not work and locks may not hold.
"""

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

# Which runs folder it belongs to, so that it can go when that has gone.
_OF = "folder.txt"


def local_dir(runs_dir: Path) -> Path:
    """Return the folder that belongs to a runs folder on this machine, made if it is not there.

    It lies in $CIFAR_LOCAL_DIR, or in the system's folder for temporary files, and is named by the runs folder's path.

    Raises:
        OSError: It cannot be made, or what is there belongs to somebody else.
    """
    home = _local_home()
    resolved = os.path.normcase(runs_dir.resolve())
    digest = blake2b(resolved.encode(errors="surrogateescape"), digest_size=6).hexdigest()
    folder = home / f"{Path(resolved).name[:40]}-{digest}"
    if not folder.is_dir():
        _make_private(home)
        _remove_orphans(home)
        folder.mkdir(exist_ok=True)
        (folder / _OF).write_text(resolved, encoding="utf-8")
    return folder


def _local_home() -> Path:
    chosen = os.environ.get("CIFAR_LOCAL_DIR")
    if chosen:
        return Path(chosen)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"cifar-lab-{user}"


def _make_private(home: Path) -> None:
    """Anybody may write into the system's temporary folder: what somebody else put there is not used."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = home.lstat()
    is_mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    if not (stat.S_ISDIR(found.st_mode) and is_mine) and "CIFAR_LOCAL_DIR" not in os.environ:
        raise PermissionError(f"{home} belongs to somebody else; CIFAR_LOCAL_DIR names another folder")


def _remove_orphans(home: Path) -> None:
    """Remove what belonged to runs folders that are gone."""
    for path in home.glob(f"*/{_OF}"):
        with suppress(OSError, UnicodeDecodeError):
            if not Path(path.read_text(encoding="utf-8")).exists():
                shutil.rmtree(path.parent, ignore_errors=True)
