"""Networks put together from a list of blocks."""

from collections.abc import Callable

from torch import Tensor, nn

from cifar_core.config import CustomConfig
from cifar_core.config.blocks import (
    INPUT_SHAPE,
    Block,
    ConvBlock,
    DenseBlock,
    DropoutBlock,
    GlobalPoolBlock,
    PoolBlock,
    Shape,
    trace_shapes,
)
from cifar_core.models.layers import Add, Network

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.1),
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}
_LARGEST_GROUP = 8


class ResidualConv(nn.Module):
    """activation(norm(convolution(x)) + shortcut(x)); the shortcut is a 1x1 convolution where the shape changes."""

    def __init__(self, block: ConvBlock, in_channels: int) -> None:
        super().__init__()
        self.conv = _conv(block, in_channels)
        self.norm = _norm(block)
        is_same = block.stride == 1 and block.channels == in_channels
        self.shortcut = None if is_same else nn.Conv2d(in_channels, block.channels, 1, stride=block.stride, bias=False)
        self.add = Add()
        self.activation = None if block.activation == "none" else _ACTIVATIONS[block.activation]()

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, channels, H / stride, W / stride)."""
        branch = self.conv(features)
        branch = branch if self.norm is None else self.norm(branch)
        total = self.add(branch, features if self.shortcut is None else self.shortcut(features))
        return total if self.activation is None else self.activation(total)


def build_custom(config: CustomConfig, num_classes: int) -> Network:
    """Build the blocks in order, and a dense classifier on whatever the last one leaves.

    Layers are named after their kind and their block's place in the list, from 1: "conv1", "batch1", "relu1". Weights
    are torch's default.
    """
    layers: dict[str, nn.Module] = {}
    shape, last_conv_name = INPUT_SHAPE, None
    for number, (block, output) in enumerate(zip(config.blocks, trace_shapes(config.blocks), strict=True), start=1):
        layers |= {f"{name}{number}": layer for name, layer in _layers_of(block, shape).items()}
        if isinstance(block, ConvBlock):
            last_conv_name = list(layers)[-1] + (".activation" if _has_own_activation(block) else "")
        shape = output
    if len(shape) > 1:
        layers["flatten"] = nn.Flatten()
    layers["classifier"] = nn.Linear(_size(shape), num_classes)
    return Network(layers, last_conv_name=last_conv_name)


def _layers_of(block: Block, shape: Shape) -> dict[str, nn.Module]:
    match block:
        case ConvBlock() if block.residual:
            return {"residual": ResidualConv(block, shape[0])}
        case ConvBlock():
            norm = _norm(block)
            norms: dict[str, nn.Module] = {} if norm is None else {block.norm: norm}
            return {"conv": _conv(block, shape[0]), **norms, **_activation(block.activation)}
        case PoolBlock():
            return {"pool": nn.MaxPool2d(block.size) if block.method == "max" else nn.AvgPool2d(block.size)}
        case DropoutBlock():
            return {"dropout": nn.Dropout(block.rate)}
        case GlobalPoolBlock():
            pool = nn.AdaptiveMaxPool2d(1) if block.method == "max" else nn.AdaptiveAvgPool2d(1)
            return {"global": pool, "flatten": nn.Flatten()}
        case DenseBlock():
            flat: dict[str, nn.Module] = {} if len(shape) == 1 else {"flatten": nn.Flatten()}
            return {**flat, "dense": nn.Linear(_size(shape), block.units), **_activation(block.activation)}


def _conv(block: ConvBlock, in_channels: int) -> nn.Conv2d:
    return nn.Conv2d(
        in_channels,
        block.channels,
        block.kernel_size,
        stride=block.stride,
        padding=block.kernel_size // 2,
        bias=block.norm != "batch",
    )


def _norm(block: ConvBlock) -> nn.Module | None:
    if block.norm == "batch":
        return nn.BatchNorm2d(block.channels)
    if block.norm == "group":
        size = max(size for size in range(1, _LARGEST_GROUP + 1) if block.channels % size == 0)
        return nn.GroupNorm(block.channels // size, block.channels)
    return None


def _activation(name: str) -> dict[str, nn.Module]:
    return {} if name == "none" else {name: _ACTIVATIONS[name]()}


def _has_own_activation(block: ConvBlock) -> bool:
    return block.residual and block.activation != "none"


def _size(shape: Shape) -> int:
    size = 1
    for side in shape:
        size *= side
    return size
