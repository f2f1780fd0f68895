"""python -m pytest tests/unit/test_augmentation.py. torchvision is the reference, image by image."""

import pytest
import torch
from torchvision.transforms import v2

from cifar_core.augmentation import apply_augmentation, augment, draw_augmentation
from cifar_core.config import AugmentationConfig


@pytest.fixture
def images():
    return torch.randint(0, 256, (64, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("padding_mode", ["zero", "reflect"])
@pytest.mark.parametrize("padding", [0, 1, 4, 16])
def test_equals_torchvision_with_the_same_draws(images, padding, padding_mode, flip):
    config = AugmentationConfig(crop_padding=padding, padding_mode=padding_mode, horizontal_flip=flip)
    indices = torch.arange(64) * 17
    draws = draw_augmentation(config, seed=1, epoch=2, indices=indices)
    augmented = apply_augmentation(images, config, draws)
    mode = "constant" if padding_mode == "zero" else padding_mode
    for row, image in enumerate(images):
        padded = v2.functional.pad(image, [padding] * 4, padding_mode=mode)
        expected = v2.functional.crop(padded, int(draws.top[row]), int(draws.left[row]), 32, 32)
        if draws.flipped[row]:
            expected = v2.functional.horizontal_flip(expected)
        assert torch.equal(augmented[row], expected)


def test_off_means_untouched(images):
    augmented = augment(images, AugmentationConfig(), seed=0, epoch=1, indices=torch.arange(64))
    torch.testing.assert_close(augmented, images / 255, rtol=0, atol=0)


def test_draws_cover_their_range_evenly():
    config = AugmentationConfig(crop_padding=4, horizontal_flip=True)
    draws = draw_augmentation(config, seed=0, epoch=1, indices=torch.arange(18_000))
    for offsets in (draws.top, draws.left):
        counts = torch.bincount(offsets, minlength=9)
        assert len(counts) == 9
        assert counts.min() > 1800  # 2,000 expected
    assert 0.48 < draws.flipped.float().mean() < 0.52


def test_an_image_looks_the_same_in_any_batch_and_new_in_each_epoch(images):
    config = AugmentationConfig(crop_padding=4, horizontal_flip=True)
    indices = torch.arange(64) + 1000
    whole = augment(images, config, seed=0, epoch=5, indices=indices)
    alone = augment(images[9:10], config, seed=0, epoch=5, indices=indices[9:10])
    assert torch.equal(whole[9:10], alone)
    later = augment(images, config, seed=0, epoch=6, indices=indices)
    assert (whole != later).flatten(1).any(1).float().mean() > 0.9


def test_pixels_end_in_the_unit_interval(images):
    augmented = augment(
        images, AugmentationConfig(crop_padding=4, padding_mode="zero"), seed=0, epoch=1, indices=torch.arange(64)
    )
    assert augmented.dtype == torch.float32
    assert augmented.min() >= 0
    assert augmented.max() <= 1
