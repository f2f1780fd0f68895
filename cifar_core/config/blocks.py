"""The blocks that a custom network is put together from, and the shapes that flow through them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from cifar_core.config.fields import Section

Activation = Literal["none", "relu", "leaky_relu", "gelu", "silu", "tanh"]
Shape = tuple[int, ...]

INPUT_SHAPE: Shape = (3, 32, 32)
# A dense layer behind large features has weights by the million: more than this fits no machine of a course.
_MOST_WEIGHTS = 50_000_000


class BlockError(ValueError):
    """A block that cannot follow the ones before it.

    Attributes:
        position: Of the block, 0-based.
    """

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"block {position + 1}: {message}")
        self.position = position


def _activation_field(default: Activation) -> Activation:
    field: Activation = Field(
        default, description="What bends the output: without one, layers in a row can do no more than a single one."
    )
    return field


class ConvBlock(Section):
    """Slide small filters over the image: each output channel shows where one pattern was found."""

    kind: Literal["conv"] = "conv"
    channels: int = Field(32, ge=1, le=1024, description="Filters, each of which makes one output channel.")
    kernel_size: Literal[1, 3, 5, 7] = Field(3, description="Side of the filters in pixels.")
    stride: Literal[1, 2] = Field(1, description="Pixels from one place to the next; 2 halves the resolution.")
    norm: Literal["none", "batch", "group"] = Field(
        "batch",
        description="Normalise each channel over the batch, or groups of eight channels within each image: steadier, "
        "faster learning.",
    )
    activation: Activation = _activation_field("relu")
    residual: bool = Field(
        False,
        description="Add the block's input to its output, through a 1x1 convolution where the shape changes: what lets "
        "deep networks learn.",
    )


class PoolBlock(Section):
    """Shrink the image: keep the largest, or the mean, of each small square."""

    kind: Literal["pool"] = "pool"
    method: Literal["max", "average"] = Field("max", description="What is kept of each square.")
    size: int = Field(2, ge=2, le=8, description="Side of the squares; the resolution is divided by it.")


class DropoutBlock(Section):
    """Silence units at random while training, so that none can be relied on alone."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(
        0.25, ge=0, le=0.9, description="Share of units silenced in each step.", json_schema_extra={"step": 0.05}
    )


class GlobalPoolBlock(Section):
    """Keep one number of each channel: how much of its pattern there is, wherever it is."""

    kind: Literal["global_pool"] = "global_pool"
    method: Literal["average", "max"] = Field("average", description="What is kept of each channel.")


class DenseBlock(Section):
    """Connect every input to every unit. Features with rows and columns are flattened first."""

    kind: Literal["dense"] = "dense"
    units: int = Field(256, ge=1, le=4096, description="Outputs, each a weighted sum of all inputs.")
    activation: Activation = _activation_field("relu")


Block = Annotated[
    ConvBlock | PoolBlock | DropoutBlock | GlobalPoolBlock | DenseBlock,
    Field(discriminator="kind"),
]

# By `kind`, in the order in which an editor offers them.
BLOCKS: dict[str, type[Section]] = {
    "conv": ConvBlock,
    "pool": PoolBlock,
    "dropout": DropoutBlock,
    "global_pool": GlobalPoolBlock,
    "dense": DenseBlock,
}


def trace_shapes(blocks: Sequence[Block]) -> list[Shape]:
    """Return what each block makes of one image: (channels, height, width), or (features,) once it is flattened.

    Raises:
        BlockError: A block cannot follow the ones before it; it says which, why, and what could.
    """
    shapes: list[Shape] = []
    shape = INPUT_SHAPE
    for position, block in enumerate(blocks):
        shape = _next_shape(position, block, shape)
        shapes.append(shape)
    return shapes


def _next_shape(position: int, block: Block, shape: Shape) -> Shape:
    is_flat = len(shape) == 1
    if is_flat and isinstance(block, ConvBlock | PoolBlock | GlobalPoolBlock):
        name = {"conv": "a convolution", "pool": "a pooling", "global_pool": "a global pooling"}[block.kind]
        raise BlockError(
            position, f"{name} needs rows and columns, but gets {shape[0]} flat features; allowed: dense or dropout"
        )
    match block:
        case ConvBlock():
            return (block.channels, *(-(-side // block.stride) for side in shape[1:]))
        case PoolBlock():
            if block.size > shape[1]:
                raise BlockError(
                    position, f"pooling of size {block.size} gets {shape[1]}x{shape[2]} pixels; {_allowed(shape)}"
                )
            return (shape[0], *(side // block.size for side in shape[1:]))
        case GlobalPoolBlock():
            return (shape[0],)
        case DenseBlock():
            num_inputs = _count(shape)
            if num_inputs * block.units > _MOST_WEIGHTS:
                raise BlockError(
                    position,
                    f"{block.units} units on {num_inputs:,} inputs are {num_inputs * block.units / 1e6:.0f} million "
                    f"weights; allowed: at most {_MOST_WEIGHTS // 10**6} million. Pool before it",
                )
            return (block.units,)
        case DropoutBlock():
            return shape


def _allowed(shape: Shape) -> str:
    return f"allowed: at most {shape[1]}" if shape[1] > 1 else "allowed: no further pooling"


def _count(shape: Shape) -> int:
    number = 1
    for side in shape:
        number *= side
    return number
