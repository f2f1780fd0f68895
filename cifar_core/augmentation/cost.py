"""How fast a pipeline is, beside torchvision's image-by-image one with the same operations."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from cifar_core.augmentation.pipeline import ImagePool, draw_batch
from cifar_core.augmentation.recipe import torchvision_code
from cifar_core.config import RunConfig
from cifar_core.data.statistics import ChannelStatistics

_BATCH_SIZE = 128


@dataclass(frozen=True)
class PipelineCost:
    """Images a second, augmented and normalised.

    Attributes:
        batched: By this project's pipeline, on the pool's device.
        per_image: By torchvision's transforms, one image after the other in one process on the CPU.
    """

    batched: float
    per_image: float

    @property
    def ratio(self) -> float:
        """How many times as fast the batched pipeline is."""
        return self.batched / self.per_image


def measure_cost(
    pool: ImagePool, config: RunConfig, statistics: ChannelStatistics, *, seconds: float = 0.5, repeats: int = 3
) -> PipelineCost:
    """Time both pipelines in turn, several times, and keep the median of each.

    Args:
        pool: The images.
        config: Its augmentation and normalisation.
        statistics: Of the training images, for the normalisation.
        seconds: How long each timing lasts.
        repeats: Timings of each pipeline.
    """
    pair = (_batched(pool, config, statistics), _per_image(pool, config, statistics))
    timings: tuple[list[float], list[float]] = ([], [])
    for process in pair:
        process(0)  # the first call loads and allocates
    for _ in range(repeats):
        for process, rates in zip(pair, timings, strict=True):
            rates.append(_images_per_second(process, seconds))
    batched, per_image = (sorted(rates)[len(rates) // 2] for rates in timings)
    return PipelineCost(batched, per_image)


def _batched(pool: ImagePool, config: RunConfig, statistics: ChannelStatistics) -> Callable[[int], int]:
    mean, std = statistics.scale(config.data.normalization)
    device = pool.images.device
    mean_, std_ = (torch.tensor(values, device=device).view(3, 1, 1) for values in (mean, std))

    def process(number: int) -> int:
        first = number * _BATCH_SIZE % max(len(pool.train) - _BATCH_SIZE, 1)
        indices = pool.train[first : first + _BATCH_SIZE]
        batch = draw_batch(pool, config.augmentation, 0, 1, indices)
        scaled = (batch.images - mean_) / std_
        if device.type != "cpu":
            scaled.sum().item()  # waits until the device has done it
        return len(indices)

    return process


def _per_image(pool: ImagePool, config: RunConfig, statistics: ChannelStatistics) -> Callable[[int], int]:
    names: dict[str, Callable[..., torch.Tensor]] = {}
    exec(torchvision_code(config, statistics), names)  # noqa: S102  # our own text: what the reader would copy
    transform, mix = names["transform"], names.get("mix")

    def process(number: int) -> int:
        indices = pool.train[number * 16 % len(pool.train) :][:16].cpu()
        batch = torch.stack([transform(image) for image in pool.images[indices.to(pool.images.device)].cpu()])
        if mix is not None:
            mix(batch, pool.labels[indices.to(pool.labels.device)].cpu())
        return len(indices)

    return process


def _images_per_second(process: Callable[[int], int], seconds: float) -> float:
    began, done, number = time.perf_counter(), 0, 0
    while time.perf_counter() - began < seconds:
        done += process(number)
        number += 1
    return done / (time.perf_counter() - began)
