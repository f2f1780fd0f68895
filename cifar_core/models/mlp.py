"""Dense layers only, on the flattened pixels."""

from torch import nn

from cifar_core.config import MLPConfig
from cifar_core.models.layers import Network

_NUM_PIXELS = 3 * 32 * 32


def build_mlp(config: MLPConfig, num_classes: int) -> Network:
    """Build flatten -> (dense -> [batch norm] -> ReLU -> [dropout]) x num_hidden_layers -> classifier.

    Weights and biases are torch's default: uniform within 1 / sqrt(fan-in).
    """
    layers: dict[str, nn.Module] = {"flatten": nn.Flatten()}
    num_features = _NUM_PIXELS
    for number in range(1, config.num_hidden_layers + 1):
        layers[f"dense{number}"] = nn.Linear(num_features, config.hidden_size, bias=not config.batch_norm)
        if config.batch_norm:
            layers[f"norm{number}"] = nn.BatchNorm1d(config.hidden_size)
        layers[f"relu{number}"] = nn.ReLU()
        if config.dropout:
            layers[f"dropout{number}"] = nn.Dropout(config.dropout)
        num_features = config.hidden_size
    layers["classifier"] = nn.Linear(num_features, num_classes)
    return Network(layers)
