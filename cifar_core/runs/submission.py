"""A new run, all of it or nothing."""

import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from cifar_core.config import RunConfig
from cifar_core.data import DataError, choices_in, inspect_source, load_dataset
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.index import RunSummary
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.leftovers import begun_name
from cifar_core.runs.naming import create_run_id
from cifar_core.runs.record import RunMeta, RunRecord, create_record
from cifar_core.runs.status import RunStatus, now, write_status
from cifar_core.selections import SelectionError, check_choices, find_selections, keep_contents

# Everything that decides a run, what people say of it, and weights to start from.
Submission = tuple[RunConfig, RunMeta, Path | None]


@dataclass(frozen=True)
class Fork:
    """Weights to start from: a run's "best" or "last" epoch, or what a fork itself began with ("start")."""

    run_id: str
    which: Literal["best", "last", "start"] = "best"


def fork_like(run: RunSummary | RunRecord) -> Fork | None:
    """Return the weights that a run like this one starts from; None: new ones.

    Raises:
        RunError: What a record says of that is not readable.
    """
    origin = run.meta().forked_from if isinstance(run, RunRecord) else run.forked_from
    return Fork(run.run_id, "start") if origin else None


def begin_fork(record: RunRecord, fork: Fork, config: RunConfig) -> tuple[Path, dict[str, Any]]:
    """Return the checkpoint of a record that a fork starts from, and what the new run says of it.

    Raises:
        RunError: The checkpoint is not there, or belongs to another network.
    """
    return _find_weights(record, fork, config), _describe_fork(record, fork)


def _describe_fork(record: RunRecord, fork: Fork) -> dict[str, Any]:
    """Return what a run that starts from these weights, of this record, says of them."""
    if fork.which == "start":
        meta = record.meta()
        return {"forked_from": meta.forked_from, "forked_epoch": meta.forked_epoch}
    status = record.status()
    return {"forked_from": fork.run_id, "forked_epoch": status.best_epoch if fork.which == "best" else status.epoch}


def _find_weights(record: RunRecord, fork: Fork, config: RunConfig) -> Path:
    if record.meta().imported_from:
        raise RunError(f"run {fork.run_id} was imported, and is not trained here; allowed: runs that began here")
    if record.config().model != config.model:
        raise RunError(f"run {fork.run_id} has another network; allowed: the same model section as its own")
    path = record.checkpoint_path(fork.which)
    if not path.exists():
        raise RunError(f"run {fork.run_id} has no {fork.which} weights yet; allowed: after its first epoch")
    return path


def locate_data(data_dir: Path) -> dict[str, str]:
    """Return what a run says of its data: where they are, of which machine, and what is there."""
    return {
        "data_dir": str(data_dir.resolve()),
        "data_host": socket.gethostname(),
        "data_kind": inspect_source(data_dir).kind,
    }


def list_experiment_runs(meta: RunMeta, configs: Sequence[tuple[str, RunConfig]]) -> list[Submission]:
    """Return what is to be submitted for an experiment; the queue takes its runs in this order.

    Args:
        meta: What all of them have in common.
        configs: Name and settings of each.
    """
    began = now()
    return [
        (config, meta.model_copy(update={"name": name, "created_at": began + number / 1000}), None)
        for number, (name, config) in enumerate(configs)
    ]


@contextmanager
def prepared_runs(runs_dir: Path, wanted: Sequence[Submission]) -> Iterator[list[tuple[Path, float]]]:
    """Yield the hidden directory of each run, as `prepared_run` makes it, and when the run was created."""
    with ExitStack() as stack:
        yield [(stack.enter_context(prepared_run(runs_dir, *each)), each[1].created_at) for each in wanted]


@contextmanager
def published_runs(hidden: Sequence[tuple[Path, float]], runs_dir: Path) -> Iterator[list[Path]]:
    """Give prepared directories their names, and yield where they are now; if anything goes wrong, none stays."""
    run_dirs: list[Path] = []
    try:
        for path, created_at in hidden:
            run_dirs.append(publish_run(path, runs_dir, created_at))
        yield run_dirs
    except (OSError, RunError):
        for run_dir in run_dirs:
            shutil.rmtree(run_dir, ignore_errors=True)
        raise


@contextmanager
def prepared_run(runs_dir: Path, config: RunConfig, meta: RunMeta, start: Path | None) -> Iterator[Path]:
    """Yield the whole directory of a queued run under a hidden name; what is still there at the end is removed.

    Args:
        runs_dir: Where it will be; made if it is not there.
        config: Everything that decides the run.
        meta: What people say of it.
        start: Weights to start from.

    Raises:
        OSError: There is no room for it, or it may not be written.
        RunError: Its config refers to selections that are not there, or not to be trained with.
    """
    runs_dir.mkdir(parents=True, exist_ok=True)
    hidden = runs_dir / begun_name()
    try:
        hidden.mkdir()
        create_record(hidden, config, meta)
        _keep_selections(hidden, runs_dir, config, meta)
        if start is not None:
            checkpoint = RunFiles(hidden).checkpoint_path("start")
            checkpoint.parent.mkdir()
            shutil.copyfile(start, checkpoint)
        write_status(hidden, RunStatus(submitted_at=meta.created_at, num_epochs=config.training.num_epochs))
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _keep_selections(hidden: Path, runs_dir: Path, config: RunConfig, meta: RunMeta) -> None:
    """Give the run a copy of the images its config refers to."""
    if not choices_in(config.data):
        return  # and the dataset need not be loaded
    try:
        selections = find_selections(runs_dir, config.data)
        check_choices(selections, config.data, load_dataset(Path(meta.data_dir) if meta.data_dir else None))
    except (SelectionError, DataError) as error:
        raise RunError(str(error)) from error
    keep_contents(hidden, selections)


def publish_run(hidden: Path, runs_dir: Path, created_at: float) -> Path:
    """Give a prepared directory its name, one that nobody else has; return where it is now.

    Raises:
        OSError: It could not be renamed.
    """
    while True:
        run_dir = runs_dir / create_run_id(datetime.fromtimestamp(created_at))  # local time: the name is for people
        if run_dir.exists():
            continue
        try:
            return hidden.rename(run_dir)
        except OSError:
            if not run_dir.exists():  # else somebody had the same idea at the same moment
                raise
