"""Seconds of training until val reaches 80, 90 and 94 %, for the presets; on a GPU, the speed preset over ten seeds.

python -m benchmarks.time_to_accuracy [--quick] [PRESET ...]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice
set.

Without names, a GPU trains all presets but the MLP's, which stays below, and a CPU only `quick` (about six minutes;
`resnet` and `speed` take near half an hour each); --quick trains one epoch of a narrow network. Times are of the
training alone: starting the process, torch's imports and the first load of the data are not in them, val is.
"""

import argparse
import math
import statistics
import sys
import tempfile
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
_PRESETS = ("notebook", "quick", "resnet", "speed")
_NUM_SEEDS = 10
_SECONDS_GOAL = 3.0
_ACCURACY_GOAL = 0.92  # on a copy whose pixels went through JPEG; 0.94 on the original


def main(arguments: list[str]) -> int:
    """Train and print a JSON line last."""
    wanted = _parse(arguments)
    device = resolve_device("auto")
    is_gpu = device.startswith("cuda")
    names = wanted.presets or (("notebook",) if wanted.quick else _PRESETS if is_gpu else ("quick",))
    changes = {"training.num_epochs": 1, "model.width": 4, "data.train_fraction": 0.1} if wanted.quick else {}
    goals: list[dict[str, Any]] = []
    for name in names:
        reached, accuracy, _ = _train(with_overrides(PRESETS[name].config, changes))
        for level, seconds in reached.items():
            print(f"{name}: {level:.0%} on val after {seconds:.1f} s", flush=True)
            goals.append(judge(f"{name}: seconds to {level:.0%} on val", seconds, None))
        goals.append(judge(f"{name}: test accuracy", accuracy, None))
    if is_gpu and not wanted.quick and not wanted.presets:
        goals += _measure_speed()
    print_report("time_to_accuracy", goals, device=device)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_to_accuracy", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="PRESET", help=f"which of {', '.join(PRESETS)}")
    parser.add_argument("--quick", action="store_true", help="a smoke run: does it work, not what does it measure")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.presets) - set(PRESETS):
        parser.error(f"no preset {', '.join(sorted(unknown))}; allowed: {', '.join(PRESETS)}")
    return wanted


def _measure_speed() -> list[dict[str, Any]]:
    """The first run warms up (kernels are chosen, a compiled network is compiled) and does not count."""
    config = with_overrides(PRESETS["speed"].config, {"training.compile": True})
    accuracies, loops = [], []
    for seed in range(_NUM_SEEDS + 1):
        _, accuracy, loop = _train(with_overrides(config, {"training.seed": seed}))
        print(f"speed, seed {seed}: {accuracy:.2%} on test, {loop:.2f} s in the loop", flush=True)
        if seed:
            accuracies.append(accuracy)
            loops.append(loop)
    return [
        judge("speed: mean test accuracy", statistics.mean(accuracies), _ACCURACY_GOAL, at_least=True),
        judge("speed: deviation of test accuracy", statistics.stdev(accuracies), None),
        judge("speed: mean seconds in the training loop", statistics.mean(loops), _SECONDS_GOAL),
    ]


def _train(config: RunConfig) -> tuple[dict[float, float], float, float]:
    """Return when each level was reached (those that were), the test accuracy, and the seconds spent in steps."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, executor=IdleExecutor())
        status = record.status()
        if status.status != "completed":
            raise RuntimeError(f"{status.status}: {status.message}")
        return _reached(record), float(status.test_accuracy_best or math.nan), _seconds_in_steps(record)


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
