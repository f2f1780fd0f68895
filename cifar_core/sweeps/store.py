"""The sweeps beside a store's runs: begin, look up, stop, extend, promote."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cifar_core.failures import explain
from cifar_core.files import stamp
from cifar_core.formats import dump_config
from cifar_core.locks import LockedError, exclusive
from cifar_core.processes import start_detached
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.folders import RecordFolder
from cifar_core.sweeps import steps
from cifar_core.sweeps.conductor import Conductor
from cifar_core.sweeps.plan import Budget, Plan
from cifar_core.sweeps.record import Promotion, Sweep, is_of_newer
from cifar_core.sweeps.sampling import require_optuna

_FOLDER, _FILE, _LOG = "sweeps", "sweep.json", "driver.log"
# Two who press at once, or one who presses twice, mean one sweep.
_TWICE_SECONDS = 30.0
# Who advances a sweep may import torch meanwhile.
_LOCK_SECONDS = 60.0
DRIVER = "cifar_core.sweeps.driver"


class SweepStore:
    """The sweeps of a runs folder, each a folder of `sweeps/` with one file that is the truth about it."""

    def __init__(self, runs: RunStore) -> None:
        self.runs = runs
        self._records = RecordFolder(runs.runs_dir / _FOLDER, Sweep, "sweep", "those that `sweeps` lists")

    def start(self, plan: Plan, *, data_dir: Path | None = None, owner: str = "") -> Sweep:
        """Put a sweep on record; `drive` then lets it go on.

        Args:
            plan: What is asked.
            data_dir: Where the images are; $CIFAR_DATA_DIR or `data` if None.
            owner: Whose runs it trains; empty: nobody's.

        Raises:
            RunError: It cannot be written.
            ConfigError: Optuna is not installed.
        """
        require_optuna()
        sweep = Sweep(
            id=self._records.new_id(plan.name),
            plan=plan,
            base=json.loads(dump_config(plan.base())),
            budget=plan.budget,
            data_dir=None if data_dir is None else str(data_dir.resolve()),
            owner=owner,
            created_at=time.time(),
        )
        self._write(sweep)
        return sweep

    def start_once(self, plan: Plan, *, data_dir: Path | None = None, owner: str = "") -> tuple[Sweep, bool]:
        """Like `start`, but what its owner put on record a moment ago is not begun again: somebody pressed twice.

        Returns:
            The sweep, and whether it is a new one.

        Raises:
            RunError: It cannot be written, or another process holds the list of sweeps.
            ConfigError: Optuna is not installed.
        """
        folder = self.runs.runs_dir / _FOLDER
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(folder / ".start.lock", _LOCK_SECONDS):
                since = time.time() - _TWICE_SECONDS
                late = (each for each in self.list_sweeps() if each.created_at > since)
                found = next((each for each in late if (each.plan, each.owner) == (plan, owner)), None)
                if found is not None:
                    return found, False
                return self.start(plan, data_dir=data_dir, owner=owner), True
        except LockedError as error:
            raise RunError("no sweep was begun: another process begins one; allowed: try again") from error
        except OSError as error:
            raise RunError(f"no sweep was begun: {explain(error)}") from error

    def get(self, sweep_id: str) -> Sweep:
        """Return a sweep.

        Raises:
            RunError: There is none of this name, or it cannot be read.
        """
        try:
            return self._records.get(sweep_id)
        except RunError as error:
            if is_of_newer(self._file(sweep_id)):
                raise RunError(
                    f"sweep {sweep_id!r} cannot be shown: a newer release wrote it; allowed: to use that one"
                ) from error
            raise

    def has(self, sweep_id: str) -> bool:
        """Whether there is one of this name, whether or not it can be read."""
        return self._file(sweep_id).is_file()

    def stage(self) -> str:
        """Return a text that changes when any of them does."""
        files = sorted((self.runs.runs_dir / _FOLDER).glob(f"*/{_FILE}"))
        stamps = [(path.parent.name, stamp(path)) for path in files]
        return hashlib.blake2b(repr(stamps).encode(), digest_size=8).hexdigest()

    def list_unreadable(self) -> dict[str, str]:
        """Return why those that cannot be read cannot, by id."""
        found: dict[str, str] = {}
        for path in sorted((self.runs.runs_dir / _FOLDER).glob(f"*/{_FILE}")):
            try:
                self.get(path.parent.name)
            except RunError as error:
                found[path.parent.name] = str(error)
        return found

    def changed_at(self, sweep_id: str) -> float:
        """Return when a sweep's record last changed or a process was last started for it; Unix time, 0 without one."""
        times = [stamped.modified for path in (self._file(sweep_id), self._log(sweep_id)) if (stamped := stamp(path))]
        return max(times, default=0) / 1e9

    def list_sweeps(self) -> list[Sweep]:
        """Return those that can be read, newest first."""
        return self._records.list()

    def advance(self, sweep_id: str) -> Sweep:
        """Note what runs came to and do what is due; return the sweep.

        Raises:
            RunError: Runs cannot be written or started, or another process holds the record.
            ConfigError: Optuna is not installed.
        """
        with self._held(sweep_id) as sweep:
            return Conductor(self.runs, self._write).advance(sweep)

    def stop(self, sweep_id: str) -> Sweep:
        """Let a sweep ask for nothing more, and stop its runs; what is done stays, and it can go on later."""
        with self._held(sweep_id) as sweep:
            stopped = sweep.model_copy(update={"state": "stopped", "message": ""})
            self._write(stopped)
        self.runs.stop_all({run.run_id for run in self.runs.list_runs() if run.experiment == sweep_id})
        return stopped

    def go_on(self, sweep_id: str) -> Sweep:
        """Let a stopped sweep go on, with what was stopped, failed or lost in it."""
        with self._held(sweep_id) as sweep:
            going = sweep.model_copy(update={"state": "running", "message": ""})
            self._write(going)
            if sweep.state == "stopped":
                self._take_up_ended(going)
        return going

    def extend(self, sweep_id: str, budget: Budget, *, seen: Budget | None = None) -> Sweep:
        """Add to a sweep's budget; what is asked for then is halved by itself.

        Args:
            sweep_id: Which.
            budget: What is added.
            seen: What the budget was when somebody decided on it; None: whatever it is.

        Raises:
            ConfigError: The budget is of another kind than the sweep's, or too large together with it.
            RunError: The sweep was promoted: its choice is made. Or somebody else has added to it since.
        """
        with self._held(sweep_id) as sweep:
            if seen is not None and sweep.budget != seen:
                raise RunError(f"sweep {sweep_id} was extended meanwhile, to {sweep.budget}")
            if sweep.promotion is not None:
                raise RunError(f"sweep {sweep_id} was promoted: its choice is made; allowed: a new sweep")
            is_new = sweep.plan.halving is not None and bool(sweep.trials)
            changes = {"budget": sweep.budget.plus(budget), "cohort": sweep.cohort + is_new, "state": "running"}
            extended = sweep.model_copy(update=changes | {"message": ""})
            self._write(extended)
        return extended

    def promote(self, sweep_id: str, *, top: int = 3, num_seeds: int = 5, reads_test: bool = True) -> Sweep:
        """Let the best of a sweep be trained again with seeds that it was not chosen by.

        Args:
            sweep_id: Of a sweep whose search is over, or was stopped: then nothing more is searched.
            top: How many configurations.
            num_seeds: Fresh ones of each.
            reads_test: Whether the winner then looks at test, once.

        Raises:
            RunError: The search goes on, nothing came of it, or it was promoted before.
        """
        with self._held(sweep_id) as sweep:
            ranking = sweep.ranking()
            if sweep.promotion is not None:
                raise RunError(f"sweep {sweep_id} was promoted already; allowed: once")
            if not (steps.is_search_over(sweep) or sweep.state == "stopped") or not ranking:
                raise RunError(
                    f"sweep {sweep_id} goes on, or nothing came of it; allowed: one whose search is over, or stopped"
                )
            first = max(sweep.seeds) + 1
            promotion = Promotion(
                trials=tuple(trial.number for trial in ranking[:top]),
                seeds=tuple(range(first, first + num_seeds)),
                reads_test=reads_test,
            )
            closed = {"is_closed": not steps.is_search_over(sweep), "state": "running", "message": ""}
            promoted = sweep.model_copy(update={"promotion": promotion} | closed)
            self._write(promoted)
        return promoted

    def is_driven(self, sweep_id: str) -> bool:
        """Whether a process lets a sweep go on."""
        try:
            with self.driving(sweep_id):
                return False
        except LockedError:
            return True

    @contextmanager
    def driving(self, sweep_id: str, patience: float = 0.0) -> Iterator[None]:
        """Be the one process that lets a sweep go on.

        Args:
            sweep_id: Which.
            patience: Seconds to wait; who only asks whether there is one holds it for an instant.

        Raises:
            LockedError: Another one is.
            OSError: The lock cannot be made.
        """
        with exclusive(self._records.path(sweep_id) / ".driver.lock", patience):
            yield

    def drive(self, sweep_id: str) -> None:
        """Let a process of its own bring a sweep to its end, unless there is one or nothing is left to do.

        Raises:
            RunError: It cannot be started.
        """
        sweep = self.get(sweep_id)
        if sweep.is_of_newer or sweep.state != "running" or steps.is_over(sweep) or self.is_driven(sweep_id):
            return
        try:
            self._log(sweep_id).touch()
            with self._log(sweep_id).open("ab") as log:
                start_detached(DRIVER, [str(self.runs.runs_dir), sweep_id], log)
        except OSError as error:
            raise RunError(f"sweep {sweep_id} was not started: {explain(error)}") from error

    def log_tail(self, sweep_id: str) -> str:
        """Return the last line that the process behind a sweep wrote; empty if there is none."""
        try:
            lines = self._log(sweep_id).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""

    def _take_up_ended(self, sweep: Sweep) -> None:
        """Queue again what ended before it came to a score."""
        ended = {run.run_id for run in self.runs.list_runs() if run.status.is_resumable}
        goals = {run_id: sweep.rungs[trial.rung] for trial in sweep.trials for run_id in trial.runs.values()}
        due: dict[int | None, list[str]] = {}
        for run_id in steps.list_unfinished(sweep):
            if run_id in ended:
                due.setdefault(goals.get(run_id), []).append(run_id)
        for until, run_ids in due.items():
            self.runs.resume_runs(run_ids, until)

    @contextmanager
    def _held(self, sweep_id: str) -> Iterator[Sweep]:
        """Yield a sweep as it is on disk; nobody else changes it meanwhile."""
        self.get(sweep_id)
        try:
            with exclusive(self._records.path(sweep_id) / ".lock", _LOCK_SECONDS):
                sweep = self.get(sweep_id)
                if sweep.is_of_newer:
                    raise RunError(f"sweep {sweep_id} can only be looked at: a newer release wrote it")
                yield sweep
        except LockedError as error:
            raise RunError(f"sweep {sweep_id} is held by another process; allowed: try again") from error

    def _file(self, sweep_id: str) -> Path:
        return self._records.path(sweep_id) / _FILE

    def _log(self, sweep_id: str) -> Path:
        return self._records.path(sweep_id) / _LOG

    def _write(self, sweep: Sweep) -> None:
        self._records.write(sweep.id, sweep)
