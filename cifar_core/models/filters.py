"""The filters that look at the pixels."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn


def first_filters(model: nn.Module) -> NDArray[np.float32]:
    """Return the first layer's weights as small pictures, (F, 3, K, K): what each unit answers to.

    A dense layer on all pixels has filters as large as the image.

    Args:
        model: Whose first convolution or dense layer takes three colours.

    Raises:
        ValueError: It has none.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.weight.shape[1] == 3:
            return _as_array(module.weight)
        if isinstance(module, nn.Linear) and module.in_features == 3 * 32 * 32:
            return _as_array(module.weight.view(-1, 3, 32, 32))
    raise ValueError(f"{type(model).__name__} has no layer over three colours")


def filter_pictures(filters: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return filters as shown, (F, 3, K, K) uint8: grey is zero, the strongest weight of each is full colour."""
    strongest = np.abs(filters).max(axis=(1, 2, 3), keepdims=True).clip(min=1e-12)
    return np.rint(127.5 + 127.5 * filters / strongest).astype(np.uint8)


def _as_array(weight: torch.Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = weight.detach().float().cpu().contiguous().numpy().copy()
    return array
