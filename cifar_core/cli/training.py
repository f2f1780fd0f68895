"""Commands that train: a new run, or one from the weights of another."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from cifar_core.cli.answers import PROGRAM, FailedError, print_json, remark, remark_on
from cifar_core.cli.arguments import (
    AsJson,
    DataDir,
    Detach,
    Mlflow,
    Overrides,
    Owner,
    RunId,
    RunsDir,
    find_owner,
    parse_overrides,
)
from cifar_core.cli.choosing import name_selections
from cifar_core.cli.waiting import await_runs
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.interrupts import counted_interrupts
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import Fork, RunStore, default_runs_dir, list_presets
from cifar_core.runs.cluster.choice import read_address
from cifar_core.selections import find_contents
from cifar_core.training.device import resolve_device

_MOST_SEEDS = 20
Name = Annotated[str, Field(max_length=80, description="Name of the run (default: the preset's)")]


class TrainCommand(BaseModel):
    """Train a network and wait for it. Interrupt once to stop it and keep what it has."""

    runs_dir: RunsDir = None
    preset: Annotated[
        str, Field(description=f"Settings to start from: {', '.join(PRESETS)}, or one saved in the dashboard")
    ] = "notebook"
    overrides: Overrides = []
    name: Name = ""
    seeds: Annotated[
        int, Field(ge=1, le=_MOST_SEEDS, description="Train so many runs, each with the next seed, one after another")
    ] = 1
    dry_run: Annotated[
        bool,
        Field(description="Say what would be trained, how much memory and how long that takes here, and train nothing"),
    ] = False
    owner: Owner = None
    data_dir: DataDir = None
    detach: Detach = False
    mlflow: Mlflow = None
    as_json: AsJson = False

    @field_validator("preset")
    @classmethod
    def _preset_exists(cls, preset: str, info: ValidationInfo) -> str:
        presets = list_presets(info.data.get("runs_dir") or default_runs_dir())
        if preset not in presets:
            raise ValueError(f"no such preset; allowed: {', '.join(presets)}")
        return preset

    def cli_cmd(self) -> None:
        """Submit the runs and follow them to their ends, or say what they would be."""
        owner = find_owner(self.owner)
        _check_mirror(self.mlflow, detach=self.detach)
        preset = list_presets(self.runs_dir or default_runs_dir())[self.preset]
        config = with_overrides(preset.config, name_selections(parse_overrides(self.overrides), self.runs_dir))
        dataset = load_dataset(self.data_dir)
        remark_on(dataset)
        if self.dry_run:
            _print_plan(config, dataset, self.runs_dir, self.as_json)
            return
        _warn_of_shortage(config, dataset, self.runs_dir)
        store, run_ids = RunStore(self.runs_dir), []
        with counted_interrupts() as interrupts:
            for seed in range(config.training.seed, config.training.seed + self.seeds):
                seeded = with_overrides(config, {"training.seed": seed})
                name = self.name if self.seeds == 1 else f"{self.name or self.preset}, seed {seed}"
                run_id = store.submit(seeded, name=name, preset=self.preset, data_dir=self.data_dir, owner=owner)
                print(f"Run {run_id}", flush=True)
                run_ids.append(run_id)
            try:
                await_runs(store, run_ids, interrupts, as_json=self.as_json, detach=self.detach)
            except FailedError:
                _mirror(store, run_ids, self.mlflow, self.data_dir)
                raise
            _mirror(store, run_ids, self.mlflow, self.data_dir)


class ForkCommand(BaseModel):
    """Train a new run from the weights of another, with its settings, and wait for it."""

    run_id: RunId
    which: Annotated[Literal["best", "last"], Field(description="Which weights to start from")] = "best"
    overrides: Overrides = []
    name: Name = ""
    owner: Owner = None
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    detach: Detach = False
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Submit the run and follow it to its end."""
        owner = find_owner(self.owner)
        store = RunStore(self.runs_dir)
        record = store.record(self.run_id)
        config = with_overrides(record.config(), name_selections(parse_overrides(self.overrides), self.runs_dir))
        meta = record.meta()
        dataset = load_dataset(self.data_dir)
        remark_on(dataset)
        _warn_of_shortage(config, dataset, self.runs_dir)
        with counted_interrupts() as interrupts:
            fork = Fork(self.run_id, self.which)
            name = self.name or f"{meta.name}, forked"[:80]
            run_id = store.submit(config, name=name, preset=meta.preset, data_dir=self.data_dir, fork=fork, owner=owner)
            print(f"Run {run_id}", flush=True)
            await_runs(store, [run_id], interrupts, as_json=self.as_json, detach=self.detach)


def _check_mirror(uri: str | None, *, detach: bool) -> None:
    """Refuse before anything trains what could not be mirrored after it."""
    if uri is None:
        return
    if detach:
        raise ValueError(
            f"--mlflow {uri!r} with --detach: nobody would wait to mirror; allowed: `export RUN_ID --mlflow` later"
        )
    from cifar_core.export.mlflow import check_mlflow

    check_mlflow()


def _mirror(store: RunStore, run_ids: Sequence[str], uri: str | None, data_dir: Path | None) -> None:
    """Mirror what has an epoch, also of runs that were stopped."""
    if uri is None:
        return
    from cifar_core.cli.exporting import mirror_runs
    from cifar_core.export import Subject

    subjects = [Subject(store.record(run_id), data_dir=data_dir) for run_id in run_ids]
    mirror_runs([subject for subject in subjects if subject.status.epoch], uri, remark)


def _print_plan(config: RunConfig, dataset: Dataset, runs_dir: Path | None, as_json: bool) -> None:
    from cifar_core.training.plan import describe_plan, plan_training

    plan = plan_training(config, dataset, find_contents(runs_dir or default_runs_dir(), config.data))
    print(describe_plan(plan))
    _warn_of_little_room(config, runs_dir)
    if plan.shortage:
        remark(plan.shortage)
    print_json(plan.facts(), as_json)


def _warn_of_shortage(config: RunConfig, dataset: Dataset, runs_dir: Path | None) -> None:
    """Only a warning: the estimate may be wrong, and memory may come free; where others train, nobody knows theirs."""
    from cifar_core.training.memory import explain_shortage

    _warn_of_little_room(config, runs_dir)
    if read_address():
        return
    if shortage := explain_shortage(config, len(dataset.images), resolve_device(config.training.device)):
        remark(f"{shortage} {PROGRAM} train --dry-run says more.")


def _warn_of_little_room(config: RunConfig, runs_dir: Path | None) -> None:
    from cifar_core.training.epoch_weights import explain_little_room

    if words := explain_little_room(config, runs_dir or default_runs_dir()):
        remark(words)
