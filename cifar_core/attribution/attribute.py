"""Attribution methods behind one verb: which pixels speak for a class, and which against it."""

from typing import Any

import torch
from torch import Tensor, nn

from cifar_core.attribution import computations
from cifar_core.attribution.computations import IMAGE_SHAPE
from cifar_core.attribution.layers import explain_misfit, find_layer
from cifar_core.attribution.locks import model_lock
from cifar_core.attribution.method import AttributionError
from cifar_core.attribution.methods import check_options
from cifar_core.models import evaluation_mode


def attribute(
    model: nn.Module, images: Tensor, targets: Tensor, method: str, *, against: Tensor | None = None, **options: Any
) -> Tensor:
    """Attribute the score of a class to the pixels of each image.

    The model is put in evaluation mode meanwhile; its mode, its parameters' gradients and the images stay as they were.
    Calls for the same model wait for each other.

    Args:
        model: Images float in [0, 1] -> logits.
        images: (N, 3, 32, 32) float in [0, 1]; N from 1.
        targets: (N,) integers: whose score is attributed, image by image.
        method: A key of METHODS.
        against: (N,) integers: classes whose score is taken away first, so that the map is of a difference.
        **options: The method's options, as METHODS lists them.

    Returns:
        (N, 3, 32, 32) float32 on the images' device. Positive: for the class; negative: against it. Grad-CAM, which
        knows no colours, gives each a third of its map.

    Raises:
        AttributionError: If method, options, images, targets and model do not fit together.
    """
    chosen = check_options(method, options)
    _check(images, targets)
    misfit = explain_misfit(model, method)
    if misfit is not None:
        raise AttributionError(misfit)
    if against is not None:
        _check_classes("against", against, len(images))
    if "layer" in chosen:
        chosen["layer"] = find_layer(model, chosen["layer"])
    device = next((parameter.device for parameter in model.parameters()), images.device)
    compute = computations.COMPUTE[method]
    # A caller may be in inference mode or without gradients; attribution is made of gradients.
    with model_lock(model), torch.inference_mode(False), torch.enable_grad(), evaluation_mode(model):
        pixels = images.detach().to(
            device=device, dtype=torch.float32, copy=True, memory_format=torch.channels_last
        )  # half again as fast as the default layout
        classes = targets.detach().to(device=device, dtype=torch.int64, copy=True)
        num_classes = _check_targets(model, pixels[:1], classes)
        explained = model
        if against is not None:
            others = against.detach().to(device=device, dtype=torch.int64, copy=True)
            _check_targets(model, pixels[:1], others, "against")
            explained, classes = _ScoreDifferences(model).eval(), classes * num_classes + others
        size = computations.MAX_BATCH_SIZE
        batches = zip(pixels.split(size), classes.split(size), strict=True)
        maps = [compute(explained, batch, batch_classes, **chosen).detach() for batch, batch_classes in batches]
    return torch.cat(maps).to(images.device)


def compute_saliency_map(attributions: Tensor, *, signed: bool = True) -> Tensor:
    """Sum over the colours: (N, 3, 32, 32) -> (N, 32, 32); with `signed=False` their absolute values."""
    return (attributions if signed else attributions.abs()).sum(dim=1)


class _ScoreDifferences(nn.Module):
    """Images -> (N, C * C): the score of class i less the score of class j, at i * C + j."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        logits = self.model(images)
        return (logits[:, :, None] - logits[:, None, :]).flatten(1)


def _check(images: Tensor, targets: Tensor) -> None:
    if images.ndim != 4 or tuple(images.shape[1:]) != IMAGE_SHAPE or len(images) == 0:
        raise AttributionError(f"images of shape {tuple(images.shape)}; allowed: (N, 3, 32, 32), N from 1")
    if not images.is_floating_point():
        raise AttributionError(f"images of dtype {images.dtype}; allowed: float, pixels in [0, 1]")
    _check_classes("targets", targets, len(images))


def _check_classes(name: str, classes: Tensor, num_images: int) -> None:
    if tuple(classes.shape) != (num_images,):
        raise AttributionError(f"{name} of shape {tuple(classes.shape)}; allowed: ({num_images},), one for each image")
    if classes.is_floating_point() or classes.dtype == torch.bool:
        raise AttributionError(f"{name} of dtype {classes.dtype}; allowed: integers")


def _check_targets(model: nn.Module, image: Tensor, targets: Tensor, name: str = "targets") -> int:
    """Return the number of classes, which the targets have to be below."""
    with torch.no_grad():
        num_classes = int(model(image).shape[1])
    lowest, highest = int(targets.min()), int(targets.max())
    if lowest < 0 or highest >= num_classes:
        raise AttributionError(f"{name} from {lowest} to {highest}; allowed: 0 to {num_classes - 1}")
    return num_classes
