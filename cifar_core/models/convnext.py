"""A small ConvNeXt (Liu et al., 2022, arXiv 2201.03545), its stem and filters sized for 32x32 pixels."""

from torch import Tensor, nn

from cifar_core.config import ConvNeXtConfig
from cifar_core.models.layers import Add, ChannelNorm, ChannelScale, Network

_EXPANSION = 4
_STEM_STRIDE = 2
# The paper starts branches at a millionth, for networks several times as deep.
_INITIAL_SCALE = 0.1


class ConvNeXtBlock(nn.Module):
    """x + scale * dense(GELU(dense(norm(depthwise convolution(x))))), the dense layers applied at each place."""

    def __init__(self, num_channels: int, kernel_size: int) -> None:
        super().__init__()
        padding = kernel_size // 2
        self.conv = nn.Conv2d(num_channels, num_channels, kernel_size, padding=padding, groups=num_channels)
        self.norm = ChannelNorm(num_channels)
        self.expand = nn.Conv2d(num_channels, _EXPANSION * num_channels, kernel_size=1)
        self.gelu = nn.GELU()
        self.reduce = nn.Conv2d(_EXPANSION * num_channels, num_channels, kernel_size=1)
        self.scale = ChannelScale(num_channels, _INITIAL_SCALE)
        self.add = Add()

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        branch = self.reduce(self.gelu(self.expand(self.norm(self.conv(features)))))
        return self.add(features, self.scale(branch))


def build_convnext(config: ConvNeXtConfig, num_classes: int) -> Network:
    """Build a stem of 2x2 patches, three stages of blocks, global average -> norm -> [dropout] -> classifier.

    Between stages a norm and a 2x2 convolution of stride 2 halve the resolution and double the channels.
    """
    layers: dict[str, nn.Module] = {}
    in_channels = 3
    for stage in (1, 2, 3):
        width = config.width * 2 ** (stage - 1)
        if stage > 1:
            layers[f"downnorm{stage}"] = ChannelNorm(in_channels)
        layers[f"down{stage}"] = nn.Conv2d(in_channels, width, kernel_size=_STEM_STRIDE, stride=_STEM_STRIDE)
        if stage == 1:
            layers["stemnorm"] = ChannelNorm(width)
        blocks = (ConvNeXtBlock(width, config.kernel_size) for _ in range(config.blocks_per_stage))
        layers[f"stage{stage}"] = nn.Sequential(*blocks)
        in_channels = width
    layers |= {"norm": ChannelNorm(in_channels), "average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if config.dropout:
        layers["dropout"] = nn.Dropout(config.dropout)
    layers["classifier"] = nn.Linear(in_channels, num_classes)
    network = Network(layers, last_conv_name="norm")
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network
