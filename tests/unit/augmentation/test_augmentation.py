"""python -m pytest tests/unit/augmentation/test_augmentation.py. torchvision is the reference, image by image."""

import numpy as np
import pytest
import torch
from scipy.stats import beta, ks_2samp, kstest
from torchvision.transforms import InterpolationMode, v2

from cifar_core.augmentation import (
    AugmentationDraws,
    ImagePool,
    augment,
    draw_batch,
    draw_batches,
    pipeline,
    scale_pixels,
)
from cifar_core.augmentation.colour import change_colours, shift_hue, to_gray
from cifar_core.augmentation.geometry import crop_and_flip, rotate_shift_scale
from cifar_core.augmentation.mixing import draw_mixing, mix_images, mix_labels
from cifar_core.augmentation.policies import create_policy
from cifar_core.config import AugmentationConfig
from cifar_core.randomness import stream_seed

FUNCTIONS = v2.functional

EACH_ALONE = {
    "crop": {"crop_padding": 4},
    "horizontal_flip": {"horizontal_flip": True},
    "vertical_flip": {"vertical_flip": True},
    "rand_augment": {"policy": "rand_augment"},
    "trivial_augment": {"policy": "trivial_augment"},
    "rotation": {"rotation": 30.0},
    "translation": {"translation": 0.25},
    "scaling": {"scaling": 0.3},
    "brightness": {"brightness": 0.5},
    "contrast": {"contrast": 0.5},
    "saturation": {"saturation": 0.5},
    "hue": {"hue": 0.3},
    "grayscale": {"grayscale": 0.5},
    "noise": {"noise": 0.1},
    "cutout": {"cutout_size": 12},
    "erasing": {"erasing": 0.5},
    "mixup": {"mixup_alpha": 1.0},
    "cutmix": {"cutmix_alpha": 1.0},
}
ALL_AT_ONCE = {
    "crop_padding": 4, "horizontal_flip": True, "vertical_flip": True, "policy": "trivial_augment", "rotation": 20.0,
    "translation": 0.2, "scaling": 0.2, "brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.1,
    "grayscale": 0.2, "noise": 0.05, "cutout_size": 8, "erasing": 0.3, "mixup_alpha": 0.4, "cutmix_alpha": 1.0,
}  # fmt: skip
each = pytest.mark.parametrize("settings", [*EACH_ALONE.values(), ALL_AT_ONCE], ids=[*EACH_ALONE, "all"])


@pytest.fixture
def images():
    """Smooth pictures with flat parts: greys, black, white and all the colours between."""
    coarse = torch.randint(0, 256, (64, 3, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images = coarse.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    images[:, :, :4, :8] = torch.tensor([0, 255]).repeat_interleave(4).to(torch.uint8)
    return images


@pytest.fixture
def indices():
    return torch.arange(64) * 17


@pytest.fixture
def pool(images):
    return ImagePool(images, torch.arange(64) % 10, torch.arange(48), 10)


def draw(settings, indices, seed=1, epoch=2):
    config = AugmentationConfig(**settings)
    return config, AugmentationDraws(config, seed, epoch, indices)


def assert_equals_each(made, images, reference):
    expected = torch.stack([reference(row, image) for row, image in enumerate(images)])
    torch.testing.assert_close(made, expected, rtol=0, atol=2e-6 if made.is_floating_point() else 0)


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("horizontal", [False, True])
@pytest.mark.parametrize("padding_mode", ["zero", "reflect"])
@pytest.mark.parametrize("padding", [0, 1, 4, 16])
def test_crop_and_flips_equal_torchvision(images, indices, padding, padding_mode, horizontal, vertical):
    flips = {"horizontal_flip": horizontal, "vertical_flip": vertical}
    config, draws = draw({"crop_padding": padding, "padding_mode": padding_mode, **flips}, indices)

    def reference(row, image):
        mode = "constant" if padding_mode == "zero" else padding_mode
        padded = FUNCTIONS.pad(image, [padding] * 4, padding_mode=mode)
        made = FUNCTIONS.crop(padded, int(draws.top[row]), int(draws.left[row]), 32, 32)
        made = FUNCTIONS.horizontal_flip(made) if draws.is_flipped[row] else made
        return FUNCTIONS.vertical_flip(made) if draws.is_upside_down[row] else made

    assert_equals_each(crop_and_flip(images, config, draws), images, reference)


@pytest.mark.parametrize(
    "settings",
    [
        {"rotation": 180.0},
        {"translation": 0.5},
        {"scaling": 0.5},
        {"rotation": 15.0, "translation": 0.1, "scaling": 0.2},
    ],
)
def test_rotation_shift_and_scale_equal_torchvision(images, indices, settings):
    config, draws = draw(settings, indices)
    pixels = scale_pixels(images)

    def reference(row, image):
        shift = draws.shift[row].tolist()
        angle, scale = float(draws.angle[row]), float(draws.scale[row])
        return FUNCTIONS.affine(image, angle, shift, scale, [0.0, 0.0], InterpolationMode.BILINEAR)

    made = rotate_shift_scale(pixels, config, draws)
    expected = torch.stack([reference(row, image) for row, image in enumerate(pixels)])
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("brightness", FUNCTIONS.adjust_brightness),
        ("contrast", FUNCTIONS.adjust_contrast),
        ("saturation", FUNCTIONS.adjust_saturation),
        ("hue", FUNCTIONS.adjust_hue),
    ],
)
@pytest.mark.parametrize("amount", [0.1, 0.5, 1.0])
def test_colour_jitter_equals_torchvision(images, indices, name, function, amount):
    config, draws = draw({name: min(amount, 0.5) if name == "hue" else amount}, indices)
    factors = getattr(draws, name)
    made = change_colours(scale_pixels(images), config, draws)
    expected = torch.stack([function(image, float(factors[row])) for row, image in enumerate(scale_pixels(images))])
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-4 if name == "hue" else 2e-6)


