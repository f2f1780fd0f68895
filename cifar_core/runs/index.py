"""A SQLite index over the run directories: the list of runs in one query, and the lock for queue decisions.

Nothing here is lost with the file: a missing, damaged or older index is rebuilt from the directories.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.locks import LockedError, exclusive
from cifar_core.runs.access import check_is_folder
from cifar_core.runs.damage import describe_damage
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.layout import stamp_watched
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.naming import is_run_id
from cifar_core.runs.record import RunMeta, RunRecord
from cifar_core.runs.status import RunStatus

_SCHEMA = 6
LOCK_SECONDS = 10.0
_INDEX_SECONDS = 5
_FEW = 3
# What sqlite says of a file that is no index of ours. Whatever else it says is of the disk, or of somebody's lock.
_DAMAGED = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA))


class RunSummary(BaseModel):
    """A run's line in the list of runs; `damage` says in one sentence which part of it could not be read."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str = ""
    note: str = ""
    preset: str | None = None
    created_at: float = 0.0
    priority: int = 0
    is_demo: bool = False
    imported_from: str = ""
    forked_from: str = ""
    forked_epoch: int | None = None
    experiment: str | None = None
    owner: str = ""
    data_source: str = ""
    config: RunConfig | None = None
    unknown_settings: tuple[str, ...] = ()
    read_only_because: str = ""
    status: RunStatus
    test_readings: int = 0
    damage: str = ""

    @property
    def is_imported(self) -> bool:
        """Whether it was trained elsewhere: it can be asked, and not go on; no statistic of settings counts it."""
        return bool(self.imported_from)

    @property
    def first_weights(self) -> str:
        """With which weights it began, where another run's: that run's id, and the epoch if it is known; else empty."""
        return self.forked_from and ", epoch ".join(map(str, filter(None, (self.forked_from, self.forked_epoch))))

    @property
    def is_program(self) -> bool:
        """Whether its network is a file from elsewhere, whose layers this project did not build."""
        return self.config is not None and self.config.model.name == "imported"

    @property
    def is_own(self) -> bool:
        """Whether somebody trained it here and wanted to: what averages, bands and advice speak of."""
        return not (self.is_demo or self.is_imported)

    @property
    def is_read_only(self) -> bool:
        """Whether another release wrote it, with settings that this one does not know: it can only be looked at."""
        return bool(self.unknown_settings)


_Lines = dict[str, tuple[str, RunSummary]]  # by run id: the stamp of its files, and what was read from them


