"""A run in a sentence: as a whole, and as each of its views shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.evaluation.track import Track
from cifar_core.runs import RunStatus, RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import choice_title, count, percent, setting, short_name

_EVEN = 0.005  # a smaller difference of two accuracies is none


def describe_run(run: RunSummary, status: RunStatus) -> str:
    """Say in Markdown what became of a run, or what it is about; what changes with each step stands beside it."""
    name, done = f"**{literal(short_name(run))}**", f"epoch {status.epoch} of {status.num_epochs}"
    if run.is_imported:
        right = f"gets **{percent(status.best_val_accuracy)}** of the val images right"
        return f"{name} {right}. It was trained elsewhere and came as {literal(run.imported_from)}."
    if status.is_active and run.config is not None:
        does = {"queued": "waits for its device to train", "paused": "pauses while training"}
        what = f"{describe_network(run.config)} for {count(run.config.training.num_epochs, 'epoch')}"
        return f"{name} {does.get(status.status, 'is training')} {what}."
    if status.best_val_accuracy is not None:
        best = f"gets **{percent(status.best_val_accuracy)}** of the val images right, at best after epoch"
        end = "" if status.status == "completed" else f"; it {_ENDS.get(status.status, 'ended')} after {done}"
        return f"{name} {best} {status.best_epoch} of {status.num_epochs}{end}."
    return f"{name} {_ENDS.get(status.status, 'ended')} before its first epoch was done."


def describe_network(config: RunConfig) -> str:
    """Return which network a config trains, e.g. "a ResNet"."""
    return "a network of your own" if config.model.name == "custom" else f"a {choice_title(config.model.name)}"


_ENDS = {
    "parked": "was parked",
    "stopped": "was stopped",
    "diverged": "diverged",
    "failed": "failed",
    "lost": "was lost",
}


def describe_curves(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how good a run is on train and val after its last epoch.

    Args:
        rows: One a finished epoch, as its record has them.
    """
    known = [row for row in rows if row.get("val/accuracy") is not None]
    if not known:
        return "No epoch of this run is done yet: train grows with its steps, val comes after each epoch."
    last, best = known[-1], max(known, key=lambda row: row["val/accuracy"])
    words = f"After epoch {last['epoch']} this run gets {percent(last['val/accuracy'])} of the val images right"
    if best is not last and best["val/accuracy"] - last["val/accuracy"] > _EVEN:
        words += f", {percent(best['val/accuracy'])} at its best after epoch {best['epoch']}"
    train = last.get("train/accuracy")
    return words + ("." if train is None else f", and {percent(train)} of those it is trained on.")


def describe_steps(rows: Sequence[Mapping[str, Any]], steps_per_epoch: float) -> str:
    """Say how long this run's steps took and how far they went, as of its last finished epoch."""
    speeds = [row["images_per_second"] for row in rows if row.get("images_per_second")]
    words = f"This run makes {steps_per_epoch:,.0f} steps an epoch"
    if speeds:
        words += f", at {np.median(speeds):,.0f} images a second in most epochs"
    rate = rows[-1].get("learning_rate") if rows else None
    return words + ("." if rate is None else f"; epoch {rows[-1]['epoch']} ended at learning rate {setting(rate)}.")


def describe_classes(frame: pd.DataFrame) -> str:
    """Say which class a run knows best after its last epoch, and which least.

    Args:
        frame: As `class_accuracy_frame` returns it.
    """
    last = frame[frame["epoch"] == frame["epoch"].max()].sort_values("accuracy", kind="stable")
    worst, best = last.iloc[0], last.iloc[-1]
    return (
        f"After epoch {last['epoch'].iloc[0]} this run knows {best['class_name']} best "
        f"({percent(best['accuracy'], 0)} of its val images) and {worst['class_name']} least "
        f"({percent(worst['accuracy'], 0)})."
    )


def describe_changing(track: Track) -> str:
    """Say of how many val images a run changed its mind."""
    if len(track.epochs) < 2:
        return "This run has looked at the val images once: whether it changes its mind is seen after another epoch."
    changed = (track.preds[1:] != track.preds[:-1]).any(axis=0)
    return f"This run changed its mind at least once about {changed.sum():,} of {len(changed):,} val images."


def describe_mistake(matrix: NDArray[np.int64], class_names: Sequence[str], epoch: int) -> str:
    """Say how many a run gets right after an epoch, and what it mistakes for what most often.

    Args:
        matrix: (C, C) counts, rows are true.
        class_names: Of the C classes.
        epoch: After which it was.
    """
    words = f"Val, epoch {epoch}: this run gets {percent(np.trace(matrix) / matrix.sum())} right"
    wrong = matrix - np.diag(np.diag(matrix))
    if not wrong.any():
        return f"{words}."
    true, pred = divmod(int(wrong.argmax()), len(wrong))
    return f"{words} and most often takes {class_names[true]} for {class_names[pred]} ({wrong[true, pred]:,} times)."


def describe_layers(num_filters: int, dead: Mapping[str, float]) -> str:
    """Say what a run's first layer has, and how many of its units no longer learn.

    Args:
        num_filters: Of the first layer.
        dead: Share of dead ReLUs in [0, 1] by layer, after the last epoch; empty where none were counted.
    """
    words = f"This run's first layer has {num_filters} filters"
    if not dead:
        return f"{words}."
    layer = max(dead, key=lambda name: dead[name])
    if not dead[layer]:
        return f"{words}, and none of its ReLUs is dead."
    return f"{words}; most dead ReLUs are in {layer} ({percent(dead[layer], 0)} of its units)."