def test_hue_without_a_turn_changes_nothing(images):
    pixels = scale_pixels(images)
    torch.testing.assert_close(shift_hue(pixels, torch.zeros(64)), pixels, rtol=0, atol=1e-5)


def test_grayscale_equals_torchvision_for_the_images_drawn(images, indices):
    config, draws = draw({"grayscale": 0.4}, indices)
    assert 0 < draws.is_gray.sum() < 64

    def reference(row, image):
        return FUNCTIONS.rgb_to_grayscale(image, num_output_channels=3) if draws.is_gray[row] else image

    pixels = scale_pixels(images)
    assert_equals_each(change_colours(pixels, config, draws), pixels, reference)
    assert to_gray(pixels).shape == (64, 1, 32, 32)


@pytest.mark.parametrize("size", [1, 8, 15, 32])
def test_cutout_equals_torchvision_erase(images, indices, size):
    config, draws = draw({"cutout_size": size}, indices)

    def reference(row, image):
        top, left = int(draws.cutout.top[row]), int(draws.cutout.left[row])
        bottom, right = min(top + size, 32), min(left + size, 32)
        top, left = max(top, 0), max(left, 0)
        return FUNCTIONS.erase(image, top, left, bottom - top, right - left, torch.full((3, 1, 1), 0.5))

    made = augment(images, AugmentationDraws(config, 1, 2, indices))
    assert_equals_each(made, scale_pixels(images), reference)
    assert ((made == 0.5).flatten(1).sum(1) > 0).all()


def test_erasing_equals_torchvision_erase(images, indices):
    config, draws = draw({"erasing": 0.6}, indices)
    box = draws.erasing
    assert 0 < (box.height == 0).sum() < 64

    def reference(row, image):
        top, left, height, width = (int(part[row]) for part in (box.top, box.left, box.height, box.width))
        return FUNCTIONS.erase(image, top, left, height, width, torch.full((3, 1, 1), 0.5)) if height else image

    assert_equals_each(augment(images, AugmentationDraws(config, 1, 2, indices)), scale_pixels(images), reference)


def test_erased_rectangles_lie_inside_and_have_the_papers_sizes():
    _, draws = draw({"erasing": 1.0}, torch.arange(20_000))
    box = draws.erasing
    assert (box.top >= 0).all()
    assert (box.left >= 0).all()
    assert ((box.top + box.height) <= 32).all()
    assert ((box.left + box.width) <= 32).all()
    area = (box.height * box.width) / 1024
    assert 0.01 < area.min() < 0.03
    assert 0.3 < area.max() < 0.36
    assert 0.15 < area.float().mean() < 0.19


@pytest.mark.parametrize("policy", ["rand_augment", "trivial_augment"])
def test_policies_are_torchvisions_with_a_seed_for_each_image(images, indices, policy):
    config = AugmentationConfig(policy=policy)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    made = augment(images, AugmentationDraws(config, 1, 2, indices))
    assert torch.equal(torch.get_rng_state(), before)
    reference = create_policy(config)
    for row, image in enumerate(images):
        torch.manual_seed(stream_seed(1, "augmentation/policy", 2, int(indices[row])))
        assert torch.equal(made[row], scale_pixels(reference(image)))


