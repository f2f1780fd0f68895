"""Blocks of 3x3 convolutions after Simonyan and Zisserman (2014), arranged to be fast; a global average for a head."""

from torch import nn

from cifar_core.config import VGGConfig
from cifar_core.models.layers import Network, conv3x3, initialize_kaiming


def build_vgg(config: VGGConfig, num_classes: int) -> Network:
    """Build blocks of (conv 3x3 -> [batch norm] -> ReLU) -> global average -> [dropout] -> classifier.

    Each block halves the resolution by a max pool right behind its first convolution, not at its end as in the paper:
    everything after it then works on a quarter of the numbers.

    Convolutions start from Kaiming's draw. The global average takes the place of the paper's dense layers (Lin et al.,
    2013), which would hold most of the parameters.
    """
    layers: dict[str, nn.Module] = {}
    in_channels = 3
    widths = [config.width * 2**block for block in range(config.num_blocks)]
    widths[-1] = config.last_width or widths[-1]
    for block, out_channels in enumerate(widths, start=1):
        for number in range(1, config.convs_per_block + 1):
            layers[f"conv{block}_{number}"] = conv3x3(in_channels, out_channels, bias=not config.batch_norm)
            if number == 1:
                layers[f"pool{block}"] = nn.MaxPool2d(2)
            if config.batch_norm:
                layers[f"norm{block}_{number}"] = nn.BatchNorm2d(out_channels)
            layers[f"relu{block}_{number}"] = nn.ReLU()
            in_channels = out_channels
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if config.dropout:
        layers["dropout"] = nn.Dropout(config.dropout)
    layers["classifier"] = nn.Linear(in_channels, num_classes)
    network = Network(layers, last_conv_name=f"relu{config.num_blocks}_{config.convs_per_block}")
    initialize_kaiming(network)
    return network
