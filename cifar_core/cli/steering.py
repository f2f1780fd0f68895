"""Commands that change runs that exist: stop, park, pause, resume, extend, delete."""

from typing import Annotated

from pydantic import BaseModel, Field

from cifar_core.cli.answers import print_json, result_of
from cifar_core.cli.arguments import AsJson, Detach, RunId, RunIds, RunsDir
from cifar_core.cli.waiting import await_runs
from cifar_core.config import TrainingConfig
from cifar_core.interrupts import counted_interrupts
from cifar_core.runs import RunStore

_MOST_EPOCHS = next(limit.le for limit in TrainingConfig.model_fields["num_epochs"].metadata if hasattr(limit, "le"))


class StopCommand(BaseModel):
    """End runs after their present step and keep what they have; take waiting ones out of the queue."""

    run_ids: RunIds
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Stop them all, or say which of them cannot be stopped."""
        store = RunStore(self.runs_dir)
        for run_id in self.run_ids:
            store.stop(run_id)
            print(f"Run {run_id} was told to stop.")
        _print_states(store, self.run_ids, self.as_json)


class ParkCommand(BaseModel):
    """End runs after their present epoch, without test, and free their device; `resume` takes one up again."""

    run_ids: RunIds
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Park them all, or say which of them cannot be parked."""
        store = RunStore(self.runs_dir)
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


class DeleteCommand(BaseModel):
    """Remove ended runs for good."""

    run_ids: RunIds
    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Delete them all, or say which of them cannot be deleted."""
        store = RunStore(self.runs_dir)
        store.refresh()
        for run_id in self.run_ids:
            store.delete(run_id)
            print(f"Run {run_id} is deleted.")
        print_json({"deleted": self.run_ids}, self.as_json)


def _print_states(store: RunStore, run_ids: list[str], as_json: bool) -> None:
    results = [result_of(run_id, store.record(run_id).status()) for run_id in run_ids]
    print_json(results[0] if len(results) == 1 else {"runs": results}, as_json)