def test_noise_is_standard_normal_and_new_for_every_pixel():
    _, draws = draw({"noise": 0.1}, torch.arange(200))
    noise = draws.noise()
    assert noise.shape == (200, 3, 32, 32)
    assert kstest(noise.flatten()[::7].numpy(), "norm").pvalue > 1e-3
    assert noise.flatten().unique().numel() > 0.95 * noise.numel()
    assert noise.isfinite().all()


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_of_mixup_follow_the_beta_distribution(alpha):
    draws = draw_mixing(AugmentationConfig(mixup_alpha=alpha), 0, 1, torch.arange(5_000), 100)
    assert kstest(draws.share.numpy(), beta(alpha, alpha).cdf).pvalue > 1e-3
    assert not draws.is_cutmix.any()


def test_mixup_equals_its_formula(images, indices, pool):
    config = AugmentationConfig(mixup_alpha=0.7)
    draws = draw_mixing(config, 0, 1, indices, 48)
    own, other = scale_pixels(images), scale_pixels(images[draws.partner])
    made = mix_images(own, other, draws)
    for row in range(64):
        share = draws.share[row]
        torch.testing.assert_close(made[row], share * own[row] + (1 - share) * other[row])


def test_cutmix_pastes_a_rectangle_and_counts_its_pixels(indices):
    draws = draw_mixing(AugmentationConfig(cutmix_alpha=1.0), 0, 1, indices, 48)
    made = mix_images(torch.zeros(64, 3, 32, 32), torch.ones(64, 3, 32, 32), draws)
    assert made.unique().tolist() == [0, 1]
    torch.testing.assert_close(1 - made.mean(dim=(1, 2, 3)), draws.share)
    for row in made[:, 0].bool():
        inside = row.nonzero()
        if len(inside):
            (top, left), (bottom, right) = inside.amin(0), inside.amax(0)
            assert row[top : bottom + 1, left : right + 1].all()


def test_both_mixings_take_turns(indices):
    draws = draw_mixing(AugmentationConfig(mixup_alpha=1.0, cutmix_alpha=1.0), 0, 1, torch.arange(4_000), 48)
    assert 0.47 < draws.is_cutmix.float().mean() < 0.53


def test_mixed_labels_are_shares_of_two_classes(pool, indices):
    draws = draw_mixing(AugmentationConfig(mixup_alpha=1.0), 0, 1, indices, 48)
    labels, others = torch.zeros(64, dtype=torch.int64), torch.full((64,), 3)
    targets = mix_labels(labels, others, draws, 10)
    torch.testing.assert_close(targets[:, 0], draws.share)
    torch.testing.assert_close(targets[:, 3], 1 - draws.share)
    torch.testing.assert_close(targets.sum(1), torch.ones(64))


def test_partners_come_from_the_training_images_alone(pool):
    batch = draw_batch(pool, AugmentationConfig(mixup_alpha=1.0), 0, 1, torch.arange(64))
    assert batch.mixing.partner.max() < 48
    assert batch.targets.shape == (64, 10)
    assert batch.targets.dtype == torch.float32


def test_without_mixing_targets_are_labels(pool):
    batch = draw_batch(pool, AugmentationConfig(crop_padding=4), 0, 1, torch.arange(64))
    assert torch.equal(batch.targets, pool.labels)
    assert batch.mixing is None


def test_off_means_untouched(images, indices):
    made = augment(images, AugmentationDraws(AugmentationConfig(), seed=0, epoch=1, indices=indices))
    torch.testing.assert_close(made, images / 255, rtol=0, atol=0)


@each
def test_an_image_looks_the_same_in_any_batch_and_new_in_each_epoch(pool, settings):
    config = AugmentationConfig(**settings)
    indices = torch.randperm(64, generator=torch.Generator().manual_seed(3))
    whole = draw_batch(pool, config, 0, 5, indices)
    alone = draw_batch(pool, config, 0, 5, indices[9:10])
    torch.testing.assert_close(whole.images[9:10], alone.images, rtol=0, atol=1e-6)
    torch.testing.assert_close(whole.targets[9:10], alone.targets)
    later = draw_batch(pool, config, 0, 6, indices)
    other_seed = draw_batch(pool, config, 1, 5, indices)
    for other in (later, other_seed):
        assert (whole.images != other.images).flatten(1).any(1).float().mean() > 0.2


