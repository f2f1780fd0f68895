"""A run directory, read. It is the truth about the run; everything else can be rebuilt from it."""

import time
from pathlib import Path
from typing import Annotated, Any
from zipfile import is_zipfile

from pydantic import BaseModel, ConfigDict, Field

from cifar_core.config import RunConfig
from cifar_core.evaluation import read_saved_epoch
from cifar_core.failures import explain, is_read_only
from cifar_core.files import Stamp, stamp, write_text_atomically
from cifar_core.formats import FORMAT, StoredConfig, dump_config, read_config
from cifar_core.overrides import ConfigError
from cifar_core.people import LONGEST_NAME
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.journal import append_row
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.metrics import EventHistory, MetricsHistory
from cifar_core.runs.salvage import encodable, fit_model, is_number, read_object, unreadable
from cifar_core.runs.status import Count, Moment, RunStatus, read_status
from cifar_core.runs.steps import Bookmark

_TAIL_BYTES = 64_000
# What readers of an environment rely on being words, or numbers.
_WORDS = frozenset(("data_source", "data_fingerprint", "device", "device_title", "precision"))
_NUMBERS = frozenset(("num_threads", "num_cores", "num_train", "num_test"))


class RunMeta(BaseModel):
    """What people say of a run, and where it came from; a demo is one that nobody asked for.

    One that was imported was trained elsewhere: it names the file it came in.

    Runs of one experiment name it, and are trained one after another by one process. A run that says so parks itself
    once so many epochs are done. One that began with another run's weights names it, and the epoch that they are of.
    Whose it is says a name that somebody gave; it is empty of older runs, and of those of nobody. Where the data lie,
    and what they are, is said as the machine knows it that submitted the run.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    name: str = ""
    note: str = ""
    preset: str | None = None
    data_dir: str | None = None
    data_host: str = ""
    data_kind: str = ""
    priority: Annotated[int, Field(ge=-(2**53), le=2**53)] = 0
    forked_from: str | None = None
    forked_epoch: Count | None = None
    is_demo: bool = False
    imported_from: str = ""
    experiment: str | None = None
    park_after: Count | None = None
    owner: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    created_at: Moment = 0.0


class RunRecord:
    """Typed access to one run directory. Reading never changes it.

    One record serves all threads of a process, and reads of a growing file only what is new.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.files = RunFiles(run_dir)
        self._metrics = MetricsHistory(self.files.metrics)
        self._events = EventHistory(self.files.events)
        self._archives: dict[Path, Stamp] = {}
        self._saved_epochs: dict[Path, tuple[Stamp, int | None]] = {}
        self._num_uncounted = 0

    @property
    def run_id(self) -> str:
        """The directory's name."""
        return self.run_dir.name

    def stored_config(self) -> StoredConfig:
        """Return the settings of the run as far as this release knows them, and what it does not know.

        Raises:
            RunError: The record is not readable.
        """
        try:
            return read_config(encodable(self.files.config.read_bytes()))
        except OSError as error:
            raise unreadable(self.files.config, explain(error)) from error
        except (ConfigError, RecursionError) as error:
            raise unreadable(self.files.config, str(error).splitlines()[0]) from error

    def config(self) -> RunConfig:
        """Return the settings of the run, all of them, to train by.

        Raises:
            RunError: The record is not readable, or another release wrote settings that this one does not know.
        """
        stored = self.stored_config()
        if stored.explanation:
            raise RunError(f"run {self.run_id} can only be looked at: {stored.explanation}")
        return stored.config

    def meta(self) -> RunMeta:
        """Return name, note and origin; what of it is damaged has its default.

        Raises:
            RunError: The record is not readable.
        """
        return fit_model(RunMeta, read_object(self.files.meta))[0]

    def status(self) -> RunStatus:
        """Return what the run is doing.

        Raises:
            RunError: The record is not readable.
        """
        return read_status(self.run_dir)

    def environment(self) -> dict[str, Any]:
        """Return what the latest attempt ran on, as far as it is readable; empty before the first one."""
        try:
            stored = read_object(self.files.environment)
        except RunError:
            return {}
        return {name: value for name, value in stored.items() if is_fact(name, value)}

    def change_meta(self, **changes: Any) -> None:
        """Rewrite some of name, note, preset.

        Raises:
            RunError: What is there is not readable.
            OSError: It cannot be written.
        """
        write_text_atomically(self.files.meta, self.meta().model_copy(update=changes).model_dump_json(indent=1))

    def epoch_rows(self) -> list[dict[str, Any]]:
        """Return a row for each finished epoch, in order; of one that was run twice, the later."""
        epochs = {row["epoch"]: row for row in self._metrics.rows("epoch")}
        return [epochs[epoch] for epoch in sorted(epochs)]

    def step_rows(self, max_rows: int = 400) -> list[dict[str, Any]]:
        """Return rows within epochs, thinned evenly to `max_rows`; those of an abandoned part are left out."""
        return self._metrics.steps(max_rows)

    def step_rows_on(self, max_rows: int, bookmark: Bookmark | None) -> tuple[list[dict[str, Any]], Bookmark, bool]:
        """Return those that are new since a bookmark, the next bookmark, and whether they go on from the last ones."""
        return self._metrics.steps_on(max_rows, bookmark)

    def compile_seconds(self) -> float:
        """Return how long the network was compiled before its steps, over all attempts; 0 if it was not."""
        return sum(row["seconds"] for row in self._metrics.rows("compiled"))

    def events(self) -> list[dict[str, Any]]:
        """Return what happened to the run beside training, each with `kind` and `time`."""
        return self._events.rows()

    def event_damage(self) -> str:
        """Say which of the events are left out, since they cannot be read; empty if none are."""
        return self._events.damage

    def metrics_damage(self) -> str:
        """Say which of the metrics are left out, likewise."""
        return self._metrics.damage

    def record_event(self, kind: str, **facts: Any) -> None:
        """Note something that happened to the run."""
        append_row(self.files.events, {"kind": kind, "time": time.time(), **facts})

    def test_readings(self) -> int:
        """Return how often the test images were looked at, the end of the run included."""
        return sum(event.get("kind") == "test_reading" for event in self.events()) + self._num_uncounted

    def count_test_reading(self, by: str, look: str = "") -> int:
        """Note a look at the test images, and return how many there were.

        Where nothing can be written, e.g. in a course's folder, it is remembered for as long as this record is open.

        Args:
            by: What showed them.
            look: Names a look of which this may be a part, e.g. of one sitting: it counts once. Empty: by itself.
        """
        if look and any(event.get("kind") == "test_reading" and event.get("look") == look for event in self.events()):
            return self.test_readings()
        try:
            self.record_event("test_reading", by=by, **({"look": look} if look else {}))
        except OSError as error:
            if not is_read_only(error):
                raise
            self._num_uncounted += 1
        return self.test_readings()

    def log_tail(self, num_lines: int = 40) -> str:
        """Return the last lines that the worker and its libraries wrote."""
        try:
            with self.files.log.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-num_lines:])

    def checkpoint_path(self, which: int | str) -> Path:
        """Return where the "best" or the "last" checkpoint is, or would be, or an epoch's own weights (1-based)."""
        return self.files.checkpoint_path(which)

    def weights_refusal(self) -> tuple[int, str] | None:
        """Return the first epoch (1-based) whose own weights found no room, and why; None if none was refused."""
        rows = self._metrics.rows("weights_refused")
        return (rows[0]["epoch"], rows[0]["reason"]) if rows else None

    def prediction_epochs(self) -> list[int]:
        """Return the epochs whose val predictions are saved, without those whose file was cut short."""
        files = self.files
        return [epoch for epoch in files.val_epochs() if self._is_archive(files.predictions_path("val", epoch))]

    def _is_archive(self, path: Path) -> bool:
        """An archive's last bytes say what is in it. Each file is looked at once."""
        stamped = stamp(path)
        if stamped is not None and self._archives.get(path) != stamped and is_zipfile(path):
            self._archives[path] = stamped
        return stamped is not None and self._archives.get(path) == stamped

    def predictions_path(self, split: str, epoch: int | str) -> Path | None:
        """Return a file of saved predictions, None if there is none.

        Args:
            split: "val" (every epoch) or "test" (the best and the last).
            epoch: 1-based, "best" or "last".
        """
        if split == "test":
            return self._test_files().get(epoch) if isinstance(epoch, int) else self._test_file(epoch)
        status = self.status()
        number = {"best": status.best_epoch, "last": status.epoch}.get(str(epoch), epoch)
        path = self.files.predictions_path("val", number if isinstance(number, int) else 0)
        return path if path.is_file() else None

    def test_epochs(self) -> list[int]:
        """Return the epochs whose test predictions are saved, ascending.

        While a run trains on they are those of its former end, whichever epochs are the best and the last by now.
        """
        return sorted(self._test_files())

    def _test_files(self) -> dict[int, Path]:
        status = self.status()
        found: dict[int, Path] = {}
        for which, epoch in (("last", status.epoch), ("best", status.best_epoch)):
            path = self._test_file(which)
            if path is not None and (number := self._saved_epoch(path) or epoch):
                found[number] = path
        return found

    def _test_file(self, which: str) -> Path | None:
        path = self.files.predictions_path("test", which)
        return path if path.is_file() else None

    def _saved_epoch(self, path: Path) -> int | None:
        """What a file says of itself; those of older releases say nothing. Each is looked at once."""
        stamped = stamp(path)
        known = self._saved_epochs.get(path)
        if stamped is None or known is None or known[0] != stamped:
            epoch = read_saved_epoch(path)
            if stamped is not None:
                self._saved_epochs[path] = stamped, epoch
            return epoch
        return known[1]


def create_record(run_dir: Path, config: RunConfig, meta: RunMeta) -> RunRecord:
    """Write what a new run begins with, all but its status."""
    write_config(run_dir, config)
    write_text_atomically(RunFiles(run_dir).meta, meta.model_dump_json(indent=1))
    return RunRecord(run_dir)


def write_config(run_dir: Path, config: RunConfig) -> None:
    """Write a run's settings."""
    write_text_atomically(RunFiles(run_dir).config, dump_config(config, indent=1))


def is_fact(name: str, value: Any) -> bool:
    """Whether an entry of an environment is what its readers expect."""
    if name in _WORDS:
        return isinstance(value, str)
    if name == "precision_timing":
        return isinstance(value, dict) and all(is_number(each) and each > 0 for each in value.values())
    return is_number(value) if name in _NUMBERS else True
