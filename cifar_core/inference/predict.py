"""The one forward pass over a set of images; everything else derives from what it returns."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cifar_core.augmentation import scale_pixels
from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.views import AS_IT_IS, Views
from cifar_core.models import Network, evaluation_mode

# On a CPU the features of 1000 images leave its caches: that takes almost twice as long as five times 200.
_BATCH_SIZE, _CPU_BATCH_SIZE = 1000, 200
_PRECISIONS = (None, torch.float32, torch.bfloat16)


def predict(
    model: nn.Module,
    images: np.ndarray | Tensor,
    targets: np.ndarray | Tensor,
    indices: np.ndarray | Tensor,
    *,
    batch_size: int | None = None,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
    views: Views = AS_IT_IS,
    in_order: bool = False,
) -> Predictions:
    """Run the model over a selection of a dataset's images, in evaluation mode and without gradients.

    `images` and `targets` are the whole dataset's and `indices` select from them, so that a split of a memory-mapped
    array is read batch by batch and never copied whole. The model's training flags are restored.

    Args:
        model: Images float in [0, 1] -> logits.
        images: (M, 3, 32, 32) uint8, all images of the dataset; an array, or a tensor on any device.
        targets: (M,) integers, all labels of the dataset.
        indices: (N,) integers in [0, M), in any order.
        batch_size: Images per forward pass; it changes speed and memory, not the result. None: what suits the device.
        device: Where the model lives; None: where its first parameter is.
        dtype: torch.bfloat16 computes under autocast; None or torch.float32 does not.
        views: Return the mean of the logits over these versions of each image.
        in_order: Call each ReLU before the pooling behind it, for who looks at what comes out of it. Otherwise the
            pooling goes first, as in training: the same numbers to the bit, and less work.

    Returns:
        Predictions in the order of `indices`.

    Raises:
        ValueError: If the arguments do not fit together.
    """
    places = torch.from_numpy(_as_array(indices).astype(np.int64))  # a copy: the caller's may be read-only or reversed
    _check(images, targets, places, batch_size, dtype)
    device = torch.device(device) if device is not None else next(model.parameters(), torch.empty(0)).device
    batch_size = batch_size or (_CPU_BATCH_SIZE if device.type == "cpu" else _BATCH_SIZE)
    autocast = torch.autocast(device.type, dtype=torch.bfloat16, enabled=dtype is torch.bfloat16)
    with evaluation_mode(model), _pooled_first(model, not in_order), torch.inference_mode(), autocast:
        logits = torch.empty(0, device=device)
        for start in range(0, len(places), batch_size):
            batch = _load_batch(images, places[start : start + batch_size], device)
            found = _average(model, batch, views)
            if not start:  # one block for all: small ones kept between large ones would break up the memory
                logits = found.new_empty(len(places), *found.shape[1:])
            logits[start : start + len(found)] = found
    chosen = _as_array(targets)[places.numpy()].astype(np.int64)
    return Predictions(logits.cpu().numpy(), chosen, places.numpy())


@contextmanager
def _pooled_first(model: nn.Module, is_wanted: bool) -> Iterator[None]:
    """Networks look at their own flag alone for that; their layers stay in evaluation mode."""
    networks = [module for module in model.modules() if isinstance(module, Network)]
    try:
        for network in networks:
            network.training = is_wanted
        yield
    finally:
        for network in networks:
            network.training = False


def _average(model: nn.Module, images: Tensor, views: Views) -> Tensor:
    """Return the mean logits (B, C) over the versions of each image."""
    logits = _look(model, images, views.mirrored)
    if not views.shifted:
        return logits
    side = images.shape[-1]
    wider = functional.pad(images, (1, 1, 1, 1), mode="reflect")
    up_left, down_right = wider[..., 2:, 2:], wider[..., :side, :side]
    moved = _look(model, up_left, views.mirrored) + _look(model, down_right, views.mirrored)
    return logits / 2 + moved / 4


def _look(model: nn.Module, images: Tensor, is_mirrored: bool) -> Tensor:
    logits: Tensor = model(images).float()
    return (logits + model(images.flip(-1)).float()) / 2 if is_mirrored else logits


def _load_batch(images: np.ndarray | Tensor, batch: Tensor, device: torch.device) -> Tensor:
    """(B, 3, 32, 32) float32 in [0, 1] on the device, channels last. Bytes travel, floats are made on arrival."""
    if isinstance(images, np.ndarray):
        pixels = torch.from_numpy(images[batch.numpy()])
    else:
        pixels = images[batch.to(images.device)]
    return scale_pixels(pixels.to(device)).contiguous(memory_format=torch.channels_last)


def _as_array(values: np.ndarray | Tensor) -> np.ndarray:
    return values.cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def _check(
    images: np.ndarray | Tensor,
    targets: np.ndarray | Tensor,
    places: Tensor,
    batch_size: int | None,
    dtype: torch.dtype | None,
) -> None:
    if images.dtype not in (np.uint8, torch.uint8) or images.ndim != 4:
        raise ValueError(f"images {tuple(images.shape)} {images.dtype}; allowed: (M, 3, 32, 32) uint8")
    if tuple(targets.shape) != (len(images),):
        raise ValueError(f"targets of shape {tuple(targets.shape)}; allowed: ({len(images)},), one for each image")
    if places.ndim != 1 or len(places) == 0:
        raise ValueError(f"indices of shape {tuple(places.shape)}; allowed: (N,), N from 1")
    if places.min() < 0 or places.max() >= len(images):
        raise ValueError(f"indices from {places.min()} to {places.max()}; allowed: 0 to {len(images) - 1}")
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size {batch_size}; allowed: 1 and above")
    if dtype not in _PRECISIONS:
        raise ValueError(f"dtype {dtype}; allowed: None, torch.float32, torch.bfloat16")
