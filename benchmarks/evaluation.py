"""Predicting 10,000 images: this project's forward pass beside the plain loop of a notebook.

python -m benchmarks.evaluation [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.
"""

import statistics
import sys
import time

import numpy as np
import torch
from torch import nn

from benchmarks._report import judge, print_report
from cifar_core.data import Dataset, load_dataset
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier
from cifar_core.presets import PRESETS
from cifar_core.training.device import count_cores, has_bfloat16, resolve_device


def main(arguments: list[str]) -> int:
    """Measure in turn and print a JSON line last."""
    quick = "--quick" in arguments
    torch.set_num_threads(count_cores())
    dataset, device = load_dataset(), resolve_device("auto")
    indices = np.arange(dataset.num_images)[-(500 if quick else 10_000) :]
    dtype = torch.bfloat16 if has_bfloat16(device) else None
    goals = []
    for name in ("notebook", "quick"):
        plain = create_classifier(PRESETS[name].config, mean=(0.5,) * 3, std=(0.25,) * 3).to(device).eval()
        ours = create_classifier(PRESETS[name].config, mean=(0.5,) * 3, std=(0.25,) * 3).to(device).eval()
        nn.Module.to(ours, memory_format=torch.channels_last)
        ratios, taken = [], []
        for turn in range(2 if quick else 6):
            slow = _time_plain(plain, dataset, indices, device)
            started = time.perf_counter()
            predict(ours, dataset.images, dataset.labels, indices, dtype=dtype)
            seconds = time.perf_counter() - started
            if turn:
                ratios.append(slow / seconds)
                taken.append(seconds)
        print(f"{name}: {len(indices):,} images in {statistics.median(taken):.2f} s", flush=True)
        goals.append(judge(f"{name}: times as fast as a plain loop", statistics.median(ratios), 1.5, at_least=True))
        goals.append(judge(f"{name}: seconds for {len(indices)} images", statistics.median(taken), None))
    print_report("evaluation", goals, device=device)
    return 0


def _time_plain(model: nn.Module, dataset: Dataset, indices: np.ndarray, device: str) -> float:
    """Batches of 64 in float32 and the default layout, the predicted class read after each."""
    started = time.perf_counter()
    preds: list[int] = []
    with torch.no_grad():
        for places in np.array_split(indices, max(1, len(indices) // 64)):
            images = torch.from_numpy(dataset.images[places]).float() / 255
            preds += model(images.to(device)).argmax(dim=1).tolist()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
