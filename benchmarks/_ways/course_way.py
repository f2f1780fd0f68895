"""The course's way: a DataLoader, float32 in the default layout, the loss read at each step."""

from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional
from torch.utils.data import DataLoader

from benchmarks._ways import COURSE, Pace
from benchmarks._ways.clock import NUM_EPOCHS, EpochClock
from benchmarks._ways.pictures import Pictures
from benchmarks._ways.task import Task
from cifar_core.training.device import count_cores
from cifar_core.training.optimizer import create_optimizer


def measure(task: Task) -> dict[str, Pace]:
    """Train as the notebook does, without workers and with two."""
    torch.set_num_threads(count_cores())
    return {name: _run_notebook(task, num_workers) for name, num_workers in zip(COURSE, (0, 2), strict=True)}


def _run_notebook(task: Task, num_workers: int) -> Pace:
    train = _create_loader(task, num_workers, is_training=True)
    val = _create_loader(task, num_workers, is_training=False)
    model = task.create_network().to(task.device)
    optimizer = create_optimizer(task.config.optimizer, model)
    clock = EpochClock(task.device)
    for _ in range(NUM_EPOCHS):
        clock.begin()
        model.train()
        for images, labels in train:
            _step(model, optimizer, images.to(task.device), labels.to(task.device))
            clock.step(len(labels))
        clock.trained()
        _count_correct(model, val, task.device)
        clock.end()
    return clock.pace


def _create_loader(task: Task, num_workers: int, *, is_training: bool) -> DataLoader[Any]:
    pictures = Pictures(task, task.train if is_training else task.val, is_training=is_training)
    return DataLoader(pictures, task.batch_size, shuffle=is_training, num_workers=num_workers, drop_last=is_training)


def _step(model: nn.Module, optimizer: optim.Optimizer, images: Tensor, labels: Tensor) -> float:
    loss = functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def _count_correct(model: nn.Module, loader: DataLoader[Any], device: str) -> int:
    model.eval()
    return sum(
        int((model(images.to(device)).argmax(dim=1) == labels.to(device)).sum().item()) for images, labels in loader
    )
