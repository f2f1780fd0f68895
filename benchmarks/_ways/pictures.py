"""Images as most people have them: pictures in a Dataset, transformed one by one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import Dataset as TorchDataset
from torchvision import transforms

from benchmarks._ways.task import Task


class Pictures(TorchDataset[tuple[Any, int]]):
    """Some of a task's images, cropped and flipped by chance where they train."""

    def __init__(self, task: Task, indices: NDArray[np.int64], *, is_training: bool) -> None:
        self._pictures = [Image.fromarray(task.dataset.images[index].transpose(1, 2, 0)) for index in indices]
        self._labels = task.dataset.labels[indices].tolist()
        padding = task.config.augmentation.crop_padding
        by_chance = [transforms.RandomCrop(32, padding=padding), transforms.RandomHorizontalFlip()]
        always = [transforms.ToTensor(), transforms.Normalize(task.statistics.mean, task.statistics.std)]
        self._transform = transforms.Compose([*(by_chance if is_training else []), *always])

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, place: int) -> tuple[Any, int]:
        return self._transform(self._pictures[place]), self._labels[place]
