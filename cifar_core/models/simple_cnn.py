"""The course's network: two convolutions with pooling and one hidden dense layer."""

from torch import nn

from cifar_core.config import SimpleCNNConfig
from cifar_core.models.layers import Network, conv3x3

_POOLED_SIZE = 8  # 32 pixels, halved twice


def build_simple_cnn(config: SimpleCNNConfig, num_classes: int) -> Network:
    """Build (conv 3x3 -> [batch norm] -> ReLU -> max pool 2) x 2 -> dense -> ReLU -> [dropout] -> classifier.

    Weights and biases are torch's default, drawn in the order of the layers, so that without a batch norm the network
    starts exactly as the course notebook's does for the same seed.
    """
    layers: dict[str, nn.Module] = {}
    channels = (3, config.width, 2 * config.width)
    for number in (1, 2):
        layers[f"conv{number}"] = conv3x3(channels[number - 1], channels[number], bias=not config.batch_norm)
        if config.batch_norm:
            layers[f"norm{number}"] = nn.BatchNorm2d(channels[number])
        layers[f"relu{number}"] = nn.ReLU()
        layers[f"pool{number}"] = nn.MaxPool2d(2)
    layers["flatten"] = nn.Flatten()
    layers["dense"] = nn.Linear(channels[2] * _POOLED_SIZE**2, config.hidden_size)
    layers["relu3"] = nn.ReLU()
    if config.dropout:
        layers["dropout"] = nn.Dropout(config.dropout)
    layers["classifier"] = nn.Linear(config.hidden_size, num_classes)
    return Network(layers, last_conv_name="relu2")
