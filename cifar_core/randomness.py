"""Stateless random numbers: each is a function of what it is for, so nothing has to be saved to continue a run.

Numbers for images come from a counter-based hash computed on the images' own device: an image's augmentation depends on
(seed, purpose, epoch, index) alone, never on the batch it is in, the number of workers or the device.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
import torch
from torch import Tensor

_MASK_63 = 2**63 - 1
# Constants of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), as signed 64-bit.
_GOLDEN_GAMMA = -7046029254386353131
_MIX_1 = -4658895280553007687
_MIX_2 = -7723592293110705685

_globals_lock = Lock()


def stream_seed(seed: int, purpose: str, *numbers: int) -> int:
    """Return a seed in [0, 2**63) for one purpose, unrelated to the seeds of all others."""
    text = "/".join([str(seed), purpose, *map(str, numbers)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") & _MASK_63


def uniforms(seed: int, purpose: str, epoch: int, indices: Tensor, num_draws: int) -> Tensor:
    """Draw numbers for each image, evenly from [0, 1).

    Args:
        seed: The run's seed.
        purpose: What the numbers are for; different purposes get unrelated numbers.
        epoch: 1-based.
        indices: (B,) int64 dataset indices; the result lives on their device.
        num_draws: Numbers for each image.

    Returns:
        (B, num_draws) float32 with 24 random bits each.
    """
    key = stream_seed(seed, purpose, epoch)
    counters = indices[:, None] * num_draws + torch.arange(num_draws, device=indices.device)
    bits = _mix(_mix(counters * _GOLDEN_GAMMA + key) + key)
    return _shift_right(bits, 40).to(torch.float32) / 2**24


def _mix(bits: Tensor) -> Tensor:
    """The finaliser of splitmix64 on int64, whose multiplication wraps as uint64's does."""
    bits = (bits ^ _shift_right(bits, 30)) * _MIX_1
    bits = (bits ^ _shift_right(bits, 27)) * _MIX_2
    return bits ^ _shift_right(bits, 31)


def _shift_right(bits: Tensor, by: int) -> Tensor:
    """Logical shift: int64's own would copy the sign in from the left."""
    return (bits >> by) & (2 ** (64 - by) - 1)


@contextmanager
def seeded_globals(seed: int) -> Iterator[None]:
    """Seed the global generators of torch and numpy for a while, then give them back as they were.

    For libraries that draw from nothing else. One at a time in a process.
    """
    with _globals_lock, torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        state = np.random.get_state()
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            np.random.set_state(state)
