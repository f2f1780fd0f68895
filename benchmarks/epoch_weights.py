"""Weights of every epoch in float16: their size, how near they come to what the run said, and what keeping them costs.

python -m benchmarks.epoch_weights [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

A network of each make trains for a few short epochs and keeps its weights. Of the last epoch, val is then predicted
from the kept weights as Explain predicts, and held against what the whole ones say, and against what the run saved,
which it had computed in its own number format.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks._report import judge, print_report
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, load_dataset
from cifar_core.evaluation import Predictions, load_predictions
from cifar_core.evaluation.views import views_of
from cifar_core.inference.predict import predict
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs.layout import RunFiles
from cifar_core.training.checkpoint import load_classifier
from cifar_core.training.epoch_weights import estimate_weights_bytes
from cifar_core.training.fit import fit
from cifar_core.training.saver import CheckpointSaver

_NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "simple_cnn": ("notebook", {}),
    "speed_cnn": ("minute", {}),
    "resnet": ("resnet", {}),
    "convnext": ("notebook", {"model.name": "convnext"}),
}
_NUM_EPOCHS, _NUM_IMAGES = 3, 9_000


@dataclass(frozen=True)
class _Gap:
    """How far two predictions of the same images are apart: the share of the same class, the most of a probability."""

    same: float
    most: float


def main(arguments: list[str]) -> int:
    """Print a line a network, and JSON last."""
    quick = "--quick" in arguments
    dataset = load_dataset()
    goals: list[dict[str, Any]] = []
    for name, (preset, settings) in list(_NETWORKS.items())[: 1 if quick else None]:
        goals += _measure(name, with_overrides(PRESETS[preset].config, settings | _short(dataset, quick)), dataset)
    print_report("epoch_weights", goals, data_source=dataset.source)
    return 0


def _short(dataset: Dataset, quick: bool) -> dict[str, Any]:
    share = min(1.0, (1_000 if quick else _NUM_IMAGES) / (0.9 * dataset.num_train))
    return {"training.num_epochs": _NUM_EPOCHS, "data.train_fraction": round(share, 3), "training.batch_size": 128}


def _measure(name: str, config: RunConfig, dataset: Dataset) -> list[dict[str, Any]]:
    waits = {}
    for is_kept in (False, True):
        keeping = with_overrides(config, {"training.save_every_epoch": is_kept})
        with tempfile.TemporaryDirectory() as folder:
            files = RunFiles(Path(folder))
            waits[is_kept] = _train(keeping, dataset, files)
            if is_kept:
                num_bytes = files.checkpoint_path(_NUM_EPOCHS).stat().st_size
                rounding, told = _compare(keeping, dataset, files)
    estimated = estimate_weights_bytes(keeping) / _NUM_EPOCHS
    waited = " and ".join(
        f"{1e3 * waits[is_kept]:.0f} ms {word}" for is_kept, word in ((True, "with"), (False, "without"))
    )
    print(f"{name}: {num_bytes / 1e6:.2f} MB an epoch; waited for the disk, an epoch: {waited}")
    print(f"{name}: rounding leaves {_words(rounding)}; against what was saved: {_words(told)}", flush=True)
    return [
        judge(f"{name}: MB an epoch", num_bytes / 1e6, None),
        judge(f"{name}: its estimate, share of it", abs(estimated / num_bytes - 1), 0.15),
        judge(f"{name}: val images of the same class, rounded or not", rounding.same, 0.995, at_least=True),
        judge(f"{name}: a probability's largest change by rounding", rounding.most, 0.02),
        judge(f"{name}: val images of the class that was saved", told.same, None),
        judge(f"{name}: a probability's largest distance from what was saved", told.most, None),
        judge(f"{name}: more waiting an epoch, ms", 1e3 * (waits[True] - waits[False]), None),
    ]


def _train(config: RunConfig, dataset: Dataset, files: RunFiles) -> float:
    """Return how long, in seconds an epoch, the training waited for what was being written."""
    waited = [0.0]

    def timed(wait: Callable[[CheckpointSaver], None]) -> Callable[[CheckpointSaver], None]:
        def timed_wait(saver: CheckpointSaver) -> None:
            started = time.perf_counter()
            wait(saver)
            waited[0] += time.perf_counter() - started

        return timed_wait

    with patch.object(CheckpointSaver, "wait", timed(CheckpointSaver.wait)):
        fit(config, dataset, files)
    return waited[0] / config.training.num_epochs


def _compare(config: RunConfig, dataset: Dataset, files: RunFiles) -> tuple[_Gap, _Gap]:
    """Return how far kept weights are from whole ones, and from what the run saved, over val after the last epoch."""
    saved = load_predictions(files.predictions_path("val", _NUM_EPOCHS))
    kept, whole = (
        predict(
            load_classifier(files.checkpoint_path(which)),
            dataset.images,
            dataset.labels,
            saved.indices,
            views=views_of(config.training),
        )
        for which in (_NUM_EPOCHS, "last")
    )
    return _gap(kept, whole), _gap(kept, saved)


def _words(gap: _Gap) -> str:
    return f"{100 * gap.same:.2f} % of val the same class and probabilities within {gap.most:.4f}"


def _gap(first: Predictions, second: Predictions) -> _Gap:
    same = float(np.mean(first.preds == second.preds))
    return _Gap(same, float(np.abs(first.probs - second.probs).max()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
