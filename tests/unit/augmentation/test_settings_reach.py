"""python -m pytest tests/unit/augmentation/test_settings_reach.py. Each setting reaches what it is for."""

import numpy as np
import pytest
import torch
from scipy.stats import beta, kstest, norm
from torchvision.transforms import v2

from cifar_core.augmentation import AugmentationDraws
from cifar_core.augmentation.colour import change_colours
from cifar_core.augmentation.draws import SIDE
from cifar_core.augmentation.mixing import draw_mixing
from cifar_core.augmentation.policies import create_policy
from cifar_core.augmentation.recipe import torchvision_code
from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data import ChannelStatistics
from tests.unit.augmentation.test_recipe import run

STATISTICS = ChannelStatistics((0.49, 0.48, 0.45), (0.25, 0.24, 0.26))
INDICES = torch.arange(4_000)


def steps_of(**settings):
    """The transforms of the copied code, by their class's name."""
    transform = run(torchvision_code(RunConfig(augmentation=AugmentationConfig(**settings)), STATISTICS))["transform"]
    return {type(step).__name__: step for step in transform.transforms}


@pytest.mark.parametrize(("mode", "theirs"), [("zero", "constant"), ("reflect", "reflect")])
def test_the_copied_code_pads_as_training_does(mode, theirs):
    crop = steps_of(crop_padding=3, padding_mode=mode)["RandomCrop"]
    assert (crop.padding, crop.padding_mode, tuple(crop.size)) == ([3, 3, 3, 3], theirs, (32, 32))


@pytest.mark.parametrize(
    ("settings", "degrees", "translate", "scale"),
    [
        ({"rotation": 15.0}, [-15.0, 15.0], None, None),
        ({"translation": 0.2}, [0.0, 0.0], (0.2, 0.2), None),
        ({"scaling": 0.3}, [0.0, 0.0], None, (0.7, 1.3)),
        ({"rotation": 5.0, "translation": 0.1, "scaling": 0.2}, [-5.0, 5.0], (0.1, 0.1), (0.8, 1.2)),
    ],
)
def test_the_copied_code_moves_as_training_does(settings, degrees, translate, scale):
    affine = steps_of(**settings)["RandomAffine"]
    assert affine.degrees == degrees
    assert affine.translate == (None if translate is None else pytest.approx(translate))
    assert affine.scale == (None if scale is None else pytest.approx(scale))


def test_the_copied_code_jitters_flips_and_covers_as_training_does():
    jitter = steps_of(brightness=0.3, contrast=0.2, saturation=0.1, hue=0.05)["ColorJitter"]
    assert jitter.brightness == pytest.approx((0.7, 1.3))
    assert jitter.contrast == pytest.approx((0.8, 1.2))
    assert jitter.saturation == pytest.approx((0.9, 1.1))
    assert jitter.hue == pytest.approx((-0.05, 0.05))
    only = steps_of(contrast=0.2)["ColorJitter"]
    assert (only.brightness, only.saturation, only.hue) == (None, None, None)
    for flip in ("horizontal_flip", "alternating_flip"):
        assert "RandomHorizontalFlip" in steps_of(**{flip: True})
    assert "RandomVerticalFlip" in steps_of(vertical_flip=True)
    assert "RandomErasing" in steps_of(cutout_size=8)
    assert steps_of(cutout_size=8)["RandomErasing"].scale == pytest.approx((1 / 16, 1 / 16))
    assert not {"RandomHorizontalFlip", "RandomAffine", "ColorJitter", "RandomErasing"} & set(steps_of())


