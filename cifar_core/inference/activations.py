"""What a network's units do on some images: how many of them never fire."""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_core.inference.predict import predict
from cifar_core.models import Classifier


def measure_dead_relus(
    classifier: Classifier, images: NDArray[np.uint8], indices: NDArray[np.int64]
) -> dict[str, float]:
    """Return, for each ReLU layer, the share of its units that are zero for every one of some images.

    A unit is one number of a layer's output: a channel at a place, or a feature. A unit that no image excites gets no
    gradient either, so it may never learn again.

    Args:
        classifier: Its ReLUs are modules, called once per forward pass.
        images: (M, 3, 32, 32) uint8, the dataset's.
        indices: (N,) which of them to look at; some hundreds tell enough.
    """
    has_fired: dict[str, Tensor] = {}

    def look(name: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        fired = (output > 0).any(dim=0)
        has_fired[name] = has_fired[name] | fired if name in has_fired else fired

    relus = [(name, module) for name, module in classifier.network.named_modules() if isinstance(module, nn.ReLU)]
    if not relus:
        return {}
    hooks = [module.register_forward_hook(partial(look, name)) for name, module in relus]
    try:
        predict(classifier, images, np.zeros(len(images), np.int64), indices, in_order=True)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: 1.0 - float(fired.to(torch.float32).mean()) for name, fired in has_fired.items()}
