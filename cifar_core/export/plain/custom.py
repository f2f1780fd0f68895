"""A network of blocks, written out block by block."""

import math

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
from cifar_core.export.plain.code import NetworkCode
from cifar_core.export.plain.helpers import RESIDUAL_CONV

_CALLS = {
    "none": "{}",
    "relu": "F.relu({})",
    "leaky_relu": "F.leaky_relu({}, 0.1)",
    "gelu": "F.gelu({})",
    "silu": "F.silu({})",
    "tanh": "torch.tanh({})",
}
_MODULES = {
    "none": "nn.Identity()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.1)",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "tanh": "nn.Tanh()",
}


def write_custom(config: CustomConfig) -> NetworkCode:
    """Return the code of a network of blocks: a line or two of each block, numbered as the blocks are."""
    layers, steps, shape = [], [], INPUT_SHAPE
    for number, (block, output) in enumerate(zip(config.blocks, trace_shapes(config.blocks), strict=True), start=1):
        new_layers, call = _write_block(block, number, shape)
        layers += new_layers
        steps.append(f"x = {call}  # {' x '.join(map(str, output))}")
        shape = output
    if len(shape) > 1:
        steps.append("x = x.flatten(1)")
    layers.append(f"self.classifier = nn.Linear({math.prod(shape)}, 10)")
    is_residual = any(isinstance(block, ConvBlock) and block.residual for block in config.blocks)
    words = "A network of its own, put together block by block. The numbers in the names are the blocks' places."
    return NetworkCode(words, layers, [*steps, "return self.classifier(x)"], [RESIDUAL_CONV] if is_residual else [])


def _write_block(block: Block, number: int, shape: Shape) -> tuple[list[str], str]:
    """Return the lines that make a block's layers, and the expression that applies them to x."""
    match block:
        case ConvBlock() if block.residual:
            norm = _norm(block) or "nn.Identity()"
            arguments = f"{shape[0]}, {block.channels}, {block.kernel_size}, {block.stride}"
            code = f"ResidualConv({arguments}, {norm}, {_MODULES[block.activation]})"
            return [f"self.residual{number} = {code}"], f"self.residual{number}(x)"
        case ConvBlock():
            return _write_conv(block, number, shape[0])
        case PoolBlock():
            return [], f"F.{'max' if block.method == 'max' else 'avg'}_pool2d(x, {block.size})"
        case DropoutBlock():
            return [f"self.dropout{number} = nn.Dropout({block.rate:g})"], f"self.dropout{number}(x)"
        case GlobalPoolBlock():
            return [], f"x.{'amax' if block.method == 'max' else 'mean'}(dim=(2, 3))"
        case DenseBlock():
            layer = f"self.dense{number} = nn.Linear({math.prod(shape)}, {block.units})"
            call = f"self.dense{number}({'x' if len(shape) == 1 else 'x.flatten(1)'})"
            return [layer], _CALLS[block.activation].format(call)


def _write_conv(block: ConvBlock, number: int, in_channels: int) -> tuple[list[str], str]:
    options = f", stride={block.stride}" if block.stride > 1 else ""
    options += f", padding={block.kernel_size // 2}" if block.kernel_size > 1 else ""
    options += ", bias=False" if block.norm == "batch" else ""
    layers = [f"self.conv{number} = nn.Conv2d({in_channels}, {block.channels}, {block.kernel_size}{options})"]
    call, norm = f"self.conv{number}(x)", _norm(block)
    if norm:
        layers.append(f"self.{block.norm}{number} = {norm}")
        call = f"self.{block.norm}{number}({call})"
    return layers, _CALLS[block.activation].format(call)


def _norm(block: ConvBlock) -> str:
    if block.norm == "batch":
        return f"nn.BatchNorm2d({block.channels})"
    if block.norm == "group":
        size = max(size for size in range(1, 9) if block.channels % size == 0)
        return f"nn.GroupNorm({block.channels // size}, {block.channels})"
    return ""
