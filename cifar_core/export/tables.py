"""A run as tables: what was set and reached, metrics of each epoch and step, and predictions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from cifar_core.evaluation.predictions import Predictions
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch

Format = Literal["csv", "parquet"]

_ALL_STEPS = 2**31


def write_tables(name: Format, subject: Subject, folder: Path, watch: Watch) -> dict[str, Any]:
    """Write a folder with a file for each table."""
    return _write(name, collect_tables(subject), folder, watch)


def write_tables_of(name: Format, subjects: Sequence[Subject], folder: Path, watch: Watch) -> dict[str, Any]:
    """Write a folder with a file for each table over several runs."""
    return _write(name, collect_tables_of(subjects), folder, watch)


def collect_tables(subject: Subject) -> dict[str, pd.DataFrame]:
    """Return the tables by name: run, epochs, steps, predictions-val and, where test is told, predictions-test."""
    record = subject.record
    tables = {
        "run": run_frame(subject),
        "epochs": metrics_frame(record.epoch_rows()),
        "steps": metrics_frame(record.step_rows(_ALL_STEPS)),
        "predictions-val": predictions_frame(subject.val, subject.class_names),
    }
    if subject.test is not None:
        tables["predictions-test"] = predictions_frame(subject.test, subject.class_names)
    return tables


def collect_tables_of(subjects: Sequence[Subject]) -> dict[str, pd.DataFrame]:
    """Return the same tables of several runs, one under the other: the first column, `run_id`, says whose a row is.

    "run" is called "runs" then, with a row each; a setting that only some of the networks have is empty for the others.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for subject in subjects:
        for title, frame in collect_tables(subject).items():
            name = "runs" if title == "run" else title
            own = frame if name == "runs" else frame.assign(run_id=subject.record.run_id)
            parts.setdefault(name, []).append(own[["run_id", *own.columns.drop("run_id")]])
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def _write(name: Format, tables: Mapping[str, pd.DataFrame], folder: Path, watch: Watch) -> dict[str, Any]:
    folder.mkdir()
    for place, (title, frame) in enumerate(tables.items()):
        watch.tell(place / len(tables), f"Writing {title}")
        if name == "csv":
            frame.to_csv(folder / f"{title}.csv", index=False)
        else:
            frame.to_parquet(folder / f"{title}.parquet", index=False)
    return {"rows": {title: len(frame) for title, frame in tables.items()}}


def run_frame(subject: Subject) -> pd.DataFrame:
    """Return one row: who the run is, every setting by its path, what it reached, and what it ran on.

    Accuracies on test are there only where test is told.
    """
    status, card = subject.status, subject.scorecard
    row: dict[str, Any] = {
        "run_id": subject.record.run_id,
        "name": subject.meta.name,
        "note": subject.meta.note,
        "status": status.status,
        "epochs": status.epoch,
        "seconds": status.seconds,
        "best_epoch": status.best_epoch,
        "val_accuracy_best": card.val_best.value,
        "val_accuracy_best_low": card.val_best.low,
        "val_accuracy_best_high": card.val_best.high,
        "val_accuracy_last": card.val_last.value,
        "test_readings": card.num_test_readings,
    }
    if card.test is not None:
        row |= {"test_accuracy": card.test.value, "test_low": card.test.low, "test_high": card.test.high}
    settings = {path: _plain(value) for path, value in subject.settings.items()}
    environment = {f"environment.{name}": _plain(value) for name, value in subject.environment.items()}
    return pd.DataFrame([row | settings | environment])


def metrics_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return a row for each report of the training; parts of a measure are columns, as in "dead_relus.relu1"."""
    return pd.json_normalize(list(rows)).drop(columns="kind", errors="ignore")


def predictions_frame(predictions: Predictions, class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each image.

    Columns: index (its place in the dataset), true_label, predicted_label, is_right, and a probability in [0, 1] for
    each class, named after it.
    """
    names = np.asarray(class_names)
    frame = pd.DataFrame(
        {
            "index": predictions.indices,
            "true_label": names[predictions.targets],
            "predicted_label": names[predictions.preds],
            "is_right": predictions.preds == predictions.targets,
        }
    )
    probs = pd.DataFrame(predictions.probs.astype(np.float32).round(6), columns=[f"p_{name}" for name in class_names])
    return pd.concat([frame, probs], axis=1)


def _plain(value: Any) -> Any:
    """Return what a table has a column for: lists and groups as text."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