@pytest.mark.parametrize("at_once", [1, 45, 512])
@each
def test_an_epochs_batches_are_the_same_drawn_one_by_one(monkeypatch, pool, settings, at_once):
    """However many are augmented at once; only the last bits may differ, where a processor takes several numbers."""
    monkeypatch.setattr(pipeline, "_AT_ONCE", at_once)
    config = AugmentationConfig(**settings)
    indices = torch.randperm(64, generator=torch.Generator().manual_seed(3))
    bounds = [(0, 24), (24, 45), (45, 64)]
    for (start, end), batch in zip(bounds, draw_batches(pool, config, 0, 5, indices, bounds), strict=True):
        alone = draw_batch(pool, config, 0, 5, indices[start:end])
        torch.testing.assert_close(batch.images, alone.images, rtol=0, atol=1e-6)
        torch.testing.assert_close(batch.targets, alone.targets, rtol=0, atol=1e-6)
        assert (batch.mixing is None) == (alone.mixing is None)
        assert batch.mixing is None or torch.equal(batch.mixing.partner, alone.mixing.partner)


def test_small_batches_are_augmented_together(monkeypatch, pool):
    sizes = []
    whole = pipeline.augment
    monkeypatch.setattr(pipeline, "augment", lambda images, draws: sizes.append(len(images)) or whole(images, draws))
    monkeypatch.setattr(pipeline, "_AT_ONCE", 40)
    bounds = [(0, 20), (20, 40), (40, 50), (50, 64)]
    assert len(list(draw_batches(pool, AugmentationConfig(crop_padding=4), 0, 1, torch.arange(64), bounds))) == 4
    assert sizes == [40, 24]


@each
def test_pixels_stay_in_the_unit_interval(pool, settings):
    made = draw_batch(pool, AugmentationConfig(**settings), 0, 1, torch.arange(64)).images
    assert made.dtype == torch.float32
    assert made.shape == (64, 3, 32, 32)
    assert made.min() >= 0
    assert made.max() <= 1


def test_one_operation_more_leaves_the_draws_of_the_others_alone(indices):
    _, alone = draw({"crop_padding": 4}, indices)
    _, both = draw({"crop_padding": 4, "rotation": 10.0, "cutout_size": 8}, indices)
    assert torch.equal(alone.top, both.top)
    assert torch.equal(alone.left, both.left)


def test_draws_cover_their_range_evenly():
    _, draws = draw({"crop_padding": 4, "horizontal_flip": True, "rotation": 30.0, "brightness": 0.4},
                    torch.arange(18_000))  # fmt: skip
    for offsets in (draws.top, draws.left):
        counts = torch.bincount(offsets, minlength=9)
        assert len(counts) == 9
        assert counts.min() > 1800  # 2,000 expected
    assert 0.48 < draws.is_flipped.float().mean() < 0.52
    assert kstest((draws.angle.numpy() + 30) / 60, "uniform").pvalue > 1e-3
    assert kstest((draws.brightness.numpy() - 0.6) / 0.8, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(draws.angle, draws.brightness)[0, 1]) < 0.03


def test_alternating_flip_shows_both_sides_of_each_image_in_any_two_epochs():
    indices = torch.arange(4000) * 3
    config = AugmentationConfig(alternating_flip=True, horizontal_flip=True)
    flips = [AugmentationDraws(config, 1, epoch, indices).is_flipped for epoch in (1, 2, 3, 4)]
    assert torch.equal(flips[0], ~flips[1])
    assert torch.equal(flips[1], ~flips[2])
    assert torch.equal(flips[0], flips[2])
    assert flips[0].float().mean().item() == pytest.approx(0.5, abs=0.03)
    assert not torch.equal(flips[0], AugmentationDraws(config, 2, 1, indices).is_flipped)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0])
def test_cutmix_keeps_as_much_as_torchvisions(alpha):
    draws = draw_mixing(AugmentationConfig(cutmix_alpha=alpha), 0, 1, torch.arange(20_000), 48)
    theirs = v2.CutMix(alpha=alpha, num_classes=2)
    torch.manual_seed(0)
    made = [theirs.make_params([torch.zeros(2, 3, 32, 32)]) for _ in range(20_000)]
    shares = torch.tensor([params["lam_adjusted"] for params in made])
    sizes = torch.tensor([params["box"] for params in made])
    assert draws.share.mean().item() == pytest.approx(shares.mean().item(), abs=0.008)
    assert ks_2samp(draws.share.numpy(), shares.numpy()).pvalue > 1e-3
    assert ks_2samp(draws.box.height.numpy(), (sizes[:, 3] - sizes[:, 1]).numpy()).pvalue > 1e-3
    assert ks_2samp(draws.box.left.numpy(), sizes[:, 0].numpy()).pvalue > 1e-3


@pytest.mark.parametrize("size", [1, 5, 8])
def test_cutout_covers_its_whole_size_around_its_centre(size, indices):
    _, draws = draw({"cutout_size": size}, torch.arange(2_000))
    covered = draws.cutout.mask().sum(dim=(1, 2, 3))
    assert covered.max() == size**2
    top = draws.cutout.top + size // 2
    assert (top.min(), top.max()) == (0, 31)  # the centre
