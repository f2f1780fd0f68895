"""Commands that change runs that exist: stop, park, pause, resume, extend, slim, delete."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import print_json, result_of
from cifar_core.cli.arguments import AsJson, Detach, RunId, RunIds, RunsDir, find_owner
from cifar_core.cli.waiting import await_runs
from cifar_core.config import TrainingConfig
from cifar_core.interrupts import counted_interrupts
from cifar_core.people import default_owner, is_same_person
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.slimming import count_spare_bytes

_MOST_EPOCHS = next(limit.le for limit in TrainingConfig.model_fields["num_epochs"].metadata if hasattr(limit, "le"))


OfOthers = Annotated[bool, Field(description="Also runs that are somebody else's than $CIFAR_OWNER's")]


class StopCommand(BaseModel):
    """End runs after their present step and keep what they have; take waiting ones out of the queue."""

    run_ids: RunIds
    of_others: OfOthers = False
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Stop them all, or say which of them cannot be stopped."""
        store = RunStore(self.runs_dir)
        check_owners(store, self.run_ids, of_others=self.of_others)
        for run_id in self.run_ids:
            store.stop(run_id)
            print(f"Run {run_id} was told to stop.")
        _print_states(store, self.run_ids, self.as_json)


class ParkCommand(BaseModel):
    """End runs after their present epoch, without test, and free their device; `resume` takes one up again."""

    run_ids: RunIds
    of_others: OfOthers = False
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Park them all, or say which of them cannot be parked."""
        store = RunStore(self.runs_dir)
        check_owners(store, self.run_ids, of_others=self.of_others)
        for run_id in self.run_ids:
            store.park(run_id)
            print(f"Run {run_id} is told to park.")
        _print_states(store, self.run_ids, self.as_json)


class PauseCommand(BaseModel):
    """Hold a running run after its present step; `resume` lets it go on. It keeps its device, unlike a parked one."""

    run_id: RunId
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Leave the message."""
        store = RunStore(self.runs_dir)
        store.pause(self.run_id)
        print(f"Run {self.run_id} was told to pause.")
        _print_states(store, [self.run_id], self.as_json)


class ResumeCommand(BaseModel):
    """Let a paused run go on, or queue a parked, stopped, failed or lost one again, and wait for it."""

    run_id: RunId
    runs_dir: RunsDir = None
    detach: Detach = False
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Do what the run's state asks for, and follow it."""
        store = RunStore(self.runs_dir)
        store.refresh()  # a run whose worker is gone is a lost one
        with counted_interrupts() as interrupts:
            if store.record(self.run_id).status().is_active:
                store.unpause(self.run_id)
            else:
                store.resume_run(self.run_id)
            await_runs(store, [self.run_id], interrupts, as_json=self.as_json, detach=self.detach)


class ExtendCommand(BaseModel):
    """Train an ended run for some epochs more, and wait for it."""

    run_id: RunId
    epochs: Annotated[int, Field(ge=1, le=_MOST_EPOCHS, description="How many more")]
    runs_dir: RunsDir = None
    detach: Detach = False
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Queue the run again and follow it."""
        store = RunStore(self.runs_dir)
        with counted_interrupts() as interrupts:
            store.extend(self.run_id, self.epochs)
            await_runs(store, [self.run_id], interrupts, as_json=self.as_json, detach=self.detach)


class SlimCommand(BaseModel):
    """Drop the optimizer's state of completed runs: they can be looked at and forked as before, but not extended."""

    run_ids: Annotated[CliPositionalArg[list[str]], Field(description="As `runs` lists them")] = []
    all_completed: Annotated[bool, Field(description="Of all completed runs; with --owner, of that person's")] = False
    owner: Annotated[str | None, Field(description="With --all-completed: whose")] = None
    of_others: OfOthers = False
    dry_run: Annotated[bool, Field(description="Only say how much that would free")] = False
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Say what it frees, free it, and say what is left possible."""
        if bool(self.run_ids) == self.all_completed:
            raise RunError("slim needs runs; allowed: their ids, or --all-completed")
        store = RunStore(self.runs_dir)
        check_owners(store, self.run_ids, of_others=self.of_others)
        spare = {run_id: count_spare_bytes(store.record(run_id)) for run_id in self.run_ids or self._list(store)}
        runs = [run_id for run_id in spare if spare[run_id] or not self.all_completed]
        print(f"Optimizer state of {_count(runs)}: {sum(spare.values()) / 1e6:,.1f} MB.")
        freed = {} if self.dry_run else {run_id: store.slim(run_id) for run_id in runs}
        if any(freed.values()):
            print(f"Dropped: {sum(freed.values()) / 1e6:,.1f} MB are free now. They cannot be extended, only forked.")
        facts = {"runs": runs, "bytes_before": sum(spare.values()), "bytes_freed": sum(freed.values())}
        print_json(facts, self.as_json)

    def _list(self, store: RunStore) -> list[str]:
        whose = None if self.owner is None else find_owner(self.owner)
        return [run.run_id for run in store.refresh() if whose is None or is_same_person(run.owner, whose)]


class DeleteCommand(BaseModel):
    """Remove ended runs for good."""

    run_ids: RunIds
    of_others: OfOthers = False
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Delete them all, or say which of them cannot be deleted."""
        store = RunStore(self.runs_dir)
        store.refresh()
        check_owners(store, self.run_ids, of_others=self.of_others)
        for run_id in self.run_ids:
            store.delete(run_id)
            print(f"Run {run_id} is deleted.")
        print_json({"deleted": self.run_ids}, self.as_json)


def _print_states(store: RunStore, run_ids: list[str], as_json: bool) -> None:
    results = [result_of(run_id, store.record(run_id).status()) for run_id in run_ids]
    print_json(results[0] if len(results) == 1 else {"runs": results}, as_json)


def _count(runs: list[str]) -> str:
    return f"{len(runs)} run" if len(runs) == 1 else f"{len(runs)} runs"


def check_owners(store: RunStore, run_ids: Iterable[str], *, of_others: bool) -> None:
    """Raise RunError if a run is somebody else's than who asks, and nobody said that this is meant."""
    me = default_owner()
    for run_id in [] if of_others else run_ids:
        owner = _owner_of(store, run_id)
        if owner and not is_same_person(owner, me):
            allowed = "allowed: your own, as $CIFAR_OWNER says, or --of-others"
            raise RunError(f"run {run_id} belongs to {owner!r}; {allowed}")


def _owner_of(store: RunStore, run_id: str) -> str:
    record = store.record(run_id)
    try:
        return record.meta().owner
    except RunError:
        return ""  # what people say of it is damaged: it can still be stopped and deleted
