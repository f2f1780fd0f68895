"""What is foretold of an answer without some training images, held against networks trained without them.

python -m benchmarks.retraining [--quick] [--folder DIR] [--cases N] [--seeds N]. Uses CIFAR_DATA_DIR; without CIFAR-10
there, the practice set. With a folder, what was trained is kept there and is not trained again.

A small network trains on a twelfth of the images. Of val images that it takes for some class, three kinds of cases are
made: without the images that pushed most towards that class, without those that pushed most away from it, and without
as many by chance. The change of the class's log odds that the fitted last layer foretells is held against what networks
trained without the images say; several seeds, and the mean of their changes.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._report import judge, print_report
from cifar_core.config import RunConfig
from cifar_core.data import ChosenImages, Contents, Dataset, load_dataset, splits_of
from cifar_core.derived.heads import derive_head, head_options
from cifar_core.evaluation.foretelling import change_of, measure_agreement
from cifar_core.evaluation.predictions import load_predictions
from cifar_core.influence.fitted import FittedHead, from_arrays
from cifar_core.influence.scores import ask_what_if, rank, score_images
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs.layout import RunFiles
from cifar_core.training.fit import fit

_WAYS = ("towards", "away", "chance")
_SHARE_LEFT_OUT = 0.1
_LEAST_PROB, _MOST_PROB = 0.35, 0.9  # nearer to 0 or 1 hardly anything can move


@dataclass(frozen=True)
class _Case:
    """An image, the class that the network takes it for, and the training images that are left out."""

    index: int
    target: int
    way: str
    left_out: tuple[int, ...]
    foretold: float


@dataclass(frozen=True)
class _Setting:
    """What all cases have in common."""

    dataset: Dataset
    config: RunConfig
    folder: Path


def main(arguments: list[str]) -> int:
    """Print a line a case, and JSON last."""
    quick = "--quick" in arguments
    num_images = 1 if quick else _read(arguments, "--cases", 3)
    num_seeds = 1 if quick else _read(arguments, "--seeds", 3)
    with tempfile.TemporaryDirectory() as temporary:
        given = arguments[arguments.index("--folder") + 1] if "--folder" in arguments else temporary
        dataset = load_dataset(Path(temporary) if quick else None)
        setting = _Setting(dataset, _choose_config(quick), Path(given))
        cases = _choose_cases(setting, num_images)
        found = [_retrain(setting, case, num_seeds) for case in cases]
    goals = _judge(cases, found)
    print_report(
        "retraining",
        goals,
        data_source=dataset.source,
        cases=[asdict(case) | {"left_out": len(case.left_out)} for case in cases],
    )
    return 0


def _read(arguments: list[str], flag: str, usual: int) -> int:
    return int(arguments[arguments.index(flag) + 1]) if flag in arguments else usual


def _choose_config(quick: bool) -> RunConfig:
    changes: dict[str, Any] = {
        "data.val_fraction": 0.02,
        "data.train_fraction": 0.08,
        "training.num_epochs": 6,
        "training.precision": "float32",  # not as fast as it goes: a format that is timed anew may be another one
        "training.num_threads": 1,
        "training.save_every_epoch": False,
        "training.evaluate_test": False,
    }
    if quick:
        changes |= {"data.val_fraction": 0.1, "data.train_fraction": 0.3, "training.num_epochs": 5, "model.width": 8}
    return with_overrides(PRESETS["demo"].config, changes)


def _choose_cases(setting: _Setting, num_images: int) -> list[_Case]:
    """Return the cases of some val images, a way each: of different classes, and neither sure nor hopeless."""
    files = _train(setting, setting.config, {})
    options = head_options(files.checkpoint_path("best"))
    fitted = from_arrays(derive_head(setting.dataset, options, lambda share: None))
    size = max(1, round(_SHARE_LEFT_OUT * len(fitted.train)))
    cases = []
    for place, index in enumerate(_choose_images(fitted, files, num_images)):
        inputs = fitted.find(index)
        assert inputs is not None
        target = int(_said(files, index).argmax())
        scores = score_images(fitted.head, fitted.evidence, inputs, target)
        for way in _WAYS:
            rows = _choose_rows(scores, way, size, place)
            answer = ask_what_if(fitted.head, fitted.evidence, inputs, rows)
            foretold = change_of(answer.before, answer.after, target)
            cases.append(_Case(index, target, way, tuple(np.sort(fitted.train[rows]).tolist()), foretold))
    return cases


def _choose_images(fitted: FittedHead, files: RunFiles, num_images: int) -> list[int]:
    """Return val images that the network and the fitted layer take for the same class, each for another one."""
    layer = fitted.probs_of_others()
    chosen: dict[int, int] = {}
    for place, index in enumerate(fitted.others.tolist()):
        said = _said(files, index)
        target = int(said.argmax())
        is_open = _LEAST_PROB < said[target] < _MOST_PROB and _LEAST_PROB < layer[place, target] < _MOST_PROB
        if is_open and target not in chosen and int(layer[place].argmax()) == target:
            chosen[target] = index
        if len(chosen) == num_images:
            break
    if not chosen:
        raise SystemExit("no val image is taken for a class that is neither sure nor hopeless: train for longer")
    return list(chosen.values())


def _choose_rows(scores: NDArray[np.float64], way: str, size: int, seed: int) -> NDArray[np.int64]:
    if way == "chance":
        return np.random.default_rng(seed).choice(len(scores), size, replace=False)
    return rank(scores, size, helpful=way == "towards")


def _retrain(setting: _Setting, case: _Case, num_seeds: int) -> list[float]:
    """Return the change that came, a seed each, and print the case."""
    images = ChosenImages(np.array(case.left_out, np.int64))
    changes = []
    for seed in range(num_seeds):
        config = with_overrides(setting.config, {"training.seed": seed})
        without = with_overrides(config, {"data.exclude": images.content_hash})
        before = _said(_train(setting, config, {}), case.index)
        after = _said(_train(setting, without, {images.content_hash: images}), case.index)
        changes.append(change_of(before, after, case.target))
    name = setting.dataset.class_names[case.target]
    came = ", ".join(f"{change:+.2f}" for change in changes)
    print(
        f"image {case.index} as {name}, without {len(case.left_out)} ({case.way}): foretold {case.foretold:+.2f}, "
        f"came {came}, mean {np.mean(changes):+.2f}",
        flush=True,
    )
    return changes


def _train(setting: _Setting, config: RunConfig, contents: Contents) -> RunFiles:
    """Train a network, unless it is in the folder; its images that are left out name it."""
    name = f"{config.training.seed}-{config.data.exclude or 'all'}"
    files = RunFiles(setting.folder / name)
    done = files.run_dir / "done"
    if not done.exists():
        splits_of(setting.dataset, config.data, contents)  # refuses what may not be trained on
        files.checkpoint_path("best").parent.mkdir(parents=True, exist_ok=True)
        fit(config, setting.dataset, files, contents=contents)
        done.write_text(json.dumps(name))
    return files


def _said(files: RunFiles, index: int) -> NDArray[np.float64]:
    """Return what a network said of a val image after its last epoch, which nobody chose by these images."""
    predictions = load_predictions(files.predictions_path("val", files.val_epochs()[-1]))
    place = int(np.flatnonzero(predictions.indices == index)[0])
    return predictions.probs[place].astype(np.float64)


def _judge(cases: list[_Case], found: list[list[float]]) -> list[dict[str, Any]]:
    foretold, means = [case.foretold for case in cases], [float(np.mean(changes)) for changes in found]
    told = [place for place, case in enumerate(cases) if case.way != "chance"]
    every = measure_agreement([foretold[place] for place in told], [means[place] for place in told])
    firsts = measure_agreement([foretold[place] for place in told], [found[place][0] for place in told])
    chance = [abs(mean) for mean, case in zip(means, cases, strict=True) if case.way == "chance"]
    spread = float(np.mean([np.std(changes, ddof=1) for changes in found])) if len(found[0]) > 1 else float("nan")
    print(
        f"direction right in {every.num_same} of {every.num_cases} ({every.same_low:.0%} to {every.same_high:.0%}); "
        f"correlation {every.correlation:.2f} ({every.low:.2f} to {every.high:.2f}); {every.slope:.2f} came for each 1"
    )
    return [
        judge("cases", len(cases), 6, at_least=True),
        judge("direction right, mean over the seeds, share", every.num_same / max(every.num_cases, 1), None),
        judge("direction right, one seed, share", firsts.num_same / max(firsts.num_cases, 1), None),
        judge("foretold against what came, correlation", every.correlation, None),
        judge("the same, one seed", firsts.correlation, None),
        judge("what came for each 1 foretold", every.slope, None),
        judge("change without as many images by chance, size", float(np.mean(chance)), None),
        judge("deviation of a change over seeds", spread, None),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
