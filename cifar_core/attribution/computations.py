"""How each attribution method is computed: captum's class for it, fed in parts that fit into memory."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from captum.attr import (
    FeatureAblation,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from torch import Tensor, nn
from torch.nn import functional

from cifar_core.attribution.deep_lift import deep_lift
from cifar_core.attribution.gradient_shap import gradient_shap
from cifar_core.attribution.superpixels import segment
from cifar_core.randomness import seeded_globals

IMAGE_SHAPE = (3, 32, 32)
BASELINES = {"black": 0.0, "grey": 0.5, "white": 1.0}
# Bounds the memory whatever the number of images and steps: so many images pass through the model at once.
MAX_BATCH_SIZE = 64


def _saliency(model: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    return Saliency(model).attribute(images.requires_grad_(), target=targets, abs=False)


def _input_x_gradient(model: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    return InputXGradient(model).attribute(images.requires_grad_(), target=targets)


def _integrated_gradients(
    model: nn.Module, images: Tensor, targets: Tensor, *, num_steps: int, baseline: str
) -> Tensor:
    # The steps of one image fill a pass already; those of many, laid out at once, would only leave the caches.
    size = max(1, MAX_BATCH_SIZE // num_steps)
    maps = [
        IntegratedGradients(model).attribute(
            part,
            baselines=BASELINES[baseline],
            target=part_targets,
            n_steps=num_steps,
            internal_batch_size=MAX_BATCH_SIZE,
        )
        for part, part_targets in zip(images.split(size), targets.split(size), strict=True)
    ]
    return torch.cat(maps)


def _smooth_grad(
    model: nn.Module, images: Tensor, targets: Tensor, *, num_samples: int, noise: float, seed: int
) -> Tensor:
    def attribute_one(image: Tensor, target: Tensor) -> Tensor:
        return NoiseTunnel(Saliency(model)).attribute(
            image.requires_grad_(),
            target=target,
            abs=False,
            nt_samples=num_samples,
            nt_samples_batch_size=MAX_BATCH_SIZE,
            stdevs=noise,
        )

    return _one_by_one(attribute_one, images, targets, seed)


def _gradient_shap(model: nn.Module, images: Tensor, targets: Tensor, **options: Any) -> Tensor:
    levels = tuple(BASELINES.values())
    maps = [
        gradient_shap(model, image, target, baselines=levels, batch_size=MAX_BATCH_SIZE, **options)
        for image, target in zip(images, targets.split(1), strict=True)
    ]
    return torch.stack(maps)


def _one_by_one(
    attribute_one: Callable[[Tensor, Tensor], Tensor], images: Tensor, targets: Tensor, seed: int
) -> Tensor:
    """Each image meets the same noise, whatever others come with it."""
    maps = []
    for image, target in zip(images.split(1), targets.split(1), strict=True):
        with seeded_globals(seed):
            maps.append(attribute_one(image.detach(), target).detach())
    return torch.cat(maps)


def _guided_backprop(model: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    with _quiet_hooks():
        return GuidedBackprop(model).attribute(images.requires_grad_(), target=targets)


def _guided_grad_cam(model: nn.Module, images: Tensor, targets: Tensor, *, layer: nn.Module) -> Tensor:
    with _quiet_hooks():
        return GuidedGradCam(model, layer).attribute(
            images.requires_grad_(), target=targets, interpolate_mode="bilinear"
        )


def _grad_cam(model: nn.Module, images: Tensor, targets: Tensor, *, layer: nn.Module, relu: bool) -> Tensor:
    # Images that require gradients make the layer's features do so, in a model of frozen weights too.
    cam = LayerGradCam(model, layer).attribute(
        images.requires_grad_(), target=targets, relu_attributions=relu
    )  # (B, 1, h, w)
    cam = functional.interpolate(cam, size=IMAGE_SHAPE[1:], mode="bilinear", align_corners=False)
    return (cam / IMAGE_SHAPE[0]).expand(-1, *IMAGE_SHAPE)


def _deep_lift(model: nn.Module, images: Tensor, targets: Tensor, *, baseline: str) -> Tensor:
    return deep_lift(model, images, targets, BASELINES[baseline])


def _occlusion(model: nn.Module, images: Tensor, targets: Tensor, *, window: int, stride: int, baseline: str) -> Tensor:
    with torch.no_grad():
        return Occlusion(model).attribute(
            images,
            sliding_window_shapes=(IMAGE_SHAPE[0], window, window),
            strides=(IMAGE_SHAPE[0], min(stride, window), min(stride, window)),
            baselines=BASELINES[baseline],
            target=targets,
            perturbations_per_eval=max(1, MAX_BATCH_SIZE // len(images)),
        )


def _feature_ablation(model: nn.Module, images: Tensor, targets: Tensor, *, num_patches: int, baseline: str) -> Tensor:
    maps = []
    with torch.no_grad():
        for image, target in zip(images.split(1), targets.split(1), strict=True):
            patches = torch.from_numpy(segment(image[0].cpu().numpy(), num_patches)).to(image.device)
            drops = FeatureAblation(model).attribute(
                image,
                baselines=BASELINES[baseline],
                target=target,
                feature_mask=patches[None, None],
                perturbations_per_eval=MAX_BATCH_SIZE,
            )
            # Each of a patch's pixels carries the patch's drop; spread out, a map's size means the same as elsewhere.
            maps.append(drops / (IMAGE_SHAPE[0] * patches.view(-1).bincount()[patches]))
    return torch.cat(maps)


@contextmanager
def _quiet_hooks() -> Iterator[None]:
    """Captum warns that it hangs hooks on the model's layers, which is why calls for one model wait for each other."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Setting ", UserWarning)
        yield


COMPUTE: dict[str, Callable[..., Tensor]] = {
    "saliency": _saliency,
    "input_x_gradient": _input_x_gradient,
    "integrated_gradients": _integrated_gradients,
    "smooth_grad": _smooth_grad,
    "guided_backprop": _guided_backprop,
    "guided_grad_cam": _guided_grad_cam,
    "grad_cam": _grad_cam,
    "deep_lift": _deep_lift,
    "occlusion": _occlusion,
    "gradient_shap": _gradient_shap,
    "feature_ablation": _feature_ablation,
}
