"""A network made to be trained in seconds, after Jordan (2024, arXiv 2404.00498)."""

import math

import torch
from torch import Tensor, nn

from cifar_core.config import SpeedCNNConfig
from cifar_core.models.layers import Network, Scale, conv3x3

_PATCH_SIDE = 2
_PATCH_NUMBERS = 3 * _PATCH_SIDE**2
_IMAGES_AT_ONCE = 250
# Added to each variance, so that directions without signal are not blown up to noise.
_EPSILON = 5e-4
# Share of a batch's statistics in the running ones: with few large batches they must follow quickly.
_MOMENTUM = 0.4
_OUTPUT_SCALE = 1 / 5


class Whitening(nn.Conv2d):
    """A 2x2 convolution whose filters are the principal components of image patches, each once with either sign.

    Divided by its standard deviation, every component comes out with variance 1 and uncorrelated with the others: the
    layers after it start from where they would otherwise have to learn to be. The filters are set from images once and
    not trained.
    """

    def __init__(self) -> None:
        super().__init__(3, 2 * _PATCH_NUMBERS, kernel_size=_PATCH_SIDE)
        self.weight.requires_grad_(False)

    @torch.no_grad()
    def set_from(self, images: Tensor) -> None:
        """Compute the filters.

        Args:
            images: (N, 3, 32, 32) float, normalised as the network gets them; some thousands are enough.
        """
        parts = images.split(_IMAGES_AT_ONCE)  # the patches of all 5,000 take half a gigabyte, and a copy as much again
        num_patches = len(images) * math.prod(size - _PATCH_SIDE + 1 for size in images.shape[2:])
        mean = torch.stack([_list_patches(part).sum(dim=0) for part in parts]).sum(dim=0) / num_patches
        products = [vectors.T @ vectors for vectors in (_list_patches(part) - mean for part in parts)]
        variances, components = torch.linalg.eigh(torch.stack(products).sum(dim=0) / (num_patches - 1))
        filters = (components / (variances + _EPSILON).sqrt()).T.reshape(-1, 3, _PATCH_SIDE, _PATCH_SIDE)
        filters = filters.flip(0)  # the strongest first
        self.weight.copy_(torch.cat([filters, -filters]))


def _list_patches(images: Tensor) -> Tensor:
    """(N, 3, 32, 32) -> (N * 31 * 31, 12) float64: every patch, as a row."""
    patches = images.double().unfold(2, _PATCH_SIDE, 1).unfold(3, _PATCH_SIDE, 1)  # (N, 3, 31, 31, 2, 2)
    return patches.permute(0, 2, 3, 1, 4, 5).reshape(-1, _PATCH_NUMBERS)


def build_speed_cnn(config: SpeedCNNConfig, num_classes: int) -> Network:
    """Build a whitening layer -> three groups of two convolutions -> max pool -> classifier, with GELU.

    Each group halves the resolution right behind its first convolution. Convolutions start as the identity on as many
    channels as they get (the rest as torch's default), batch norms have no scale of their own, and the logits are
    scaled down, so that the classifier can share a learning rate with everything else.
    """
    first = Whitening() if config.whitening else nn.Conv2d(3, 2 * _PATCH_NUMBERS, kernel_size=_PATCH_SIDE)
    layers: dict[str, nn.Module] = {"conv0": first, "gelu0": nn.GELU()}
    channels = 2 * _PATCH_NUMBERS
    for group, width in enumerate((config.width, 4 * config.width, 4 * config.width), start=1):
        for number in (1, 2):
            layers[f"conv{group}_{number}"] = _conv(channels, width)
            if number == 1:
                layers[f"pool{group}"] = nn.MaxPool2d(2)
            layers[f"norm{group}_{number}"] = _norm(width)
            layers[f"gelu{group}_{number}"] = nn.GELU()
            channels = width
    layers |= {"pool4": nn.MaxPool2d(3), "flatten": nn.Flatten(), "scale": Scale(_OUTPUT_SCALE)}
    layers["classifier"] = nn.Linear(channels, num_classes, bias=False)
    return Network(layers, last_conv_name="gelu3_2")


def needs_whitening(model: nn.Module) -> bool:
    """Whether a model has a layer that is set from images."""
    return any(isinstance(module, Whitening) for module in model.modules())


def set_whitening(model: nn.Module, images: Tensor) -> None:
    """Set every whitening layer of a model from normalised images (N, 3, 32, 32); other models are left alone."""
    for module in model.modules():
        if isinstance(module, Whitening):
            module.set_from(images)


def _conv(in_channels: int, out_channels: int) -> nn.Conv2d:
    conv = conv3x3(in_channels, out_channels, bias=False)
    nn.init.dirac_(conv.weight[:in_channels])
    return conv


def _norm(num_channels: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(num_channels, momentum=_MOMENTUM)
    norm.weight.requires_grad_(False)
    return norm
