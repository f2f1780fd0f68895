"""Which methods of attribution can be believed for a network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset


def derive_audit(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """All methods held to the same checks.

    Options:
        checkpoint: Path of the weights.
        sisters: Paths of weights that differ in their seed alone, and when they were written, as a JSON list of pairs.
        images: Dataset indices, as a JSON list.

    Returns:
        The fields of `cifar_core.attribution.audit.Audit`.
    """
    import torch

    from cifar_core.attribution.audit import audit_methods
    from cifar_core.augmentation import scale_pixels
    from cifar_core.training.checkpoint import create_untrained, load_classifier

    path = Path(str(options["checkpoint"]))
    sisters = [load_classifier(Path(sister)) for sister, _ in json.loads(str(options["sisters"]))]
    pixels = scale_pixels(torch.from_numpy(np.array(dataset.images[json.loads(str(options["images"]))])))
    return asdict(audit_methods(load_classifier(path), create_untrained(path), sisters, pixels, on_progress))
