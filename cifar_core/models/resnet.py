"""The residual network for CIFAR of He et al. (2015), section 4.2, with 1x1 convolutions where the shape changes."""

from torch import Tensor, nn

from cifar_core.config import ResNetConfig
from cifar_core.models.layers import Add, Network, conv3x3, initialize_kaiming


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions whose result is added to the block's input: ReLU(shortcut(x) + F(x)).

    Where the shape changes the shortcut is a 1x1 convolution with a batch norm (the paper's option B), else the input
    itself.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, out_channels, stride=stride, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU()
        self.conv2 = conv3x3(out_channels, out_channels, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut = _projection(in_channels, out_channels, stride)
        self.add = Add()
        self.relu2 = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        residual = self.relu1(self.norm1(self.conv1(features)))
        residual = self.norm2(self.conv2(residual))
        skipped = features if self.shortcut is None else self.shortcut(features)
        return self.relu2(self.add(residual, skipped))


class PreactivationBlock(nn.Module):
    """A residual block after He et al. (2016): shortcut(x) + conv(ReLU(norm(conv(ReLU(norm(x)))))).

    Where the shape changes the shortcut is a 1x1 convolution of the normed input.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU()
        self.conv1 = conv3x3(in_channels, out_channels, stride=stride, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.relu2 = nn.ReLU()
        self.conv2 = conv3x3(out_channels, out_channels, bias=False)
        is_same = stride == 1 and in_channels == out_channels
        self.shortcut = None if is_same else nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        self.add = Add()

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        active = self.relu1(self.norm1(features))
        residual = self.conv2(self.relu2(self.norm2(self.conv1(active))))
        return self.add(residual, features if self.shortcut is None else self.shortcut(active))


def build_resnet(config: ResNetConfig, num_classes: int) -> Network:
    """Build a 3x3 stem, three stages of (depth - 2) / 6 blocks, global average -> [dropout] -> classifier.

    With preactivation a norm and a ReLU come after the last stage instead of after the stem. Convolutions start from
    Kaiming's draw, as in the paper.
    """
    num_blocks = (config.depth - 2) // 6
    width = config.width
    layers: dict[str, nn.Module] = {"conv": conv3x3(3, width, bias=False)}
    block = PreactivationBlock if config.preactivation else ResidualBlock
    stages: dict[str, nn.Module] = {
        "stage1": _stage(block, width, width, num_blocks, stride=1),
        "stage2": _stage(block, width, 2 * width, num_blocks, stride=2),
        "stage3": _stage(block, 2 * width, 4 * width, num_blocks, stride=2),
    }
    if config.preactivation:
        layers |= {**stages, "norm": nn.BatchNorm2d(4 * width), "relu": nn.ReLU()}
    else:
        layers |= {"norm": nn.BatchNorm2d(width), "relu": nn.ReLU(), **stages}
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if config.dropout:
        layers["dropout"] = nn.Dropout(config.dropout)
    layers["classifier"] = nn.Linear(4 * width, num_classes)
    last = "relu" if config.preactivation else f"stage3.{num_blocks - 1}.relu2"
    network = Network(layers, last_conv_name=last)
    initialize_kaiming(network)
    return network


def _stage(
    block: type[ResidualBlock | PreactivationBlock], in_channels: int, out_channels: int, num_blocks: int, stride: int
) -> nn.Sequential:
    first = block(in_channels, out_channels, stride=stride)
    return nn.Sequential(first, *(block(out_channels, out_channels) for _ in range(num_blocks - 1)))


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and in_channels == out_channels:
        return None
    conv = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))
