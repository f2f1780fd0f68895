"""Three ways to train the same network on the same images, each measured in images a second.

python -m benchmarks._ways course|ours CONFIG NUM_IMAGES prints {way: images a second} as JSON; CONFIG is JSON too.
Each call is a process of its own, so that the course's way and ours each have the memory, threads and settings that
they are used with.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision import transforms

from benchmarks._store import IdleExecutor
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, compute_channel_statistics, create_splits, load_dataset
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.executor import worker_environment
from cifar_core.runs.worker import run_worker
from cifar_core.training.device import count_cores, reproducible, resolve_device
from cifar_core.training.fit import fit
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on

_WORKERS = (0, 2)
COURSE = tuple(f"the course's way, {count} workers" for count in _WORKERS)
FIT, WHOLE_FIT, LIMIT, FLOAT32 = "fit", "fit, val and checkpoint included", "limit", "limit in float32"


class _Images(TorchDataset[tuple[Any, int]]):
    """Images as the course's notebook has them: pictures, transformed one by one."""

    def __init__(self, dataset: Dataset, indices: np.ndarray) -> None:
        statistics = compute_channel_statistics(dataset.images[: dataset.num_train])
        self._pictures = [Image.fromarray(dataset.images[index].transpose(1, 2, 0)) for index in indices]
        self._labels = dataset.labels[indices].tolist()
        self._transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(statistics.mean, statistics.std),
            ]
        )

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, place: int) -> tuple[Any, int]:
        return self._transform(self._pictures[place]), self._labels[place]


def measure_way(way: Literal["course", "ours"], config: RunConfig, num_images: int) -> dict[str, float]:
    """Measure in a new process: ours in the environment that workers get, the course's in the one there is."""
    command = [sys.executable, "-m", "benchmarks._ways", way, config.model_dump_json(), str(num_images)]
    environment = worker_environment() if way == "ours" else None
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    speeds: dict[str, float] = json.loads(output.splitlines()[-1])
    return speeds


def main(arguments: list[str]) -> int:
    """Measure one way and print what it reached."""
    way, text, num_images = arguments
    config = RunConfig.model_validate_json(text)
    dataset = _shorten(load_dataset(), round(int(num_images) / (1 - config.data.val_fraction)))
    device = resolve_device(config.training.device)
    print(json.dumps({"course": _run_course, "ours": _run_ours}[way](config, dataset, device)))
    return 0


def _run_course(config: RunConfig, dataset: Dataset, device: str) -> dict[str, float]:
    torch.set_num_threads(count_cores())
    return {name: _run_notebook(config, dataset, device, count) for name, count in zip(COURSE, _WORKERS, strict=True)}


def _run_notebook(config: RunConfig, dataset: Dataset, device: str, num_workers: int) -> float:
    """One epoch, from its second batch on."""
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


def _run_ours(config: RunConfig, dataset: Dataset, device: str) -> dict[str, float]:
    """Measure the second epoch of a worker's run, its steps and all of it, and the limit before and after.

    The machine's speed drifts: the limit is what was reached on the two sides of the run together.
    """
    before = _run_limit(config, dataset, device)
    steps, whole = _run_fit(config, dataset)
    after = _run_limit(config, dataset, device)
    plain = _run_limit(with_overrides(config, {"training.precision": "float32"}), dataset, device)
    return {FIT: steps, WHOLE_FIT: whole, LIMIT: 2 / (1 / before + 1 / after), FLOAT32: plain}


def _run_fit(config: RunConfig, dataset: Dataset) -> tuple[float, float]:
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
    """Steps on one batch that lies on the device already."""
    with reproducible(device, config.training.num_threads):
        state = create_training_state(config, dataset, device)
        batch = next(iterate_batches(state, 1))
        state.model.train()
        for _ in range(3):
            train_on(state, batch)
        steps = max(state.steps_per_epoch, 4)
        finish(device)
        started = time.perf_counter()
        for _ in range(steps):
            train_on(state, batch)
        finish(device)
        return steps * len(batch.targets) / (time.perf_counter() - started)


def finish(device: str) -> None:
    """Wait until a GPU has done what it was given."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _shorten(dataset: Dataset, num_train: int) -> Dataset:
    """Return a dataset of the first training images and as many test images as are in proportion."""
    num_test = max(100, dataset.num_test * num_train // dataset.num_train)
    places = np.r_[:num_train, dataset.num_train : dataset.num_train + num_test]
    return Dataset(dataset.images[places], dataset.labels[places], dataset.class_names, num_train, dataset.source)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
