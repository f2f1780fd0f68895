"""A moving average of a network's weights, which is often better than the weights of any single step."""

import torch
from torch import nn


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    """Move the average towards the model by one step.

    average <- d * average + (1 - d) * model with d = min(decay, (1 + step) / (10 + step)), so that the first steps are
    not held back by the initial weights. Buffers, the statistics of batch norm, are copied.

    Args:
        average: Changed in place.
        model: Of the same make.
        decay: In (0, 1).
        step: 0-based index of the update that was just made.
    """
    decay = min(decay, (1 + step) / (10 + step))
    for target, source in zip(average.parameters(), model.parameters(), strict=True):
        target.lerp_(source, 1 - decay)
    for statistic, current in zip(average.buffers(), model.buffers(), strict=True):
        statistic.copy_(current)
