"""What a run says of the images it was trained on: how long it takes, how true it is, what worse images do to it.

python -m benchmarks.influence [--quick] [--run RUN_DIR]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

A network trains with one label in twenty replaced, or one that was trained so is named. Its last layer is fitted anew;
then: how often the first 500 labels that are doubted are replaced ones, by several ways of ranking them; and how well
the change that is foretold of an answer agrees with an exact fit without the images.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._report import judge, print_report
from cifar_core.corruptions import CORRUPTIONS
from cifar_core.data import Dataset, load_dataset
from cifar_core.derived.heads import derive_head, head_options
from cifar_core.derived.robustness import derive_robustness, robustness_options
from cifar_core.evaluation.robustness import robustness_from
from cifar_core.inference.predict import predict
from cifar_core.influence.fitted import FittedHead, from_arrays
from cifar_core.influence.head import compute_probs, refit_without
from cifar_core.influence.scores import rank, score_images
from cifar_core.labels.suspects import compute_out_of_fold
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs.layout import RunFiles
from cifar_core.training.checkpoint import load_classifier
from cifar_core.training.fit import fit

_NOISE, _FIRST = 0.05, 500
_NUM_ERRORS, _SET_SIZE = 9, 500


def main(arguments: list[str]) -> int:
    """Print a line a figure, and JSON last."""
    quick = "--quick" in arguments
    with tempfile.TemporaryDirectory() as folder:
        dataset = load_dataset(Path(folder) if quick else None)  # the practice set is a sixth of CIFAR-10
        if "--run" in arguments:
            run_dir = Path(arguments[arguments.index("--run") + 1])
        else:
            run_dir = _train(dataset, Path(folder), quick)
        goals = _measure(run_dir, dataset, 40 if quick else 2_000)
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.4g}", flush=True)
    print_report("influence", goals, data_source=dataset.source)
    return 0


def _train(dataset: Dataset, run_dir: Path, quick: bool) -> Path:
    changes: dict[str, Any] = {"data.label_noise": _NOISE}
    if quick:
        changes |= {"training.num_epochs": 1, "data.train_fraction": 0.1, "model.width": 8}
    config = with_overrides(PRESETS["minute"].config, changes)
    fit(config, dataset, RunFiles(run_dir))
    return run_dir


def _measure(run_dir: Path, dataset: Dataset, num_images: int) -> list[dict[str, Any]]:
    checkpoint = RunFiles(run_dir).checkpoint_path("best")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    seconds, arrays = _time(lambda: derive_head(dataset, head_options(checkpoint), lambda share: None))
    spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    fitted = from_arrays(arrays)
    goals = [
        judge("last layer fitted, with the features of the training images, seconds", seconds, None),
        judge("the same, seconds of a processor", spent, 5.0),
    ]
    goals += _judge_answers(fitted, dataset)
    goals += _judge_labels(fitted, run_dir, dataset)
    return goals + _judge_robustness(checkpoint, dataset, num_images)


def _judge_answers(fitted: FittedHead, dataset: Dataset) -> list[dict[str, Any]]:
    """Time an answer, and hold what it foretells against exact fits, for some images that the head gets wrong.

    In log odds: a probability that is almost 1 cannot rise as it is foretold.
    """
    others, preds = fitted.others, fitted.probs_of_others().argmax(axis=1)
    foretold, exact, score_seconds, refit_seconds = [], [], [], []
    for index in others[preds != dataset.labels[others]][:_NUM_ERRORS]:
        inputs = fitted.find(int(index))
        assert inputs is not None
        before = fitted.head.probs(inputs[None])[0]
        target = int(before.argmax())
        seconds, scores = _time(partial(score_images, fitted.head, fitted.evidence, inputs, target))
        score_seconds.append(seconds)
        for rows in _choose_sets(scores):
            seconds, weights = _time(partial(refit_without, fitted.head, fitted.evidence, rows))
            refit_seconds.append(seconds)
            after = compute_probs(weights, inputs[None])[0]
            foretold.append(scores[rows].sum() / (1 - before[target]))
            exact.append(_log_odds(before[target]) - _log_odds(after[target]))
    return [
        judge("influence of all training images on an answer, milliseconds", 1000 * float(min(score_seconds)), 100.0),
        judge("exact fit without some of them, seconds (median)", float(np.median(refit_seconds)), 1.0),
        judge("foretold against exact, correlation", float(np.corrcoef(foretold, exact)[0, 1]), 0.95, at_least=True),
    ]


def _log_odds(prob: float) -> float:
    return float(np.log(prob) - np.log1p(-prob))


def _choose_sets(scores: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Return the most helpful and the most harmful images, few and many, and some by chance."""
    size = min(_SET_SIZE, len(scores) // 20)
    helpful, harmful = (rank(scores, size, helpful=way) for way in (True, False))
    chance = np.random.default_rng(0).choice(len(scores), size, replace=False)
    return [helpful[: size // 10], helpful, harmful[: size // 10], harmful, chance]


def _judge_labels(fitted: FittedHead, run_dir: Path, dataset: Dataset) -> list[dict[str, Any]]:
    train, labels = fitted.train, fitted.labels
    is_planted = labels != dataset.labels[train]
    if not is_planted.any():
        return []
    seconds, out_of_fold = _time(lambda: compute_out_of_fold(fitted.evidence, fitted.head.weights))
    classifier = load_classifier(RunFiles(run_dir).checkpoint_path("best"))
    network = predict(classifier, dataset.images, dataset.labels, train).probs
    ways = {
        "out of fold": out_of_fold,
        "head, in its own sample": fitted.head.probs(fitted.evidence.inputs),
        "network, in its own sample": network,
    }
    rows = np.arange(len(train))
    goals = [judge("all training labels judged out of fold, seconds", seconds, None)]
    for name, probs in ways.items():
        others = probs.copy()
        others[rows, labels] = -1.0
        for how, score in (("label", -probs[rows, labels]), ("margin", others.max(axis=1) - probs[rows, labels])):
            first = np.argsort(-score, kind="stable")[: min(_FIRST, is_planted.sum())]
            goal = 0.9 if (name, how) == ("out of fold", "label") else None
            what = f"planted among the first {len(first)}: {name}, by {how}"
            goals.append(judge(what, float(is_planted[first].mean()), goal, at_least=True))
    return goals


def _judge_robustness(checkpoint: Path, dataset: Dataset, num_images: int) -> list[dict[str, Any]]:
    options = robustness_options(checkpoint, "val", num_images)
    seconds, arrays = _time(lambda: derive_robustness(dataset, options, lambda share: None))
    robustness = robustness_from(tuple(CORRUPTIONS), arrays)
    return [
        judge(f"fifteen corruptions of {num_images:,} images, seconds", seconds, 60.0),
        judge("mean corruption error", robustness.mean_corruption_error, None),
        judge("error of the images as they are", 1 - robustness.clean_accuracy, None),
    ]


def _time(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
