"""What the networks are made of, beyond torch's own layers.

Every operation of a network is a leaf module called once per forward pass: that is what lets a summary, a hook or an
attribution method point at any of them by name. No ReLU works in place, since attributions need the values before it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn


class Network(nn.Sequential):
    """Named layers in order, from normalised images (N, 3, 32, 32) to logits (N, num_classes).

    The last layer is called `classifier`. While training, a max pooling behind a ReLU goes first: the largest of some
    numbers is the same before and after negative ones were set to zero, its gradient too, to the bit, and the ReLU then
    has a quarter of the work.

    Attributes:
        last_conv_name: Name of the last layer with convolutional features, (N, C, H, W) after the ReLU and before the
            pooling that follows: where Grad-CAM looks. None if the network has no convolution.
    """

    last_conv_name: str | None

    def __init__(self, layers: Mapping[str, nn.Module], *, last_conv_name: str | None = None) -> None:
        super().__init__(OrderedDict(layers))
        self.last_conv_name = last_conv_name

    def forward(self, images: Tensor) -> Tensor:
        """Map normalised images (N, 3, 32, 32) to logits (N, num_classes)."""
        features = images
        for layer in _pooled_first(self) if self.training else self:
            features = layer(features)
        return features


class Normalize(nn.Module):
    """Subtract a mean from each colour and divide by a standard deviation: (N, 3, H, W) -> (N, 3, H, W)."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"std has {len(std)} values; allowed: as many as mean has, {len(mean)}")
        if min(std) <= 0:
            raise ValueError(f"std {tuple(std)} must be above 0 for every colour")
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).view(-1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Scale each colour of the images."""
        return (images - self.mean) / self.std


class Add(nn.Module):
    """The sum of two branches of equal shape, as a module so that it has a name."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Add without changing either branch."""
        return left + right


class Scale(nn.Module):
    """A fixed factor."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, features: Tensor) -> Tensor:
        """Multiply everything."""
        return features * self.factor

    def extra_repr(self) -> str:
        """Return the factor."""
        return f"{self.factor:g}"


class ChannelScale(nn.Module):
    """A learned factor for each channel: (N, C, H, W) -> the same shape."""

    def __init__(self, num_channels: int, initial: float) -> None:
        super().__init__()
        self.factors = nn.Parameter(torch.full((num_channels,), initial))

    def forward(self, features: Tensor) -> Tensor:
        """Multiply each channel by its factor."""
        return features * self.factors[:, None, None]


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each place (Ba et al., 2016): (N, C, H, W) -> the same shape."""

    def __init__(self, num_channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))
        self.eps = eps

    def forward(self, features: Tensor) -> Tensor:
        """Give the channels of each place mean 0 and variance 1, then a learned scale and shift."""
        last = features.permute(0, 2, 3, 1)
        normed = nn.functional.layer_norm(last, (features.shape[1],), self.weight, self.bias, self.eps)
        return normed.permute(0, 3, 1, 2)


def _pooled_first(layers: Iterable[nn.Module]) -> list[nn.Module]:
    ordered: list[nn.Module] = []
    for layer in layers:
        is_moved = isinstance(layer, nn.MaxPool2d) and ordered and isinstance(ordered[-1], nn.ReLU)
        ordered.insert(len(ordered) - bool(is_moved), layer)
    return ordered


def conv3x3(in_channels: int, out_channels: int, *, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    """A 3x3 convolution that keeps the resolution at stride 1. Before a batch norm, which has its own, give no bias."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=bias)


def initialize_kaiming(network: nn.Module) -> None:
    """Draw convolution weights for ReLU networks (He et al., 2015): normal, variance 2 / fan-in; biases start at zero.

    It keeps the signal's scale from layer to layer, so that deep networks learn without a batch norm too. Dense layers
    keep torch's default.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
