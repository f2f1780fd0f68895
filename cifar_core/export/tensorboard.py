"""A run as event files of TensorBoard. Needs packages of requirements-export.txt."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.confusion import compute_confusion_matrix, normalize_confusion_matrix
from cifar_core.export.report.mistakes import surest_mistakes
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch

_ALL_STEPS = 2**31
_CELL = 24  # pixels
_NUM_MISTAKES = 32
_PER_STEP = ("train/loss", "train/accuracy", "learning_rate", "gradient_norm", "images_per_second")
_PER_EPOCH = ("val/loss", "val/accuracy")


def write_events(subject: Subject, folder: Path, watch: Watch) -> dict[str, Any]:
    """Write a folder for `tensorboard --logdir`: curves by step, settings, the confusion matrix and mistakes."""
    from torch.utils.tensorboard import SummaryWriter

    record = subject.record
    watch.tell(0.2, "Writing curves")
    with SummaryWriter(str(folder)) as writer:
        num_scalars = _add_scalars(writer, record.step_rows(_ALL_STEPS), _PER_STEP)
        num_scalars += _add_scalars(writer, record.epoch_rows(), _PER_EPOCH)
        writer.add_text("settings", _settings_table(subject))
        watch.tell(0.6, "Writing pictures")
        matrix = compute_confusion_matrix(subject.val, len(subject.class_names))
        step = subject.status.step
        writer.add_text("confusion matrix", _matrix_table(matrix, subject.class_names), step)
        writer.add_image("confusion matrix (val, rows are true)", matrix_picture(matrix), step)
        writer.add_images("surest mistakes (val)", _mistakes(subject), step)
        if subject.config.model.name != "imported":  # whose layers are its own affair
            watch.tell(0.8, "Writing the network")
            _add_graph(writer, subject)
    return {"num_scalars": num_scalars}


def matrix_picture(matrix: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return a matrix as a picture (3, H, W): the darker, the larger the share of the true class."""
    shares = normalize_confusion_matrix(matrix, "true")
    grey = np.rint(255 * (1 - np.sqrt(shares))).astype(np.uint8)
    return np.broadcast_to(
        np.kron(grey, np.ones((_CELL, _CELL), np.uint8)), (3, *(_CELL * np.array(grey.shape)))
    ).copy()


def _add_scalars(writer: Any, rows: Iterable[dict[str, Any]], names: Iterable[str]) -> int:
    number, names = 0, tuple(names)
    for row in rows:
        for name in names:
            if name in row:
                writer.add_scalar(name, row[name], row["step"], walltime=row.get("time"))
                number += 1
    return number


def _settings_table(subject: Subject) -> str:
    rows = "\n".join(f"| {path} | {value} |" for path, value in subject.settings.items())
    return f"| setting | value |\n|---|---|\n{rows}"


def _matrix_table(matrix: NDArray[np.int64], class_names: tuple[str, ...]) -> str:
    head = f"| is / named | {' | '.join(class_names)} |\n|---{'|---' * len(class_names)}|\n"
    lines = (f"| {name} | {' | '.join(map(str, row))} |" for name, row in zip(class_names, matrix, strict=True))
    return head + "\n".join(lines)


def _mistakes(subject: Subject) -> NDArray[np.uint8]:
    """Return the images (N, 3, 32, 32) of the surest mistakes; a black one where there are none."""
    rows = surest_mistakes(subject.val, _NUM_MISTAKES)
    if not len(rows):
        return np.zeros((1, 3, 32, 32), np.uint8)
    return np.asarray(subject.load_images().images[subject.val.indices[rows]])


def _add_graph(writer: Any, subject: Subject) -> None:
    import torch

    from cifar_core.training.checkpoint import load_classifier

    classifier = load_classifier(subject.record.checkpoint_path(subject.which))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's tracing, which TensorBoard's format needs
        writer.add_graph(classifier, torch.zeros(1, 3, 32, 32))
