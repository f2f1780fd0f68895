"""Attribution methods behind one verb: which pixels speak for a class, and which against it."""

from collections.abc import Callable
from typing import Any

import torch
from captum.attr import IntegratedGradients, LayerGradCam, Saliency
from torch import Tensor, nn
from torch.nn import functional

from cifar_core.attribution.layers import find_layer
from cifar_core.attribution.locks import model_lock
from cifar_core.attribution.methods import AttributionError, check_options
from cifar_core.models import evaluation_mode

_IMAGE_SHAPE = (3, 32, 32)
# Bound the memory whatever the number of images and steps: so many images pass through the model at once.
_MAX_BATCH_SIZE = 128
_BASELINES = {"black": 0.0, "grey": 0.5, "white": 1.0}


def attribute(model: nn.Module, images: Tensor, targets: Tensor, method: str, **options: Any) -> Tensor:
    """Attribute the score of a class to the pixels of each image.

    The model is put in evaluation mode meanwhile; its mode, its parameters' gradients and the images stay as they were.
    Calls for the same model wait for each other.

    Args:
        model: Images float in [0, 1] -> logits.
        images: (N, 3, 32, 32) float in [0, 1]; N from 1.
        targets: (N,) integers: whose score is attributed, image by image.
        method: A key of METHODS.
        **options: The method's options, as METHODS lists them.

    Returns:
        (N, 3, 32, 32) float32 on the images' device. Positive: for the class; negative: against it. Grad-CAM, which
        knows no colours, gives each a third of its map.

    Raises:
        AttributionError: If method, options, images, targets and model do not fit together.
    """
    chosen = check_options(method, options)
    _check(images, targets)
    device = next((parameter.device for parameter in model.parameters()), images.device)
    compute = _COMPUTE[method]
    # A caller may be in inference mode or without gradients; attribution is made of gradients.
    with model_lock(model), torch.inference_mode(False), torch.enable_grad(), evaluation_mode(model):
        pixels = images.detach().to(device=device, dtype=torch.float32, copy=True)
        classes = targets.detach().to(device=device, dtype=torch.int64, copy=True)
        _check_targets(model, pixels[:1], classes)
        batches = zip(pixels.split(_MAX_BATCH_SIZE), classes.split(_MAX_BATCH_SIZE), strict=True)
        maps = [compute(model, batch, batch_classes, **chosen).detach() for batch, batch_classes in batches]
    return torch.cat(maps).to(images.device)


def compute_saliency_map(attributions: Tensor, *, signed: bool = True) -> Tensor:
    """Sum over the colours: (N, 3, 32, 32) -> (N, 32, 32); with `signed=False` their absolute values."""
    return (attributions if signed else attributions.abs()).sum(dim=1)


def _saliency(model: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    return Saliency(model).attribute(images.requires_grad_(), target=targets, abs=False)


def _integrated_gradients(
    model: nn.Module, images: Tensor, targets: Tensor, *, num_steps: int, baseline: str
) -> Tensor:
    # All steps of an image add up in one order, whatever the number of images.
    return IntegratedGradients(model).attribute(
        images,
        baselines=_BASELINES[baseline],
        target=targets,
        n_steps=num_steps,
        internal_batch_size=_MAX_BATCH_SIZE,
    )


def _grad_cam(model: nn.Module, images: Tensor, targets: Tensor, *, layer: str | None, relu: bool) -> Tensor:
    # Images that require gradients make the layer's features do so, in a model of frozen weights too.
    cam = LayerGradCam(model, find_layer(model, layer)).attribute(
        images.requires_grad_(), target=targets, relu_attributions=relu
    )  # (B, 1, h, w)
    cam = functional.interpolate(cam, size=_IMAGE_SHAPE[1:], mode="bilinear", align_corners=False)
    return (cam / _IMAGE_SHAPE[0]).expand(-1, *_IMAGE_SHAPE)


_COMPUTE: dict[str, Callable[..., Tensor]] = {
    "saliency": _saliency,
    "integrated_gradients": _integrated_gradients,
    "grad_cam": _grad_cam,
}


def _check(images: Tensor, targets: Tensor) -> None:
    if images.ndim != 4 or tuple(images.shape[1:]) != _IMAGE_SHAPE or len(images) == 0:
        raise AttributionError(f"images of shape {tuple(images.shape)}; allowed: (N, 3, 32, 32), N from 1")
    if not images.is_floating_point():
        raise AttributionError(f"images of dtype {images.dtype}; allowed: float, pixels in [0, 1]")
    if tuple(targets.shape) != (len(images),):
        raise AttributionError(
            f"targets of shape {tuple(targets.shape)}; allowed: ({len(images)},), one for each image"
        )
    if targets.is_floating_point() or targets.dtype == torch.bool:
        raise AttributionError(f"targets of dtype {targets.dtype}; allowed: integers")


def _check_targets(model: nn.Module, image: Tensor, targets: Tensor) -> None:
    with torch.no_grad():
        num_classes = model(image).shape[1]
    lowest, highest = int(targets.min()), int(targets.max())
    if lowest < 0 or highest >= num_classes:
        raise AttributionError(f"targets from {lowest} to {highest}; allowed: 0 to {num_classes - 1}")
