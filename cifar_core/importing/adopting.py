"""A network from elsewhere, made a run: asked about val and test once, kept whole or not at all."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core import __version__
from cifar_core.data import Dataset, splits_of
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.evaluation.predictions import Predictions, as_saved, save_predictions
from cifar_core.evaluation.views import views_of
from cifar_core.failures import explain, is_disk_full
from cifar_core.files import write_text_atomically
from cifar_core.importing.assembly import Assembled, Wish, assemble, scale_as
from cifar_core.importing.conventions import PIXELS
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.importing.trial import explain_guessing, is_guessing, try_pixels
from cifar_core.inference.predict import predict
from cifar_core.models.imported import ImportedNetworkError
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.leftovers import begun_name
from cifar_core.runs.record import RunMeta, RunRecord, create_record
from cifar_core.runs.status import RunStatus, now, write_status
from cifar_core.runs.submission import publish_run
from cifar_core.training.checkpoint import Progress, save_checkpoint

# Told the share done, in [0, 1], and what comes next.
OnProgress = Callable[[float, str], None]

_PORTION = 1000
_TRAINED_ON_VAL = 0.03
_FIELDS = ("logits", "targets", "indices")


@dataclass(frozen=True)
class Adopted:
    """A network that is a run now.

    Attributes:
        run_id: Its id.
        val_accuracy: In [0, 1].
        test_accuracy: Likewise.
        remarks: What there is to say of it, in sentences.
    """

    run_id: str
    val_accuracy: float
    test_accuracy: float
    remarks: tuple[str, ...]


def adopt(
    wish: Wish,
    runs_dir: Path,
    dataset: Dataset,
    data_dir: Path,
    *,
    name: str = "",
    owner: str = "",
    on_progress: OnProgress | None = None,
) -> Adopted:
    """Make a file a run.

    Args:
        wish: The file, and what is said of it.
        runs_dir: Where the run goes.
        dataset: The images it is asked about.
        data_dir: Where they are.
        name: Of the run, for people; the file's if empty.
        owner: Whose it is; nobody's if empty.
        on_progress: Told of progress; whatever it raises ends the import.

    Raises:
        ImportRefusedError: It cannot be imported. Nothing is left behind, whatever ended it.
    """
    tell = on_progress or (lambda share, words: None)
    hidden = runs_dir / begun_name()
    try:
        tell(0.0, "Reading the file")
        assembled = assemble(wish)
        tell(0.05, "Finding out how it wants its images")
        assembled = _choose_pixels(assembled, dataset)
        runs_dir.mkdir(parents=True, exist_ok=True)
        hidden.mkdir()
        found = _fill(hidden, assembled, wish, dataset, data_dir, (name, owner), tell)
        tell(0.99, "Keeping it")
        run_dir = publish_run(hidden, runs_dir, RunRecord(hidden).meta().created_at)
    except ImportedNetworkError as error:
        raise ImportRefusedError(f"{wish.path.name}: {error}") from error
    except Exception as error:
        # safetensors and numpy have errors of their own for a full disk.
        if isinstance(error, OSError) or is_disk_full(error):
            raise ImportRefusedError(f"the run cannot be written: {explain(error)}") from error
        raise
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return Adopted(run_dir.name, *found)


def _choose_pixels(assembled: Assembled, dataset: Dataset) -> Assembled:
    """Return the network with its images as it wants them: as was said, or as does best on some training images."""
    if assembled.pixels is not None:
        return assembled
    best = try_pixels(assembled, dataset, splits_of(dataset, assembled.config.data).train)[0]
    chosen = scale_as(assembled, best.pixels)
    words = f"How it wants its images was found out: {best.pixels.title[:1].lower()}{best.pixels.title[1:]}."
    return Assembled(chosen.config, chosen.classifier, best.pixels, (*assembled.remarks, words), assembled.is_fixed)


def _fill(
    hidden: Path,
    assembled: Assembled,
    wish: Wish,
    dataset: Dataset,
    data_dir: Path,
    named: tuple[str, str],
    tell: OnProgress,
) -> tuple[float, float, tuple[str, ...]]:
    """Write all of a run; return its accuracies on val and test, and what there is to say."""
    files, splits, started = RunFiles(hidden), splits_of(dataset, assembled.config.data), time.monotonic()
    environment = _describe_environment(dataset)
    config = assembled.config
    val = _ask(assembled, dataset, splits.val, lambda share: tell(0.1 + 0.3 * share, "Asking it about val"))
    test = _ask(assembled, dataset, splits.test, lambda share: tell(0.4 + 0.5 * share, "Asking it about test"))
    val_accuracy, test_accuracy = float(compute_accuracy(val)), float(compute_accuracy(test))
    remarks = (*assembled.remarks, *_judge(assembled, dataset, splits.train, wish.class_order, (val, test)))
    meta = RunMeta(
        name=(named[0].strip() or wish.path.stem)[:80],
        owner=named[1],
        note=" ".join(remarks),
        data_dir=str(data_dir.resolve()),
        imported_from=wish.path.name[-200:],
        created_at=now(),
    )
    create_record(hidden, config, meta)
    write_text_atomically(files.environment, json.dumps(environment, indent=1))
    progress = Progress(epoch=1, best_epoch=1, best_val_accuracy=val_accuracy, last_val_accuracy=val_accuracy)
    for which in ("best", "last"):
        tell(0.92, "Keeping the network")
        save_checkpoint(files.checkpoint_path(which), config, assembled.classifier, progress, environment=environment)
        save_predictions(files.predictions_path("test", which), test, 1)
    save_predictions(files.predictions_path("val", 1), val)
    tell(0.97, "Keeping its answers")
    RunRecord(hidden).count_test_reading(by="import")
    words = f"Imported from {meta.imported_from} in {time.monotonic() - started:.0f} s; it was trained elsewhere."
    write_status(hidden, _describe_end(words, meta.created_at, val_accuracy, test_accuracy))
    return val_accuracy, test_accuracy, remarks


def _describe_end(message: str, created_at: float, val_accuracy: float, test_accuracy: float) -> RunStatus:
    """Return the status of a network that came trained: as a run of one epoch, which is its best and its last."""
    return RunStatus(
        status="completed",
        message=message,
        submitted_at=created_at,
        finished_at=now(),
        epoch=1,
        num_epochs=1,
        best_epoch=1,
        best_val_accuracy=val_accuracy,
        last_val_accuracy=val_accuracy,
        test_accuracy_best=test_accuracy,
        test_accuracy_last=test_accuracy,
    )


def _ask(
    assembled: Assembled, dataset: Dataset, indices: NDArray[np.int64], tell: Callable[[float], None]
) -> Predictions:
    """Return what a network says of a split, as it will be kept."""
    views, parts = views_of(assembled.config.training), []
    for start in range(0, len(indices), _PORTION):
        tell(start / len(indices))
        portion = indices[start : start + _PORTION]
        parts.append(predict(assembled.classifier, dataset.images, dataset.labels, portion, views=views))
    return as_saved(Predictions(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS)))


def _judge(
    assembled: Assembled,
    dataset: Dataset,
    train: NDArray[np.int64],
    order: tuple[int, ...],
    found: tuple[Predictions, Predictions],
) -> tuple[str, ...]:
    """Return what its answers to val and test say of how it was imported, in sentences."""
    val, _ = found
    val_accuracy, test_accuracy = (float(compute_accuracy(each)) for each in found)
    if is_guessing(val_accuracy, val.num_images):
        trials = try_pixels(assembled, dataset, train)
        pixels = assembled.pixels or PIXELS["unit"]
        return (explain_guessing(val_accuracy, pixels, trials, dataset.class_names, order),)
    if val_accuracy - test_accuracy > _TRAINED_ON_VAL:
        gap = f"{100 * (val_accuracy - test_accuracy):.1f} points"
        return (
            f"It is right {gap} more often on val than on test: it was probably trained on val's images, so that only "
            "test says how good it is.",
        )
    return ()


def _describe_environment(dataset: Dataset) -> dict[str, Any]:
    return {
        "cifar_lab": __version__,
        "torch": torch.__version__,
        "device": "cpu",
        "precision": "float32",
        "data_source": dataset.source,
        "data_fingerprint": dataset.fingerprint,
        "num_train": dataset.num_train,
        "num_test": dataset.num_test,
    }
