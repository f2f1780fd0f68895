"""python -m pytest tests/unit/training/test_randomness.py."""

import numpy as np
import torch
from scipy import stats

from cifar_core.randomness import stream_seed, uniforms


def test_seeds_differ_by_every_part_and_repeat():
    seeds = {stream_seed(*parts) for parts in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 1), (0, "a", 2), (0, "a", 1, 2)]}
    assert len(seeds) == 6
    assert stream_seed(0, "a", 1) == stream_seed(0, "a", 1)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_an_image_gets_its_numbers_whatever_batch_it_is_in():
    indices = torch.tensor([7, 49_999, 0, 123])
    whole = uniforms(3, "augmentation", 2, indices, 5)
    for row, index in enumerate(indices):
        torch.testing.assert_close(uniforms(3, "augmentation", 2, index[None], 5)[0], whole[row], rtol=0, atol=0)


def test_numbers_are_those_of_splitmix64():
    """The tensor arithmetic, once more in Python's own unbounded integers."""
    mask = 2**64 - 1

    def mix(bits):
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
        return bits ^ (bits >> 31)

    key = stream_seed(5, "x", 9)
    expected = [
        (mix((mix((counter * 0x9E3779B97F4A7C15 + key) & mask) + key) & mask) >> 40) / 2**24 for counter in range(6, 9)
    ]
    assert uniforms(5, "x", 9, torch.tensor([2]), 3)[0].tolist() == expected


def test_numbers_are_uniform_and_uncorrelated():
    numbers = uniforms(0, "augmentation", 1, torch.arange(60_000), 3).double().numpy()
    assert numbers.min() >= 0
    assert numbers.max() < 1
    for column in numbers.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    correlation = np.corrcoef(np.column_stack([numbers[:-1], numbers[1:]]).T)
    assert np.abs(correlation - np.eye(6)).max() < 0.02


def test_epochs_purposes_and_seeds_draw_anew():
    indices = torch.arange(2000)
    base = uniforms(0, "a", 1, indices, 1).flatten()
    for other in (uniforms(0, "a", 2, indices, 1), uniforms(0, "b", 1, indices, 1), uniforms(1, "a", 1, indices, 1)):
        assert abs(np.corrcoef(base, other.flatten())[0, 1]) < 0.1
