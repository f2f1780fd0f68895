"""A network together with the scaling of its pixels: what is trained, saved, evaluated and explained."""

from collections.abc import Sequence

from torch import Tensor, nn

from cifar_core.config import RunConfig
from cifar_core.models.layers import Network, Normalize
from cifar_core.models.registry import create_model
from cifar_core.randomness import stream_seed

_NUM_COLOURS = 3


class Classifier(nn.Module):
    """Images in [0, 1] -> logits. The scaling travels with the weights, so nobody can forget or mismatch it."""

    def __init__(self, network: Network, *, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.normalize = Normalize(mean, std)
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float in [0, 1] to logits (N, num_classes)."""
        return self.network(self.normalize(images))


def create_classifier(
    config: RunConfig, *, mean: Sequence[float], std: Sequence[float], num_classes: int = 10
) -> Classifier:
    """Build the classifier of a run, with initial weights drawn from the run's seed.

    Args:
        config: The run's config; `data.normalization` decides how pixels are scaled.
        mean: Mean of each colour over the training images, pixels in [0, 1]. Used where normalization is "dataset".
        std: Standard deviation of each colour, likewise.
        num_classes: At least 2.
    """
    scaling = {
        "none": ([0.0] * _NUM_COLOURS, [1.0] * _NUM_COLOURS),
        "half": ([0.5] * _NUM_COLOURS, [0.5] * _NUM_COLOURS),
        "dataset": (mean, std),
    }
    chosen_mean, chosen_std = scaling[config.data.normalization]
    seed = stream_seed(config.training.seed, "weights")
    network = create_model(config.model, num_classes=num_classes, seed=seed)
    return Classifier(network, mean=chosen_mean, std=chosen_std)
