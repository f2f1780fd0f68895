"""The weights of every epoch, in float16 beside the checkpoints: to explain any of them, not to train on from it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from cifar_core.config import RunConfig
from cifar_core.models import summarize_config
from cifar_core.training.checkpoint import Checkpoint
from cifar_core.training.optimizer_state import ENTRY

# What stays free for the run itself: without checkpoints and predictions it could not go on.
RESERVE_BYTES = 200_000_000
# The header of a file, its config and the names of its tensors.
_HEADER_BYTES = 8_000
# Rounding to float16 moves a weight by half of 2**-10 of itself at most; more has left its range.
_MOST_ROUNDED = 2.0**-10


class NoRoomError(OSError):
    """The disk has no room for what can be done without."""

    def __init__(self) -> None:
        super().__init__(f"less than {RESERVE_BYTES / 1e6:,.0f} MB of the disk were free")


@dataclass(frozen=True)
class EpochWeights:
    """What is kept of one epoch.

    Attributes:
        checkpoint: All that training would go on with; only the weights that are evaluated are taken from it.
    """

    checkpoint: Checkpoint

    def write(self, path: Path) -> None:
        """Write them to `path`, all or nothing; `load_classifier` reads them.

        Raises:
            NoRoomError: Less than `RESERVE_BYTES` of the disk would stay free.
        """
        tensors = self._round()
        if measure_room(path) < sum(tensor.nbytes for tensor in tensors.values()) + RESERVE_BYTES:
            raise NoRoomError
        header = {name: text for name, text in self.checkpoint.header.items() if name != ENTRY}
        Checkpoint(tensors, header).write(path)

    def _round(self) -> dict[str, Tensor]:
        """Return the average of the weights if there is one, else the weights, under the names of the latter."""
        tensors = self.checkpoint.tensors
        part = "average/" if any(name.startswith("average/") for name in tensors) else "model/"
        return {
            f"model/{name.removeprefix(part)}": round_weights(tensor)
            for name, tensor in tensors.items()
            if name.startswith(part)
        }


def round_weights(tensor: Tensor) -> Tensor:
    """Return float16 of a matrix or a kernel, and anything else as it is.

    Vectors stay: they are few numbers, and among them are a batch norm's statistics, which float16 may not hold. So
    does what is too large or too small for it.
    """
    if tensor.ndim < 2 or not tensor.is_floating_point():
        return tensor
    rounded = tensor.to(torch.float16)
    error = (rounded.to(tensor.dtype) - tensor).norm()
    return rounded if error <= _MOST_ROUNDED * tensor.norm() else tensor


def estimate_weights_bytes(config: RunConfig) -> int:
    """Return how much of the disk the weights of every epoch will take; 0 if they are not to be kept."""
    if not config.training.save_every_epoch:
        return 0
    epoch_bytes = 2 * summarize_config(config.model).num_parameters + _HEADER_BYTES
    return config.training.num_epochs * epoch_bytes


def measure_room(path: Path) -> int:
    """Return how many bytes are free on the disk that a path is on, or would be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def explain_little_room(config: RunConfig, folder: Path) -> str:
    """Say why a folder's disk will not hold the weights of every epoch; empty if it will."""
    needed, free = estimate_weights_bytes(config), measure_room(folder)
    if needed == 0 or free >= needed + RESERVE_BYTES:
        return ""
    return (
        f"The weights of every epoch need about {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of the disk are free: "
        f"the run keeps them until {RESERVE_BYTES / 1e6:,.0f} MB are left, then trains on without."
    )
