"""The networks by name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch

from cifar_core.config import ModelConfig
from cifar_core.models.convnext import build_convnext
from cifar_core.models.custom import build_custom
from cifar_core.models.layers import Network
from cifar_core.models.mlp import build_mlp
from cifar_core.models.resnet import build_resnet
from cifar_core.models.simple_cnn import build_simple_cnn
from cifar_core.models.speed_cnn import build_speed_cnn
from cifar_core.models.vgg import build_vgg

# Each builder takes the section that config.py has under the same name, and num_classes.
BUILDERS: dict[str, Callable[[Any, int], Network]] = {
    "mlp": build_mlp,
    "simple_cnn": build_simple_cnn,
    "vgg": build_vgg,
    "resnet": build_resnet,
    "convnext": build_convnext,
    "speed_cnn": build_speed_cnn,
    "custom": build_custom,
}

# torch draws initial weights from one generator for the whole process; a web server has many threads.
_global_generator_lock = Lock()


def list_models() -> tuple[str, ...]:
    """Return the names of the networks, simplest first."""
    return tuple(BUILDERS)


def create_model(config: ModelConfig, *, num_classes: int = 10, seed: int = 0) -> Network:
    """Build a network from normalised float images (N, 3, 32, 32) to logits (N, num_classes).

    The same config and seed give the same weights; the global random state is left as it was.

    Args:
        config: Which network, and its options.
        num_classes: At least 2.
        seed: In [0, 2**63).
    """
    if num_classes < 2:
        raise ValueError(f"num_classes {num_classes} must be at least 2")
    if config.name not in BUILDERS:
        raise ValueError(f"network {config.name!r} cannot be built from settings; allowed: {', '.join(BUILDERS)}")
    with _global_generator_lock, _seeded(seed):
        return BUILDERS[config.name](config, num_classes)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the CPU generator for a while. torch.manual_seed would seed every accelerator's too and not restore them."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
