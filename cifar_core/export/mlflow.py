"""A run mirrored to MLflow: settings, curves, results and files. Needs packages of requirements-mlflow.txt."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cifar_core.export.exceptions import ExportError
from cifar_core.export.exporting import export_run
from cifar_core.export.kinds import KINDS
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch
from cifar_core.failures import first_line

EXPERIMENT = "CIFAR Lab"
_TAG = "cifar_lab.run_id"
# What goes along as files, if what it needs is installed.
_KINDS = ("safetensors", "report", "csv")
_MOST_METRICS, _MOST_PARAMS, _LONGEST = 1000, 100, 6000
_ALL_STEPS = 2**31
_STATUS = {"completed": "FINISHED", "running": "RUNNING", "paused": "RUNNING", "queued": "SCHEDULED"}


@dataclass(frozen=True)
class Mirrored:
    """A run in MLflow.

    Attributes:
        run_id: Its id there.
        num_metrics: Values that were written.
        artifacts: Names of the files and folders.
    """

    run_id: str
    num_metrics: int
    artifacts: tuple[str, ...]


def check_mlflow() -> None:
    """Raise ExportError unless what a mirror needs is installed."""
    missing = [package for package in ("mlflow", "sqlalchemy", "alembic") if find_spec(package) is None]
    if missing:
        raise ExportError(
            f"--mlflow needs {', '.join(missing)}, which is not installed: pip install -r requirements-mlflow.txt, or "
            "pip install 'cifar-lab[mlflow]'"
        )


def mirror_run(subject: Subject, uri: str, watch: Watch | None = None) -> Mirrored:
    """Write a run to MLflow; what was mirrored of it before is marked as deleted there once the new one is whole.

    Args:
        subject: The run, with an epoch.
        uri: Where: "sqlite:///mlflow.db", a folder, or the address of a server.
        watch: Told of progress, and asked whether to stop.

    Raises:
        ExportError: Something is missing, or MLflow refuses; then nothing of it is left there but what it marks as
            failed.
    """
    check_mlflow()
    subject.check_finished()
    watch = watch or Watch()
    watch.tell(0.0, "Opening MLflow")
    client = _open(uri)
    from mlflow.exceptions import MlflowException

    try:
        experiment = _find_experiment(client, uri)
        before = client.search_runs([experiment], f"tags.`{_TAG}` = '{subject.record.run_id}'")
        created = client.create_run(
            experiment, start_time=_milliseconds(subject.meta.created_at), run_name=subject.title, tags=_tags(subject)
        )
        there = created.info.run_id
        try:
            num_metrics = _fill(client, there, subject, watch)
            artifacts = _add_files(client, there, subject, watch)
            status = _STATUS.get(subject.status.status, "FAILED")
            client.set_terminated(there, status, _milliseconds(subject.status.finished_at or 0))
        except BaseException:  # also who interrupts it leaves nothing half there
            client.set_terminated(there, "FAILED")
            client.delete_run(there)
            raise
        for old in before:
            client.delete_run(old.info.run_id)
    except (MlflowException, OSError) as error:
        raise ExportError(
            f"--mlflow {uri!r}: {first_line(error)}; allowed: sqlite:///FILE.db, a folder, a server"
        ) from error
    watch.tell(1.0, "Done")
    return Mirrored(there, num_metrics, artifacts)


def _open(uri: str) -> Any:
    """Return a client; MLflow wants to be told that a folder is meant."""
    if "://" not in uri or uri.startswith("file:"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    try:
        return MlflowClient(tracking_uri=uri)
    except MlflowException as error:
        raise ExportError(f"--mlflow {uri!r} is not allowed; allowed: sqlite:///FILE.db, a folder, a server") from error


def _find_experiment(client: Any, uri: str) -> str:
    """Return the id of the experiment that runs go to; its files lie beside a database, not wherever one stands."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    place = None
    if uri.startswith("sqlite:///"):
        place = (Path(uri.removeprefix("sqlite:///")).resolve().parent / "mlflow-artifacts").as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=place))


def _tags(subject: Subject) -> dict[str, str]:
    told = {name: str(value) for name, value in subject.environment.items() if not isinstance(value, dict)}
    imported = {"imported_from": subject.meta.imported_from} if subject.meta.imported_from else {}
    return {_TAG: subject.record.run_id, "mlflow.note.content": subject.meta.note} | imported | told


def _fill(client: Any, there: str, subject: Subject, watch: Watch) -> int:
    """Write settings, curves and results; return how many values."""
    from mlflow.entities import Metric, Param

    watch.tell(0.1, "Writing settings")
    params = [Param(path, str(value)[:_LONGEST]) for path, value in subject.settings.items()]
    for part in _portions(params, _MOST_PARAMS):
        client.log_batch(there, params=part)
    watch.tell(0.2, "Writing curves")
    metrics = [Metric(*each) for each in _list_values(subject)]
    for part in _portions(metrics, _MOST_METRICS):
        client.log_batch(there, metrics=part)
    return len(metrics)


def _list_values(subject: Subject) -> Iterator[tuple[str, float, int, int]]:
    """Yield name, value, moment in milliseconds and step of all that is measured."""
    record, card, end = subject.record, subject.scorecard, _milliseconds(subject.status.finished_at or 0)
    for row in (*record.step_rows(_ALL_STEPS), *record.epoch_rows()):
        moment = _milliseconds(row.get("time", 0.0))
        for name, value in row.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and name not in ("step", "epoch", "time"):
                yield name, float(value), moment, int(row.get("step", 0))
    if card.test is None and subject.status.test_accuracy_best is not None:  # as the list of runs tells it
        yield "test_accuracy", subject.status.test_accuracy_best, end, subject.status.step
    results = {"best_val_accuracy": card.val_best, "last_val_accuracy": card.val_last, "test_accuracy": card.test}
    for name, share in results.items():
        if share is not None:
            for part, value in (("", share.value), ("_low", share.low), ("_high", share.high)):
                yield f"{name}{part}", value, end, subject.status.step
    yield "test_readings", float(card.num_test_readings), end, subject.status.step


def _add_files(client: Any, there: str, subject: Subject, watch: Watch) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        kinds = [kind for kind in _KINDS if not subject.explain_misfit(KINDS[kind])]
        for place, kind in enumerate(kinds):
            part = watch.part(0.3 + 0.6 * place / len(_KINDS), 0.3 + 0.6 * (place + 1) / len(_KINDS))
            made = export_run(subject, kind, Path(folder), part)
            if made.path.is_dir():
                client.log_artifacts(there, str(made.path), kind)
            else:
                client.log_artifact(there, str(made.path), kind)
        client.log_artifact(there, str(subject.record.files.config))
    return (*kinds, subject.record.files.config.name)


def _milliseconds(moment: float) -> int:
    return int(1000 * moment)


def _portions(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
