"""What commands answer, in words and as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from cifar_core.data import Dataset, inspect_source, load_dataset
from cifar_core.data.duplicates import USUAL_LIKENESS, NearDuplicates
from cifar_core.derived import DerivedStore, Request
from cifar_core.evaluation.predictions import Predictions, load_predictions
from cifar_core.labels.known import find_verdicts
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunRecord, RunStatus

PROGRAM = "cifar-lab" if Path(sys.argv[0]).stem == "cifar-lab" else "python -m cifar_core"


class FailedError(Exception):
    """The command was understood, but its work did not succeed."""


def print_json(value: Any, wanted: bool) -> None:
    """Print one last line of JSON, if it is wanted."""
    if wanted:
        print(json.dumps(value))


def remark(text: str) -> None:
    """Say something beside the result."""
    sys.stderr.write(text + "\n")


def remark_on(dataset: Dataset) -> None:
    """Say what is special about the images that a result rests on."""
    remarks = {
        "practice": f"No CIFAR-10 found: this trains on the practice set. Get it with: {PROGRAM} data",
        "cifar10-unverified": "The CIFAR-10 files lack the official checksums: results are marked unverified.",
    }
    if dataset.source in remarks:
        remark(remarks[dataset.source])


def print_result(status: RunStatus) -> None:
    """Say how a run ended, and what it reached."""
    print(f"{status.status.capitalize()} in {status.seconds or 0:.0f} s. {status.message}".strip())
    if status.best_val_accuracy is None:
        return
    best = f"val accuracy {status.best_val_accuracy:.2%} at its best epoch ({status.best_epoch})"
    print(f"{best}, {status.last_val_accuracy or 0:.2%} at the last.")
    if status.test_accuracy_best is not None:
        print(f"test accuracy {status.test_accuracy_best:.2%} with the weights of epoch {status.best_epoch}.")


def find_predictions(record: RunRecord, split: str, epoch: str) -> Path:
    """Return where a run's predictions are, without a look at them.

    Raises:
        ConfigError: There are none.
    """
    path = record.predictions_path(split, epoch)
    if path is None or not path.exists():
        raise ConfigError(f"run {record.run_id} has no {split} predictions: it did not end, or it is not readable")
    return path


def read_predictions(record: RunRecord, split: str, epoch: str) -> Predictions:
    """Return what a run predicted. A look at test is counted on it.

    Raises:
        ConfigError: There is nothing to read.
    """
    path = find_predictions(record, split, epoch)
    if split == "test":
        record.count_test_reading(by="command line")
    return load_predictions(path)


def find_doubtful(data_dir: Path) -> dict[str, Any]:
    """Return what is known of test images that a score card counts otherwise, by the names of `score`'s arguments.

    Near-duplicates are searched by the dashboard's page Explore, and kept.

    Raises:
        DataError: The list of disputed labels is damaged.
    """
    if inspect_source(data_dir).kind not in ("folder", "archive"):
        return {}
    dataset = load_dataset(data_dir)
    pairs = DerivedStore(data_dir).load(Request("duplicates", dataset.fingerprint))
    verdicts = find_verdicts(data_dir, dataset)
    known: dict[str, Any] = {}
    if verdicts is not None:
        known = {"disputed": verdicts.disputed, "corrections": verdicts.corrections}
    if pairs is None:
        return known
    usual = NearDuplicates(**pairs).above(USUAL_LIKENESS)  # type: ignore[arg-type]  # the arrays of its own fields
    return known | {"duplicates": usual.test_images(dataset.num_train)}


def result_of(run_id: str, status: RunStatus) -> dict[str, Any]:
    """Return what scripts are told of a run."""
    return {
        "run_id": run_id,
        "status": status.status,
        "val_accuracy": status.best_val_accuracy,
        "test_accuracy": status.test_accuracy_best,
        "seconds": status.seconds,
    }
