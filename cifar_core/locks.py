"""Locks between processes, of this machine or of others that share the folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class LockedError(TimeoutError):
    """Somebody else holds the lock, for longer than one can wait."""


@contextmanager
def exclusive(path: Path, seconds: float) -> Iterator[None]:
    """Hold a lock that the system releases when its holder dies. The file itself stays empty.

    Args:
        path: Of the lock's file; made if it is not there.
        seconds: How long to wait for whoever holds it.

    Raises:
        LockedError: It was held all the time, e.g. by a process that somebody halted.
        OSError: The file cannot be made or used.
    """
    with closing(_take(path, seconds)):
        yield


def _take(path: Path, seconds: float) -> sqlite3.Connection:
    try:
        return _begin(path, seconds)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise LockedError(f"{path} is held by another process") from error
        raise OSError(f"{path.name} cannot be used as a lock: {error}") from error
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)  # it holds something else, so nobody can have locked it
    try:
        return _begin(path, seconds)
    except sqlite3.Error as error:
        raise OSError(f"{path.name} cannot be used as a lock: {error}") from error


def _begin(path: Path, seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=seconds, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
