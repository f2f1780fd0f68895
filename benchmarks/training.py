"""Images a second: the course's way of training, this project's `fit` as a user gets it, and the limit of the device.

python -m benchmarks.training [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

The three take turns on the same network, images and batch size. The course's way: a DataLoader, torchvision's
transforms image by image (crop, flip), float32 in the default layout, the loss read at each step. `fit`: a worker's
whole run with metrics, checkpoints and predictions; its second epoch, without the look at val. The limit: the same
steps on one batch that lies on the device already.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision import transforms

from benchmarks._app import IdleExecutor, judge
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, compute_channel_statistics, create_splits, load_dataset
from cifar_core.models import create_classifier, summarize_config
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.worker import run_worker
from cifar_core.training.device import count_cores, reproducible, resolve_device
from cifar_core.training.fit import fit
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on

_WORKERS = (0, 2)
_CROP_AND_FLIP = {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True}


@dataclass(frozen=True)
class _Case:
    """A network with its settings, and how many images make an epoch here."""

    config: RunConfig
    num_images: int
    goal: float | None = None


class _Images(TorchDataset[tuple[Any, int]]):
    """Images as the course's notebook has them: pictures, transformed one by one."""

    def __init__(self, dataset: Dataset, indices: np.ndarray) -> None:
        statistics_ = compute_channel_statistics(dataset.images[: dataset.num_train])
        self._pictures = [Image.fromarray(dataset.images[index].transpose(1, 2, 0)) for index in indices]
        self._labels = dataset.labels[indices].tolist()
        self._transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(statistics_.mean, statistics_.std),
            ]
        )

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, place: int) -> tuple[Any, int]:
        return self._transform(self._pictures[place]), self._labels[place]


def main(arguments: list[str]) -> int:
    """Measure each network and print a JSON line last."""
    quick = "--quick" in arguments
    dataset, device = load_dataset(), resolve_device("auto")
    goals: list[dict[str, Any]] = []
    for name, case in _cases(dataset, device, quick).items():
        speeds = _measure(case, dataset, device, 1 if quick else 5)
        for way, values in speeds.items():
            print(f"{name}, {way}: {statistics.median(values):,.0f} images/s", flush=True)
        goals += _compare(name, case, speeds)
        if device.startswith("cuda"):
            goals.append(_share_of_peak(name, case, statistics.median(speeds["fit"]), device))
    print(json.dumps({"name": "training", "device": device, "num_threads": count_cores(), "goals": goals}))
    return 0


