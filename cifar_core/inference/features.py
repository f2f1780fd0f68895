"""What a network makes of an image just before it decides: the input of its last layer."""

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core.inference.predict import predict
from cifar_core.models import Classifier


def extract_features(
    classifier: Classifier,
    images: NDArray[np.uint8],
    indices: NDArray[np.int64],
    dtype: torch.dtype | None = None,
) -> NDArray[np.float32]:
    """Return the penultimate features of some images, (N, D) float32.

    Args:
        classifier: Any of this project's networks, whose last layer is called `classifier`.
        images: (M, 3, 32, 32) uint8, the dataset's.
        indices: (N,) which of them.
        dtype: torch.bfloat16 computes under autocast; None or torch.float32 does not.

    Raises:
        ValueError: The network was imported: nobody knows its last layer.
    """
    if not hasattr(classifier.network, "classifier"):
        raise ValueError("an imported network does not say which its last layer is; allowed: networks built here")
    last = classifier.network.get_submodule("classifier")
    parts: list[torch.Tensor] = []
    hook = last.register_forward_pre_hook(lambda module, inputs: parts.append(inputs[0].detach().float().cpu()))
    try:
        predict(classifier, images, np.zeros(len(images), np.int64), indices, dtype=dtype)
    finally:
        hook.remove()
    return torch.cat(parts).numpy()
