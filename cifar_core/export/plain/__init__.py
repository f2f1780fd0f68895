"""A run's settings as a plain PyTorch notebook, without this project."""

from pathlib import Path
from typing import Any

from cifar_core.data import choices_in
from cifar_core.export.notebooks import dump_notebook
from cifar_core.export.plain.cells import write_cells
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch
from cifar_core.runs import read_learning_rate_changes

__all__ = ["write_cells", "write_notebook"]


def write_notebook(subject: Subject, path: Path, watch: Watch) -> dict[str, Any]:
    """Write the notebook of a run."""
    watch.tell(0.5, "Writing the cells")
    cells = write_cells(
        subject.config,
        title=subject.title,
        precision=str(subject.environment.get("precision", "float32")),
        accuracy=subject.status.best_val_accuracy,
        remarks=_remarks(subject),
    )
    path.write_text(dump_notebook(cells), encoding="utf-8")
    return {"num_cells": len(cells)}


def _remarks(subject: Subject) -> list[str]:
    """Say what happened to the run that its settings do not tell."""
    remarks = []
    if subject.is_practice:
        remarks.append("The run trained on the practice set, shapes drawn by code; this notebook trains on CIFAR-10.")
    if subject.meta.forked_from:
        remarks.append("The run began from the weights of another run; this notebook begins from random ones.")
    if choices_in(subject.config.data):
        settings = ", ".join(f"data.{setting}" for setting in choices_in(subject.config.data))
        remarks.append(f"The run was told which images to train on ({settings}); this notebook trains on all of them.")
    if read_learning_rate_changes(subject.record):
        remarks.append("Somebody changed the run's learning rate while it trained; this notebook follows the schedule.")
    return remarks
