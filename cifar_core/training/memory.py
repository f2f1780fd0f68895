"""How much memory a run will need, from its settings alone: one step is followed without memory, tensor by tensor."""

import weakref
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cifar_core.config import RunConfig
from cifar_core.models import Classifier, create_classifier
from cifar_core.training.average import update_average
from cifar_core.training.device import measure_free_memory
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.precision import expect_precision
from cifar_core.training.step import train_step

_IMAGE_BYTES = 3 * 32 * 32
# Measured over the presets by benchmarks/memory.py. A worker has so much before it has seen an image: Python, torch and
# its libraries, which are files that processes share.
_PROCESS_BYTES = 810_000_000
# Copies of a batch in float32 while it is augmented, and images augmented at once where batches are smaller.
_AUGMENTED_COPIES, _FEWEST_AUGMENTED = 3, 512
# On a CPU the system holds more than tensors do: scratch of the convolutions, and gaps between blocks.
_CPU_FACTOR, _CPU_BYTES = 1.25, 60_000_000
_NUM_STEPS = 2  # the optimizer makes its state within the first


@dataclass(frozen=True)
class MemoryEstimate:
    """What a run will hold at its most, in bytes, where it trains: in the worker on a CPU, on the device elsewhere.

    Attributes:
        process: Before the first image: Python, torch, their libraries. 0 on a device of its own.
        images: The dataset, and a batch of it while it is augmented.
        network: Weights, gradients, the optimizer's state, and what the layers keep for the backward pass.
    """

    process: int
    images: int
    network: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.process + self.images + self.network


def estimate_memory(config: RunConfig, num_images: int, device: str = "cpu") -> MemoryEstimate:
    """Estimate what a run needs at its most, without needing it.

    The step is the one that `fit` takes, on tensors that have a shape and no content; what is alive at once is added
    up. Compiled steps (`training.compile`) are taken to need what the others do; they mostly need less.

    Args:
        config: The run's.
        num_images: Of the whole dataset, test included.
        device: As `resolve_device` returns it.
    """
    training = config.training
    precision = expect_precision(config, device) or "float32"  # needs more, or the same
    during, after, copies = _follow(_without_what_is_free(config), precision)
    network = max(during, after + copies)  # within a step, or after an epoch, when two checkpoints are copied
    augmented = max(training.batch_size, _FEWEST_AUGMENTED) * _IMAGE_BYTES * 4 * _AUGMENTED_COPIES
    images = num_images * _IMAGE_BYTES + augmented
    if device.startswith("cuda"):  # a recorded step keeps its own place for what a plain one makes
        network += during - after
    if device != "cpu":
        return MemoryEstimate(0, images, network)
    return MemoryEstimate(_PROCESS_BYTES, images, int(network * _CPU_FACTOR) + _CPU_BYTES)


def explain_shortage(config: RunConfig, num_images: int, device: str) -> str:
    """Say why a run would probably not fit into the memory that is free now; empty if it fits, or nobody can tell.

    Args:
        config: The run's.
        num_images: Of the whole dataset, test included.
        device: As `resolve_device` returns it.
    """
    free, needed = measure_free_memory(device), estimate_memory(config, num_images, device).total
    if free is None or needed <= free:
        return ""
    return (
        f"This needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free: the system would "
        "probably end the training. A smaller batch or width needs less."
    )


def _without_what_is_free(config: RunConfig) -> RunConfig:
    """Keep of a config what decides the memory of a step, so that few are followed twice."""
    training = config.training
    kept = {name: getattr(training, name) for name in ("batch_size", "label_smoothing", "gradient_clipping")}
    kept["ema_decay"] = 0.5 if training.ema_decay else 0.0
    return RunConfig(
        model=config.model,
        optimizer=config.optimizer.model_copy(update={"learning_rate": 0.01}),
        training=type(training)(**kept),
    )


@lru_cache(maxsize=64)
def _follow(config: RunConfig, precision: str) -> tuple[int, int, int]:
    return follow_steps(config, precision)


def follow_steps(config: RunConfig, precision: str) -> tuple[int, int, int]:
    """Take two training steps without memory, and add up the bytes of the tensors that are alive at once.

    Args:
        config: The run's.
        precision: "float32" or "bfloat16".

    Returns:
        The most bytes during the steps, those that stay after them, and those of the checkpoints copied then.
    """
    training = config.training
    networks = [_create_weightless(config) for _ in range(2 if training.ema_decay else 1)]
    with FakeTensorMode(allow_non_fake_inputs=True), _LiveTensors() as live:
        classifier, *averages = (network.to_empty(device="cpu").train() for network in networks)
        optimizer = create_optimizer(config.optimizer, classifier)
        average = averages[0] if averages else None
        images, targets = (
            torch.rand(training.batch_size, 3, 32, 32),
            torch.zeros(training.batch_size, dtype=torch.int64),
        )
        for step in range(_NUM_STEPS):
            train_step(
                classifier,
                optimizer,
                images,
                targets,
                label_smoothing=training.label_smoothing,
                precision=precision,
                gradient_clipping=training.gradient_clipping,
            )
            if average is not None:
                update_average(average, classifier, training.ema_decay, step)
        return live.most, live.now, _checkpoint_bytes(classifier, optimizer, average)


def _create_weightless(config: RunConfig) -> Classifier:
    """On the "meta" device: some initial weights are drawn until they fit, and here there are none to look at."""
    with torch.device("meta"):
        return create_classifier(config, mean=(0.0,) * 3, std=(1.0,) * 3)


def _checkpoint_bytes(classifier: torch.nn.Module, optimizer: torch.optim.Optimizer, average: Any) -> int:
    """The best weights, and all that training goes on with."""
    weights = sum(tensor.nbytes for tensor in classifier.state_dict().values())
    state = sum(leaf.nbytes for leaf in tree_leaves(optimizer.state_dict()) if isinstance(leaf, Tensor))
    return weights * (2 if average is None else 3) + state


class _LiveTensors(TorchDispatchMode):
    """Adds up the memory behind all tensors that operations make while it is on, each as long as it lives."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor):
                self._note(leaf.untyped_storage())
        return made

    def _note(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self.now += size
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size
