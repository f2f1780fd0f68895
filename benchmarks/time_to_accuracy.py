"""Seconds of training until val reaches 80, 90 and 94 %, and the test accuracy at the end, for the presets.

python -m benchmarks.time_to_accuracy [--quick] [--seeds N] [--compile] [PRESET ...]. Uses CIFAR_DATA_DIR; without
CIFAR-10 there, the practice set.

Without names, a GPU trains all presets but the MLP's, which stays below, `speed` over ten seeds and compiled; a CPU
only `minute` and `quick`, over three (about twenty minutes; `resnet` and `speed` take half an hour and more a seed).
--quick trains one epoch of a narrow network. Times are of the training alone: starting the process, torch's imports and
the first load of the data are not in them, val is. Where a network is compiled, one run more comes first that does not
count.
"""

import argparse
import math
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor
from cifar_core.config import RunConfig
from cifar_core.data import load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunRecord, RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.training.device import resolve_device

_LEVELS = (0.8, 0.9, 0.94)
_ON_GPU, _ON_CPU = ("notebook", "minute", "quick", "resnet", "speed"), ("minute", "quick")
_SPEED_SEEDS, _CPU_SEEDS = 10, 3
# Test accuracy, on a copy whose pixels went through JPEG, and seconds of training: `speed`'s of a GPU, the others' of
# two cores.
_GOALS = {"minute": (0.78, 60.0), "quick": (0.88, 360.0), "speed": (0.92, 3.0)}


@dataclass(frozen=True)
class _Trained:
    """What one run showed: when each level was reached (those that were), in all its epochs, and in their steps."""

    reached: dict[float, float]
    test_accuracy: float
    seconds: float
    seconds_in_steps: float


def main(arguments: list[str]) -> int:
    """Train and print a JSON line last."""
    wanted = _parse(arguments)
    device = resolve_device("auto")
    is_gpu = device.startswith("cuda")
    names = wanted.presets or (("notebook",) if wanted.quick else _ON_GPU if is_gpu else _ON_CPU)
    changes = {"training.num_epochs": 1, "model.width": 4, "data.train_fraction": 0.1} if wanted.quick else {}
    goals: list[dict[str, Any]] = []
    for name in names:
        is_whole_speed = name == "speed" and is_gpu and not wanted.presets
        is_compiled = wanted.compile or is_whole_speed
        config = with_overrides(PRESETS[name].config, changes | {"training.compile": is_compiled})
        usual = 1 if wanted.presets or wanted.quick else _CPU_SEEDS if not is_gpu else _SPEED_SEEDS * is_whole_speed
        goals += _measure(name, config, wanted.seeds or usual or 1, is_gpu)
    print_report("time_to_accuracy", goals, device=device)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_to_accuracy", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="PRESET", help=f"which of {', '.join(PRESETS)}")
    parser.add_argument("--quick", action="store_true", help="a smoke run: does it work, not what does it measure")
    parser.add_argument("--seeds", type=int, default=0, metavar="N", help="how many runs of each preset")
    parser.add_argument("--compile", action="store_true", help="compile the networks")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.presets) - set(PRESETS):
        parser.error(f"no preset {', '.join(sorted(unknown))}; allowed: {', '.join(PRESETS)}")
    return wanted


def _measure(name: str, config: RunConfig, num_seeds: int, is_gpu: bool) -> list[dict[str, Any]]:
    """Train a preset with each of several seeds."""
    if config.training.compile:
        _train(config)
    runs: list[_Trained] = []
    for seed in range(1, num_seeds + 1):
        runs.append(_train(with_overrides(config, {"training.seed": seed})))
        trained = runs[-1]
        print(
            f"{name}, seed {seed}: {trained.test_accuracy:.2%} on test, {trained.seconds:.1f} s, of which "
            f"{trained.seconds_in_steps:.2f} s in steps",
            flush=True,
        )
    return _judge_all(name, runs, is_gpu)


def _judge_all(name: str, runs: list[_Trained], is_gpu: bool) -> list[dict[str, Any]]:
    is_measured = name in _GOALS and (name == "speed") == is_gpu
    accuracy, limit = _GOALS[name] if is_measured else (None, None)
    goals = [
        judge(f"{name}: seconds to {level:.0%} on val", statistics.mean(run.reached[level] for run in runs), None)
        for level in _LEVELS
        if all(level in run.reached for run in runs)
    ]
    tests = [run.test_accuracy for run in runs]
    goals.append(judge(f"{name}: mean test accuracy", statistics.mean(tests), accuracy, at_least=True))
    if len(tests) > 1:
        goals.append(judge(f"{name}: deviation of test accuracy", statistics.stdev(tests), None))
    goals.append(judge(f"{name}: seconds", statistics.mean(run.seconds for run in runs), None if is_gpu else limit))
    in_steps = statistics.mean(run.seconds_in_steps for run in runs)
    goals.append(judge(f"{name}: seconds in steps", in_steps, limit if is_gpu else None))
    return goals


def _train(config: RunConfig) -> _Trained:
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, executor=IdleExecutor())
        status = record.status()
        if status.status != "completed":
            raise RuntimeError(f"{status.status}: {status.message}")
        seconds = sum(row["seconds"] for row in record.epoch_rows())
        accuracy = float(status.test_accuracy_best or math.nan)
        return _Trained(_reached(record), accuracy, seconds, _seconds_in_steps(record))


def _reached(record: RunRecord) -> dict[float, float]:
    found: dict[float, float] = {}
    seconds = 0.0
    for row in record.epoch_rows():
        seconds += row["seconds"]
        for level in _LEVELS:
            if row["val/accuracy"] >= level:
                found.setdefault(level, seconds)
    return found


def _seconds_in_steps(record: RunRecord) -> float:
    data = record.config().data
    num_images = load_dataset().num_train * (1 - data.val_fraction) * data.train_fraction
    return sum(num_images / row["images_per_second"] for row in record.epoch_rows())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