class RunIndex:
    """The index of one runs directory. What this process has read already, it does not look up again."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir
        self._lines: _Lines = {}
        self._listed: tuple[dict[str, str], list[RunSummary]] = ({}, [])

    def summaries(self) -> list[RunSummary]:
        """Return all runs, newest first, after reading those whose files changed."""
        folder = str(self._runs_dir)
        stamps = {name: stamp_watched(f"{folder}/{name}") for name in self._run_names()}
        seen, listed = self._listed
        if stamps == seen:
            return list(listed)
        lines = self._lines
        changed = _changed(stamps, lines)
        if len(changed) > _FEW or not lines.keys() >= stamps.keys():
            lines = self._lookup(stamps, lines)
        else:
            # A worker writes its status twice a second: too often to be told to the index, which hears of it with the
            # next run or from the next process.
            lines = lines | _read(self._runs_dir, changed, stamps)
        self._lines = {run_id: lines[run_id] for run_id in stamps}
        summaries = [lines[run_id][1] for run_id in stamps]
        summaries.sort(key=lambda summary: (summary.created_at, summary.run_id), reverse=True)
        self._listed = stamps, summaries
        return list(summaries)

    @contextmanager
    def locked(self, seconds: float = LOCK_SECONDS) -> Iterator[list[RunSummary]]:
        """Hold the one lock for queue decisions over all processes; yields the runs as they are now.

        The lock is a file of its own: deleting or repairing the index takes it from nobody. It holds for this machine;
        between machines, the queue has one owner.

        Raises:
            RunError: It cannot be had within so many seconds.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(exclusive(local_dir(self._runs_dir) / "queue.lock", seconds))
            except LockedError as error:
                raise RunError(
                    f"another process has held the lock of the runs folder {self._runs_dir} for {seconds:g} seconds; "
                    "allowed: try again, or end that process if it hangs"
                ) from error
            except OSError as error:
                raise RunError(
                    f"the queue of {self._runs_dir} cannot be locked: {explain(error)}; allowed: a folder on this "
                    "machine's own disk, named by $CIFAR_LOCAL_DIR"
                ) from error
            yield self.summaries()

    def _lookup(self, stamps: dict[str, str], lines: _Lines) -> _Lines:
        """Fill in what the index knows and read the rest. No fault of the index keeps anybody from their runs."""
        for _ in range(2):
            try:
                with closing(self._open()) as connection:
                    return _synchronised(connection, self._runs_dir, stamps)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    break
                with suppress(OSError):
                    self._discard()
            except OSError:
                break  # there is no place for it on this machine
        return lines | _read(self._runs_dir, _changed(stamps, lines), stamps)

    def _run_names(self) -> list[str]:
        """Return the names of the runs' directories; none if there is no folder yet, or no more."""
        try:
            with os.scandir(self._runs_dir) as entries:
                return [entry.name for entry in entries if is_run_id(entry.name) and entry.is_dir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            check_is_folder(self._runs_dir)
            raise RunError(f"the runs folder {self._runs_dir} cannot be read: {explain(error)}") from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            local_dir(self._runs_dir) / "index.sqlite", timeout=_INDEX_SECONDS, isolation_level=None
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
                connection.executescript(f"""
                    BEGIN IMMEDIATE;
                    DROP TABLE IF EXISTS runs;
                    CREATE TABLE runs (run_id TEXT PRIMARY KEY, stamp TEXT NOT NULL, summary TEXT NOT NULL);
                    PRAGMA user_version = {_SCHEMA};
                    COMMIT;
                """)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        """Remove a damaged index, unless somebody else has replaced it meanwhile."""
        folder = local_dir(self._runs_dir)
        with exclusive(folder / "index.lock", _INDEX_SECONDS):
            try:
                with closing(self._open()) as connection:
                    connection.execute("SELECT run_id, stamp, summary FROM runs").fetchall()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    return
                for path in folder.glob("index.sqlite*"):
                    path.unlink(missing_ok=True)


def summarize_run(record: RunRecord) -> RunSummary:
    """Read a run's line from its directory; one that has no readable status shows as failed, with the reason."""
    try:
        return _summarize(record, record.status())
    except RunError as error:
        message = str(error)
    status = RunStatus(status="failed", message=message)
    return RunSummary(run_id=record.run_id, created_at=_time_in(record.run_id), status=status, damage=message)


def _summarize(record: RunRecord, status: RunStatus) -> RunSummary:
    """Read what is whole."""
    meta, stored = RunMeta(), None
    with suppress(RunError):
        meta = record.meta()
    try:
        stored = record.stored_config()
    except RunError as error:
        # It can be neither trained nor explained; what it was doing stands.
        name = "failed" if status.status == "queued" else status.status
        status = status.model_copy(update={"status": name, "message": str(error)})
    return RunSummary(
        run_id=record.run_id,
        name=meta.name,
        note=meta.note,
        preset=meta.preset,
        created_at=meta.created_at or _time_in(record.run_id),
        priority=meta.priority,
        is_demo=meta.is_demo,
        imported_from=meta.imported_from,
        forked_from=meta.forked_from or "",
        forked_epoch=meta.forked_epoch,
        experiment=meta.experiment,
        owner=meta.owner,
        data_source=record.environment().get("data_source", ""),
        config=stored.config if stored else None,
        unknown_settings=stored.unknown if stored else (),
        read_only_because=stored.explanation if stored else "",
        status=status,
        test_readings=record.test_readings(),
        damage=describe_damage(record, with_metrics=False),
    )


def _synchronised(connection: sqlite3.Connection, runs_dir: Path, stamps: dict[str, str]) -> _Lines:
    """Bring the index up to date with the directories, in one transaction, and return it."""
    known: _Lines = {}
    stored = connection.execute("SELECT run_id, stamp, summary FROM runs").fetchall()
    for run_id, stamped, text in stored:
        if stamps.get(run_id) == stamped and (summary := _parse(text)) is not None:
            known[run_id] = (stamped, summary)
    fresh = _read(runs_dir, _changed(stamps, known), stamps)
    gone = [(run_id,) for run_id, _, _ in stored if run_id not in stamps]
    if fresh or gone:
        rows = [(run_id, stamped, summary.model_dump_json()) for run_id, (stamped, summary) in fresh.items()]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)
        connection.executemany("DELETE FROM runs WHERE run_id = ?", gone)
        connection.execute("COMMIT")
    return known | fresh


def _read(runs_dir: Path, run_ids: list[str], stamps: dict[str, str]) -> _Lines:
    # The stamp is older than what is read under it: a change in between is seen next time, never missed.
    return {run_id: (stamps[run_id], summarize_run(RunRecord(runs_dir / run_id))) for run_id in run_ids}


def _changed(stamps: dict[str, str], lines: _Lines) -> list[str]:
    return [run_id for run_id, stamped in stamps.items() if run_id not in lines or lines[run_id][0] != stamped]


def _parse(text: str) -> RunSummary | None:
    """Read a stored line; None for one that another release wrote or that was damaged."""
    try:
        return RunSummary.model_validate_json(text)
    except ValidationError:
        return None


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _time_in(run_id: str) -> float:
    """When a run was made, in seconds since 1970, as its id tells to the minute; 0 if that is no date."""
    try:
        return datetime.strptime(run_id[:13], "%Y%m%d-%H%M").timestamp()
    except ValueError:
        return 0.0
