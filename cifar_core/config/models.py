"""The networks and their options, told apart by `name`."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from cifar_core.config.blocks import Block, ConvBlock, DenseBlock, GlobalPoolBlock, PoolBlock, trace_shapes
from cifar_core.config.fields import Section, dropout_field


class MLPConfig(Section):
    """Dense layers only: the baseline that a convolutional network has to beat."""

    name: Literal["mlp"] = "mlp"
    hidden_size: int = Field(512, ge=4, le=4096, description="Units in each hidden layer.")
    num_hidden_layers: int = Field(2, ge=1, le=8, description="Dense layers between the pixels and the ten scores.")
    dropout: float = dropout_field("hidden units")
    batch_norm: bool = Field(False, description="Normalise each hidden layer over the batch.")


class SimpleCNNConfig(Section):
    """The course's network: two convolutions with pooling, one hidden dense layer."""

    name: Literal["simple_cnn"] = "simple_cnn"
    width: int = Field(32, ge=4, le=256, description="Filters of the first convolution; the second has twice as many.")
    hidden_size: int = Field(512, ge=4, le=4096, description="Units in the dense layer before the ten scores.")
    dropout: float = dropout_field("the dense layer's units")
    batch_norm: bool = Field(False, description="Normalise each convolution's output over the batch.")


class VGGConfig(Section):
    """Blocks of 3x3 convolutions, each at half the resolution and with twice the channels of the one before."""

    name: Literal["vgg"] = "vgg"
    width: int = Field(32, ge=4, le=256, description="Filters of the first block; doubled from block to block.")
    num_blocks: int = Field(
        3, ge=1, le=5, description="Blocks. Each halves the resolution after its first convolution."
    )
    last_width: int = Field(
        0,
        ge=0,
        le=4096,
        description="Filters of the last block, the cheapest to widen. 0: twice those of the one before.",
    )
    convs_per_block: int = Field(2, ge=1, le=4, description="Convolutions in each block.")
    dropout: float = dropout_field("the pooled features")
    batch_norm: bool = Field(True, description="Normalise each convolution's output over the batch.")


class ResNetConfig(Section):
    """The residual network of He et al. (2015) for CIFAR: three stages of blocks with shortcuts."""

    name: Literal["resnet"] = "resnet"
    depth: int = Field(
        20,
        ge=8,
        le=110,
        description="Weighted layers, 6n + 2: 8, 14, 20, 26, 32 ... 110.",
        json_schema_extra={"step": 6},
    )
    width: int = Field(16, ge=4, le=256, description="Channels of the first stage; doubled in each further stage.")
    preactivation: bool = Field(
        False,
        description="Norm and ReLU before each convolution instead of after it, which leaves the shortcuts untouched "
        "(He et al., 2016): deep networks learn more easily.",
    )
    dropout: float = dropout_field("the pooled features")

    @model_validator(mode="after")
    def _depth_fits_three_stages(self) -> Self:
        if (self.depth - 2) % 6:
            raise ValueError(f"depth {self.depth} is not 6n + 2; allowed: 8, 14, 20, 26, 32 ... 110")
        return self


class ConvNeXtConfig(Section):
    """A small ConvNeXt (Liu et al., 2022): depthwise convolutions and dense layers at each place, with shortcuts."""

    name: Literal["convnext"] = "convnext"
    width: int = Field(48, ge=4, le=256, description="Channels of the first stage; doubled in each further stage.")
    blocks_per_stage: int = Field(2, ge=1, le=9, description="Blocks in each of the three stages.")
    kernel_size: Literal[3, 5, 7] = Field(
        5, description="Side of the depthwise filters. Small images need no 7, which the paper has."
    )
    dropout: float = dropout_field("the pooled features")


class SpeedCNNConfig(Section):
    """The fastest to train: seven convolutions without shortcuts, the first one set from the images (Jordan, 2024)."""

    name: Literal["speed_cnn"] = "speed_cnn"
    width: int = Field(64, ge=4, le=256, description="Filters of the first group; the two others have four times more.")
    whitening: bool = Field(
        True,
        description="Set the first layer's filters so that their outputs are uncorrelated on training images, and keep "
        "them. Off: they are learned.",
    )


class CustomConfig(Section):
    """A network of your own, put together block by block. A dense layer with the ten scores follows the last one."""

    name: Literal["custom"] = "custom"
    blocks: tuple[Block, ...] = Field(
        (
            ConvBlock(channels=32),
            PoolBlock(),
            ConvBlock(channels=64),
            PoolBlock(),
            ConvBlock(channels=128),
            GlobalPoolBlock(),
            DenseBlock(units=128),
        ),
        min_length=1,
        max_length=40,
        description="The blocks in order, from the image to the classifier.",
    )

    @model_validator(mode="after")
    def _blocks_fit_together(self) -> Self:
        trace_shapes(self.blocks)
        return self


class ImportedConfig(Section):
    """A network that was made elsewhere, from a file: it can be asked and explained, and not be trained here."""

    is_offered: ClassVar[bool] = False

    name: Literal["imported"] = "imported"
    kind: Literal["torchscript", "onnx", "python"] = Field("onnx", description="What kind of file it came in.")
    file: str = Field("", max_length=200, description="The file's name.")
    digest: str = Field("", max_length=64, description="SHA-256 of the file.")
    entry: str = Field("", max_length=100, description="Of a Python file, the class or function that makes it.")
    takes_integers: bool = Field(False, description="Takes pixels as whole numbers from 0 to 255.")
    gives_probabilities: bool = Field(False, description="Gives probabilities, not scores.")
    class_order: tuple[int, ...] = Field(
        tuple(range(10)), description="Of each class of the dataset, its place among the outputs."
    )


ModelConfig = Annotated[
    MLPConfig
    | SimpleCNNConfig
    | VGGConfig
    | ResNetConfig
    | ConvNeXtConfig
    | SpeedCNNConfig
    | CustomConfig
    | ImportedConfig,
    Field(discriminator="name"),
]
