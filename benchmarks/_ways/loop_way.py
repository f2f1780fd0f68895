"""A plain good PyTorch loop: all images in memory on the device, whole batches at once, channels-last, fused optimizer.

What somebody writes who knows PyTorch well and wants one network trained: no files, no reports, losses read when an
epoch ends.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from benchmarks._ways import Pace
from benchmarks._ways.clock import NUM_EPOCHS, EpochClock
from benchmarks._ways.task import Task
from cifar_core.training.optimizer import create_optimizer

_VAL_BATCH_SIZE = 500


class _Images:
    """A task's images and labels on its device, and what is done to whole batches of them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        images = torch.from_numpy(task.dataset.images[:]).to(task.device)
        self._labels = torch.from_numpy(task.dataset.labels[:]).long().to(task.device)
        self._padding = task.config.augmentation.crop_padding
        self._images = images
        self._padded = functional.pad(images, (self._padding,) * 4)
        self._mean, self._std = (
            torch.tensor(numbers, dtype=torch.float32, device=task.device).mul(255).view(3, 1, 1)
            for numbers in (task.statistics.mean, task.statistics.std)
        )

    def train_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.from_numpy(self._task.train).to(self._task.device)
        order = order[torch.randperm(len(order), device=order.device)]
        for indices in order.split(self._task.batch_size):
            yield self._normalize(self._augment(indices)), self._labels[indices]

    def val_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        for indices in torch.from_numpy(self._task.val).to(self._task.device).split(_VAL_BATCH_SIZE):
            yield self._normalize(self._images[indices]), self._labels[indices]

    def _augment(self, indices: Tensor) -> Tensor:
        """Crop and flip by one look-up: the rows and columns that each image takes from its padded one."""
        num, device = len(indices), indices.device
        side = torch.arange(32, device=device)
        rows, columns = (side + torch.randint(2 * self._padding + 1, (num, 1), device=device) for _ in range(2))
        columns = torch.where(torch.rand(num, 1, device=device) < 0.5, columns.flip(1), columns)
        colours = torch.arange(3, device=device)[None, :, None, None]
        return self._padded[indices[:, None, None, None], colours, rows[:, None, :, None], columns[:, None, None, :]]

    def _normalize(self, images: Tensor) -> Tensor:
        return ((images - self._mean) / self._std).contiguous(memory_format=torch.channels_last)


def measure(task: Task) -> dict[str, Pace]:
    """Train in the number format that the config names."""
    precision = task.config.training.precision
    images, clock = _Images(task), EpochClock(task.device)
    model = task.create_network().to(task.device)
    nn.Module.to(model, memory_format=torch.channels_last)
    optimizer = create_optimizer(task.config.optimizer, model)
    torch.backends.cudnn.benchmark = True
    # Around each forward pass alone: what weights were rounded to is kept until it ends.
    cast = torch.autocast(task.device.partition(":")[0], torch.bfloat16, enabled=precision == "bfloat16")
    for _ in range(NUM_EPOCHS):
        clock.begin()
        _train(model, optimizer, images, clock, cast)
        clock.trained()
        with cast:
            _look_at_val(model, images)
        clock.end()
    return {f"plain loop, {precision}": clock.pace}


def _train(
    model: nn.Module, optimizer: optim.Optimizer, images: _Images, clock: EpochClock, cast: torch.autocast
) -> list[float]:
    model.train()
    losses = []
    for batch, labels in images.train_batches():
        with cast:
            loss = functional.cross_entropy(model(batch), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        clock.step(len(labels))
    return torch.stack(losses).tolist()


@torch.inference_mode()
def _look_at_val(model: nn.Module, images: _Images) -> int:
    model.eval()
    return int(sum((model(batch).argmax(dim=1) == labels).sum() for batch, labels in images.val_batches()))
