"""What happens inside a network: the features of each layer for an image, and images that a unit likes best."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cifar_core.attribution.computations import IMAGE_SHAPE
from cifar_core.attribution.layers import list_layers
from cifar_core.attribution.locks import model_lock
from cifar_core.attribution.method import AttributionError
from cifar_core.models import evaluation_mode

_LEARNING_RATE = 0.05
_SMOOTHNESS = 0.4  # length of the step against total variation, beside one for the unit
_JITTER = 3  # pixels


@dataclass(frozen=True)
class Unit:
    """What an image is made for: a class's score, or the mean of one channel of a layer.

    Attributes:
        layer: A layer with features (C, H, W); None: the scores.
        channel: Channel of the layer, or class.
    """

    layer: str | None
    channel: int


@dataclass(frozen=True, eq=False)
class Ascent:
    """One moment of the way to an image that excites a unit.

    Attributes:
        step: Steps done.
        image: (3, 32, 32) float32 in [0, 1].
        activation: Of the unit, for this image.
    """

    step: int
    image: NDArray[np.float32]
    activation: float


def compute_feature_maps(model: nn.Module, image: Tensor, layer: str) -> NDArray[np.float32]:
    """Return a layer's features (C, H, W) for an image (3, 32, 32), float in [0, 1].

    Raises:
        AttributionError: If the model has no such layer, or its features have no places.
    """
    with model_lock(model), evaluation_mode(model), _watched(model, layer) as seen, torch.inference_mode():
        model(image[None].to(_device_of(model)))
        features: Tensor = seen[0]
    if features.ndim != 4:
        raise AttributionError(
            f"layer {layer!r}; allowed: one with features (C, H, W): {', '.join(list_layers(model))}"
        )
    return features[0].float().cpu().numpy().copy()


def order_channels(features: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the channels of features (C, H, W) by the mean of their absolute values, the largest first."""
    strengths = np.abs(features).mean(axis=(1, 2))
    return np.argsort(-strengths, kind="stable").astype(np.int64)


def maximize_activation(model: nn.Module, unit: Unit, *, num_steps: int = 128, seed: int = 0) -> Iterator[Ascent]:
    """Grow an image that excites a unit, by gradient ascent from noise (Erhan et al., 2009; Olah et al., 2017).

    Pixels stay within [0, 1], neighbours are kept alike by a penalty on total variation, and each step sees the image
    shifted by up to three pixels, so that no single pixel matters. The same seed gives the same image.

    Args:
        model: Images float in [0, 1] -> logits.
        unit: What to excite.
        num_steps: From 1.
        seed: Of the noise and the shifts.

    Yields:
        The start, then each step.

    Raises:
        AttributionError: If the model has no such unit, or num_steps is out of bounds.
    """
    if num_steps < 1:
        raise AttributionError(f"num_steps {num_steps}; allowed: 1 and above")
    draws = torch.Generator().manual_seed(seed)
    device = _device_of(model)
    raw = (0.3 * torch.randn(1, *IMAGE_SHAPE, generator=draws)).to(device).requires_grad_()
    optimizer = torch.optim.Adam([raw], lr=_LEARNING_RATE)
    for step in range(num_steps + 1):
        shifts = torch.randint(-_JITTER, _JITTER + 1, (2,), generator=draws).tolist()
        # The lock is taken for each step: between them others may ask the model.
        with model_lock(model), evaluation_mode(model), torch.inference_mode(False), torch.enable_grad():
            images = raw.sigmoid()
            shown = functional.pad(images, (_JITTER,) * 4, mode="replicate")
            rows, columns = (slice(_JITTER + shift, _JITTER + shift + IMAGE_SHAPE[1]) for shift in shifts)
            activation = _activation(model, shown[:, :, rows, columns], unit)
            (uphill,) = torch.autograd.grad(activation, raw, retain_graph=True)
            (rougher,) = torch.autograd.grad(_total_variation(images), raw)
        yield Ascent(step, images.detach()[0].cpu().numpy().copy(), float(activation.detach()))
        # Of equal length, so that the balance is the same for every network.
        raw.grad = _SMOOTHNESS * _unit_length(rougher) - _unit_length(uphill)
        optimizer.step()


def _activation(model: nn.Module, images: Tensor, unit: Unit) -> Tensor:
    if unit.layer is None:
        output = model(images)
    else:
        with _watched(model, unit.layer) as seen:
            model(images)
        output = seen[0]
    if not 0 <= unit.channel < output.shape[1]:
        raise AttributionError(f"channel {unit.channel}; allowed: 0 to {output.shape[1] - 1}")
    return output[0, unit.channel].mean()


def _unit_length(gradient: Tensor) -> Tensor:
    return gradient / gradient.norm().clamp(min=1e-12)


def _total_variation(images: Tensor) -> Tensor:
    return images.diff(dim=2).abs().sum() + images.diff(dim=3).abs().sum()


@contextmanager
def _watched(model: nn.Module, layer: str) -> Iterator[list[Tensor]]:
    """Collect what a layer gives out meanwhile."""
    try:
        module = model.get_submodule(layer)
    except AttributeError:
        raise AttributionError(f"layer {layer!r}; allowed: {', '.join(list_layers(model))}") from None
    seen: list[Tensor] = []
    hook = module.register_forward_hook(lambda module, inputs, output: seen.append(output))
    try:
        yield seen
    finally:
        hook.remove()


def _device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device