def _cases(dataset: Dataset, device: str, quick: bool) -> dict[str, _Case]:
    """On a GPU whole epochs; on a CPU as many images as take some seconds."""
    whole = int(0.9 * dataset.num_train)
    is_gpu = device != "cpu"

    def size(on_cpu: int) -> int:
        return min(whole, 640 if quick else whole if is_gpu else on_cpu)

    batch_size = 2000 if is_gpu else 500
    changes = {"training.device": "auto"}
    speed = {"training.batch_size": min(batch_size, size(2_000) // 4), "augmentation.crop_padding": 4}
    return {
        "simple_cnn": _Case(
            with_overrides(PRESETS["notebook"].config, _CROP_AND_FLIP | changes), size(8_000), 20.0 if is_gpu else 3.0
        ),
        "resnet": _Case(with_overrides(PRESETS["resnet"].config, changes), size(2_000)),
        "speed": _Case(with_overrides(PRESETS["speed"].config, speed | changes), size(2_000)),
    }


def _measure(case: _Case, dataset: Dataset, device: str, repeats: int) -> dict[str, list[float]]:
    config = with_overrides(case.config, {"training.num_epochs": 2})
    dataset = _shorten(dataset, round(case.num_images / (1 - config.data.val_fraction)))
    speeds: dict[str, list[float]] = {f"the course's way, {count} workers": [] for count in _WORKERS}
    speeds |= {"fit": [], "fit, val and checkpoint included": [], "limit": []}
    for _ in range(repeats):
        for count in _WORKERS:
            speeds[f"the course's way, {count} workers"].append(_run_course(config, dataset, device, count))
        steps, whole = _run_fit(config, dataset)
        speeds["fit"].append(steps)
        speeds["fit, val and checkpoint included"].append(whole)
        speeds["limit"].append(_run_limit(config, dataset, device))
    return speeds


def _compare(name: str, case: _Case, speeds: dict[str, list[float]]) -> list[dict[str, Any]]:
    course = np.max([speeds[f"the course's way, {count} workers"] for count in _WORKERS], axis=0)
    fit, limit = np.array(speeds["fit"]), np.array(speeds["limit"])
    return [
        judge(f"{name}: fit, times the course's way", float(np.median(fit / course)), case.goal, at_least=True),
        judge(f"{name}: fit, share of the limit", float(np.median(fit / limit)), 0.95, at_least=True),
        judge(f"{name}: fit, images a second", float(np.median(fit)), None),
    ]


def _run_course(config: RunConfig, dataset: Dataset, device: str, num_workers: int) -> float:
    """One epoch, from its second batch on."""
    torch.set_num_threads(count_cores())
    indices = create_splits(dataset, config.data.val_fraction, config.data.split_seed).train
    loader = DataLoader(
        _Images(dataset, indices), config.training.batch_size, shuffle=True, num_workers=num_workers, drop_last=True
    )
    model = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3).network.to(device).train()
    optimizer = create_optimizer(config.optimizer, model)
    num_images, started = 0, 0.0
    for place, (images, labels) in enumerate(loader):
        if place == 1:
            num_images, started = 0, time.perf_counter()
        loss = functional.cross_entropy(model(images.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        num_images += len(labels)
    return num_images / (time.perf_counter() - started)


def _shorten(dataset: Dataset, num_train: int) -> Dataset:
    """Return a dataset of the first training images and as many test images as are in proportion."""
    num_test = max(100, dataset.num_test * num_train // dataset.num_train)
    places = np.r_[:num_train, dataset.num_train : dataset.num_train + num_test]
    return Dataset(dataset.images[places], dataset.labels[places], dataset.class_names, num_train, dataset.source)


def _run_fit(config: RunConfig, dataset: Dataset) -> tuple[float, float]:
    """Images a second of the second epoch of a worker's run: of its steps, and of all of it."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder), executor=IdleExecutor())
        record = store.record(store.submit(config))
        run_worker(record.run_dir, lambda settings, _, *rest: fit(settings, dataset, *rest), IdleExecutor())
        row, status = record.epoch_rows()[-1], record.status()
        if status.status != "completed":
            raise RuntimeError(f"{status.status}: {status.message}")
    num_images = len(create_splits(dataset, config.data.val_fraction, config.data.split_seed).train)
    return float(row["images_per_second"]), num_images / float(row["seconds"])


def _run_limit(config: RunConfig, dataset: Dataset, device: str) -> float:
    with reproducible(device, 0):
        state = create_training_state(config, dataset, device)
        batch = next(_batches(state))
        state.model.train()
        for _ in range(2):
            train_on(state, batch)
        steps = max(state.steps_per_epoch, 4)
        _finish(device)
        started = time.perf_counter()
        for _ in range(steps):
            train_on(state, batch)
        _finish(device)
        return steps * len(batch.targets) / (time.perf_counter() - started)


def _batches(state: Any) -> Iterator[Any]:
    return iterate_batches(state, 1)


def _finish(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _share_of_peak(name: str, case: _Case, images_per_second: float, device: str) -> dict[str, Any]:
    """The FLOP rate of training (forward and twice that backward) beside that of large matrix products."""
    size, repeats = 8192, 20
    left, right = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        left @ right
    _finish(device)
    started = time.perf_counter()
    for _ in range(repeats):
        left @ right
    _finish(device)
    peak = repeats * 2 * size**3 / (time.perf_counter() - started)
    reached = 6 * summarize_config(case.config.model).macs * images_per_second
    print(f"{name}: {reached / 1e12:.1f} of {peak / 1e12:.0f} TFLOP/s", flush=True)
    return judge(f"{name}: share of the device's matrix peak", reached / peak, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
