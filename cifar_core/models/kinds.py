"""Layers in words, and how much of the input each one sees."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn

from cifar_core.models.layers import Add, ChannelNorm, ChannelScale, Normalize, Scale

ACTIVATIONS = ("ReLU", "GELU", "LeakyReLU", "SiLU", "Tanh")

_KINDS: dict[type[nn.Module], str] = {
    Add: "Add",
    ChannelNorm: "Layer norm",
    ChannelScale: "Scale per channel",
    Scale: "Scale",
    Normalize: "Normalise",
    nn.AdaptiveAvgPool2d: "Global average pooling",
    nn.AdaptiveMaxPool2d: "Global max pooling",
    nn.BatchNorm1d: "Batch norm",
    nn.BatchNorm2d: "Batch norm",
    nn.Dropout: "Dropout",
    nn.GELU: "GELU",
    nn.GroupNorm: "Group norm",
    nn.LeakyReLU: "LeakyReLU",
    nn.SiLU: "SiLU",
    nn.Tanh: "Tanh",
    nn.Flatten: "Flatten",
    nn.Linear: "Dense",
    nn.ReLU: "ReLU",
}


@dataclass(frozen=True)
class Extent:
    """What the units of a tensor see of the input, along one side.

    Attributes:
        field: Pixels seen by one unit.
        jump: Pixels between the centres of what neighbouring units see.
        side: Units along the side, or along the side before they were flattened.
    """

    field: int
    jump: int
    side: int


def describe_kind(module: nn.Module) -> str:
    """Return the kind of a layer in words, such as "Convolution 3x3, stride 2"; its class's name if it has none."""
    if isinstance(module, nn.Conv2d):
        height, width = module.kernel_size
        depthwise = "Depthwise convolution" if module.groups == module.in_channels > 1 else "Convolution"
        stride = "" if module.stride == (1, 1) else f", stride {module.stride[0]}"
        return f"{depthwise} {height}x{width}{stride}"
    if isinstance(module, nn.MaxPool2d):
        return f"Max pooling {module.kernel_size}x{module.kernel_size}"
    if isinstance(module, nn.AvgPool2d):
        return f"Average pooling {module.kernel_size}x{module.kernel_size}"
    return _KINDS.get(type(module), type(module).__name__)


def next_extent(module: nn.Module, inputs: Sequence[Extent], output: Tensor) -> Extent:
    """Return what the units after a layer see, given what those before it see (Dumoulin and Visin, 2016).

    A window of k units sees k - 1 jumps more than one unit; a stride multiplies the jump. Where branches meet, the
    sum sees what the widest of them does. A dense layer and a global pooling see all units at once.
    """
    extent = replace(inputs[0], field=max(branch.field for branch in inputs))
    if isinstance(module, nn.Conv2d):
        return _slide(extent, module.kernel_size[0], module.stride[0], output)
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        return _slide(extent, _as_int(module.kernel_size), _as_int(module.stride), output)
    if isinstance(module, nn.Linear | nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d):
        return _slide(extent, extent.side, extent.side, output)
    return extent


def _slide(extent: Extent, kernel_size: int, stride: int, output: Tensor) -> Extent:
    side = output.shape[-1] if output.ndim == 4 else 1
    return Extent(field=extent.field + (kernel_size - 1) * extent.jump, jump=extent.jump * stride, side=side)


def _as_int(value: int | tuple[int, ...]) -> int:
    return value if isinstance(value, int) else value[0]
