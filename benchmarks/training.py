"""Images a second: the course's way of training, this project's `fit` as a user gets it, and the limit of the device.

python -m benchmarks.training [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

The three take turns on the same network, images and batch size. The course's way: a DataLoader, torchvision's
transforms image by image (crop, flip), float32 in the default layout, the loss read at each step. `fit`: a worker's
whole run with metrics, checkpoints and predictions; its second epoch, without the look at val. The limit: the same
steps on one batch that lies on the device already, some at a time within the run's epoch; once more in float32, to see
whether the number format that `auto` chose is the quicker one.
"""

import statistics
import sys
import time
from collections import defaultdict
from typing import Any

import numpy as np
import torch

from benchmarks._report import judge, print_report
from benchmarks._ways import COURSE, FLOAT32, IN_TURN, LIMIT, Way, measure_way
from benchmarks._ways.cases import Case, list_cases
from benchmarks._ways.task import finish
from cifar_core.data import load_dataset
from cifar_core.models import summarize_config
from cifar_core.training.device import resolve_device

# Of the limit, which `fit` is to reach.
_SHARE = 0.97


def main(arguments: list[str]) -> int:
    """Measure each network and print a JSON line last."""
    quick = "--quick" in arguments
    dataset, device = load_dataset(), resolve_device("auto")
    goals: list[dict[str, Any]] = []
    cases = list_cases(dataset, device, quick)
    for name, case in list(cases.items())[: 1 if quick else None]:
        speeds = _measure(case, 1 if quick else 5)
        for way, values in speeds.items():
            print(f"{name}, {way}: {statistics.median(values):,.0f} images/s", flush=True)
        goals += _compare(name, case, speeds)
        if device.startswith("cuda"):
            goals.append(_share_of_peak(name, case, statistics.median(speeds[IN_TURN]), device))
    print_report("training", goals, device=device)
    return 0


def _measure(case: Case, repeats: int) -> dict[str, list[float]]:
    ways: tuple[Way, ...] = ("course", "limit")
    speeds: dict[str, list[float]] = defaultdict(list)
    for _ in range(repeats):
        for way in ways:
            for name, pace in measure_way(way, case.config, case.num_images).items():
                speeds[name].append(pace.steps)
                if pace.whole is not None:
                    speeds[f"{name}, val and what else belongs to an epoch"].append(pace.whole)
    return speeds


def _compare(name: str, case: Case, speeds: dict[str, list[float]]) -> list[dict[str, Any]]:
    course = np.max([speeds[way] for way in COURSE], axis=0)
    fit, limit, float32 = (np.array(speeds[way]) for way in (IN_TURN, LIMIT, FLOAT32))
    # Nothing is faster than the limit: where it is less than so many times the course's way, its share counts.
    goal = None if case.goal is None else min(case.goal, _SHARE * float(np.median(limit / course)))
    return [
        judge(f"{name}: fit, times the course's way", float(np.median(fit / course)), goal, at_least=True),
        judge(f"{name}: fit, share of the limit", float(np.median(fit / limit)), _SHARE, at_least=True),
        judge(
            f"{name}: the number format chosen here, times float32",
            float(np.median(limit / float32)),
            1.0,
            at_least=True,
        ),
        judge(f"{name}: fit, images a second", float(np.median(fit)), None),
    ]


def _share_of_peak(name: str, case: Case, images_per_second: float, device: str) -> dict[str, Any]:
    """The FLOP rate of training (forward and twice that backward) beside that of large matrix products."""
    size, repeats = 8192, 20
    left, right = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        left @ right
    finish(device)
    started = time.perf_counter()
    for _ in range(repeats):
        left @ right
    finish(device)
    peak = repeats * 2 * size**3 / (time.perf_counter() - started)
    reached = 6 * summarize_config(case.config.model).macs * images_per_second
    print(f"{name}: {reached / 1e12:.1f} of {peak / 1e12:.0f} TFLOP/s", flush=True)
    return judge(f"{name}: share of the device's matrix peak", reached / peak, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
