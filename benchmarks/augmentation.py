"""Crop, flip and normalise: the batched pipeline beside torchvision's per-image transforms, both in one process.

python -m benchmarks.augmentation [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.
"""

import sys

import torch

from benchmarks._report import judge, print_report
from cifar_core.augmentation.cost import measure_cost
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data import compute_channel_statistics, create_splits, load_dataset
from cifar_core.training.device import resolve_device
from cifar_core.training.state import create_pool

_GOAL = 15.0
_PIPELINES = {
    "crop, flip, normalise": AugmentationConfig(crop_padding=4, horizontal_flip=True),
    "with rotation, colour jitter and cutout": AugmentationConfig(
        crop_padding=4,
        horizontal_flip=True,
        rotation=15,
        brightness=0.2,
        contrast=0.2,
        saturation=0.2,
        hue=0.05,
        cutout_size=8,
    ),
    "crop, flip, CutMix": AugmentationConfig(crop_padding=4, horizontal_flip=True, cutmix_alpha=1.0),
}


def main(arguments: list[str]) -> int:
    """Measure each pipeline and print a JSON line last."""
    quick = "--quick" in arguments
    torch.set_num_threads(2)
    dataset = load_dataset()
    statistics = compute_channel_statistics(dataset.images[: dataset.num_train])
    device = resolve_device("auto")
    pool = create_pool(dataset, dataset.labels, create_splits(dataset, 0.1, 0).train, device)
    goals = []
    for name, augmentation in _PIPELINES.items():
        config = RunConfig(augmentation=augmentation)
        cost = measure_cost(pool, config, statistics, seconds=0.2 if quick else 1.0, repeats=1 if quick else 7)
        print(f"{name}: {cost.batched:,.0f} images/s batched, {cost.per_image:,.0f} images/s one by one", flush=True)
        goal = _GOAL if name == next(iter(_PIPELINES)) else None
        goals.append(judge(f"{name}: times the images a second", cost.ratio, goal, at_least=True))
    print_report("augmentation", goals, device=device)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