def test_policies_have_their_settings_in_training_and_in_the_copied_code():
    config = AugmentationConfig(policy="rand_augment", policy_operations=3, policy_magnitude=17)
    for policy in (create_policy(config), steps_of(**config.model_dump())["RandAugment"]):
        assert (policy.num_ops, policy.magnitude) == (3, 17)
    trivial = AugmentationConfig(policy="trivial_augment")
    assert isinstance(create_policy(trivial), v2.TrivialAugmentWide)
    assert "TrivialAugmentWide" in steps_of(policy="trivial_augment")
    assert not {"RandAugment", "TrivialAugmentWide"} & set(steps_of(crop_padding=4))


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"mixup_alpha": 0.4}, ["MixUp"]),
        ({"cutmix_alpha": 0.7}, ["CutMix"]),
        ({"mixup_alpha": 0.4, "cutmix_alpha": 0.7}, ["MixUp", "CutMix"]),
    ],
)
def test_the_copied_code_mixes_as_training_does(settings, kinds):
    mix = run(torchvision_code(RunConfig(augmentation=AugmentationConfig(**settings)), STATISTICS))["mix"]
    found = list(mix.transforms) if isinstance(mix, v2.RandomChoice) else [mix]
    assert [type(each).__name__ for each in found] == kinds
    assert isinstance(mix, v2.RandomChoice) == (len(kinds) > 1)
    wanted = {"MixUp": settings.get("mixup_alpha"), "CutMix": settings.get("cutmix_alpha")}
    for each in found:
        assert float(each._dist.concentration1) == pytest.approx(wanted[type(each).__name__])


def test_partners_are_drawn_evenly_from_all_training_images():
    draws = draw_mixing(AugmentationConfig(mixup_alpha=1.0), 0, 1, INDICES, 50)
    counts = np.bincount(draws.partner, minlength=50)
    assert len(counts) == 50
    assert counts.min() > 40
    assert not draws.is_cutmix.any()


@pytest.mark.parametrize("alpha", [0.3, 1.0, 3.0])
def test_squares_of_cutmix_have_the_papers_areas(alpha):
    draws = draw_mixing(AugmentationConfig(cutmix_alpha=alpha), 0, 1, INDICES, 50)
    assert draws.is_cutmix.all()
    box = draws.box
    whole = (box.height == box.width) & (box.top > 0) & (box.left > 0)
    whole &= (box.top + box.height < SIDE) & (box.left + box.width < SIDE)
    sides = np.sqrt(1 - beta(alpha, alpha).rvs(200_000, random_state=0)) * SIDE
    # A larger square is less often whole: compare within those that are, by where their middles may lie.
    for side in (4, 8, 12):
        expected = ((np.round(sides) == side).mean()) * ((SIDE - side) / SIDE) ** 2
        seen = float((whole & (box.height == side)).float().mean())
        assert seen == pytest.approx(expected, abs=4 * np.sqrt(expected / len(INDICES)) + 0.004)
    middles = (box.top + box.height / 2)[whole & (box.height == 8)].float()
    if len(middles) > 30:
        assert float(middles.mean()) == pytest.approx(SIDE / 2, abs=4 * SIDE / np.sqrt(12 * len(middles)))
    assert int(box.top.min()) == 0
    assert int((box.top + box.height).max()) == SIDE


def test_noise_is_added_at_the_strength_that_is_set():
    config = AugmentationConfig(noise=0.05)
    draws = AugmentationDraws(config, 0, 1, INDICES[:200])
    grey = torch.full((200, 3, SIDE, SIDE), 0.5)
    added = change_colours(grey, config, draws) - grey
    assert float(added.std()) == pytest.approx(0.05, rel=0.02)
    assert float(added.mean()) == pytest.approx(0, abs=0.001)
    torch.testing.assert_close(added, 0.05 * draws.noise(), atol=1e-6, rtol=0)
    normal = draws.noise().flatten().numpy()
    assert np.isfinite(normal).all()
    assert kstest(normal[::7], norm.cdf).pvalue > 1e-4


def test_coins_of_two_purposes_know_nothing_of_each_other():
    config = AugmentationConfig(horizontal_flip=True, vertical_flip=True)
    draws = AugmentationDraws(config, 0, 1, INDICES)
    both = [draws.is_flipped.float(), draws.is_upside_down.float()]
    for coin in both:
        assert float(coin.mean()) == pytest.approx(0.5, abs=0.04)
    assert abs(float(torch.corrcoef(torch.stack(both))[0, 1])) < 0.06
