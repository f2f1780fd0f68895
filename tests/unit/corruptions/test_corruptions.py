"""python -m pytest tests/unit/corruptions/test_corruptions.py. Fifteen ways in which images get worse."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.ndimage import zoom as scipy_zoom
from scipy.stats import kstest, poisson

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.corruptions.corrupt import _CHANGES, corrupt
from cifar_core.corruptions.noise_and_blur import _disk, _trim
from cifar_core.corruptions.sampling import blur, draw_clouds, draw_uniform, read_at, smear, zoom

INDICES = np.array([7, 3, 11, 5])
# They move pixels, or darken while they cover: how far pixels are from what they were says little of how bad it is.
MOVING = ("glass_blur", "motion_blur", "elastic_transform", "pixelate", "frost")


@pytest.fixture(scope="module")
def images():
    """Four pictures with coarse and fine detail: what blurs, and what compresses."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(30, 225, (4, 3, 4, 4)).repeat(8, axis=2).repeat(8, axis=3)
    return np.clip(coarse + generator.integers(-30, 30, (4, 3, 32, 32)), 0, 255).astype(np.uint8)


def distance(first, second):
    return float(np.abs(first.astype(float) - second).mean())


def test_there_are_fifteen_in_four_groups_with_five_severities():
    assert len(CORRUPTIONS) == 15
    assert set(_CHANGES) == set(CORRUPTIONS)
    assert [sum(kind.group == group for kind in CORRUPTIONS.values()) for group in ("noise", "blur", "weather")] == [
        3,
        4,
        4,
    ]
    assert all(len(kind.strengths) == len(SEVERITIES) and kind.says.endswith(".") for kind in CORRUPTIONS.values())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_an_image_becomes_the_same_in_any_batch_and_another_at_each_severity(images, name):
    before = images.copy()
    worse = [corrupt(images, INDICES, name, severity) for severity in SEVERITIES]
    assert np.array_equal(images, before)
    assert all(each.dtype == np.uint8 and each.shape == images.shape for each in worse)
    alone = corrupt(images[2:3], INDICES[2:3], name, 3)
    assert np.array_equal(alone[0], worse[2][2])
    assert len({each.tobytes() for each in worse}) >= 4  # two motion blurs differ beyond where they matter
    distances = [distance(images, each) for each in worse]
    assert min(distances) > 0.2, distances
    if name not in MOVING:
        assert distances == sorted(distances)


@pytest.mark.parametrize(
    "name", ["gaussian_noise", "glass_blur", "motion_blur", "snow", "frost", "fog", "elastic_transform"]
)
def test_chance_is_the_indexs(images, name):
    first, second = (corrupt(images[:1], np.array([index]), name, 5) for index in (1, 2))
    assert not np.array_equal(first, second)


def test_noise_has_the_deviation_and_the_share_that_the_recipe_says():
    grey = np.full((40, 3, 32, 32), 128, np.uint8)
    indices = np.arange(40)
    noise = corrupt(grey, indices, "gaussian_noise", 5) / 255 - 128 / 255
    assert noise.std() == pytest.approx(0.10, rel=0.02)
    assert noise.mean() == pytest.approx(-0.5 / 255, abs=0.001)  # cut off, not rounded
    hit = corrupt(grey, indices, "impulse_noise", 5)
    assert (hit != 128).mean() == pytest.approx(0.07, rel=0.05)
    assert (hit == 255).sum() / (hit != 128).sum() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("level", [0, 3, 90, 255])
def test_grains_are_counted_as_poisson_says(level):
    strength = 50
    pixels = torch.full((30, 3, 32, 32), level / 255)
    counts = _CHANGES["shot_noise"](pixels, torch.arange(30), strength).numpy().ravel() * strength
    assert counts == pytest.approx(np.rint(counts), abs=1e-4)
    mean = level / 255 * strength
    assert counts.mean() == pytest.approx(mean, rel=0.02, abs=1e-9)
    assert counts.var() == pytest.approx(mean, rel=0.03, abs=1e-9)
    if level:
        numbers = np.arange(int(counts.max()) + 1)
        shares = np.bincount(np.rint(counts).astype(int)) / len(counts)
        assert shares == pytest.approx(poisson.pmf(numbers, mean), abs=0.006)


def test_random_numbers_are_even():
    assert kstest(draw_uniform("fog", torch.arange(20), 1023).numpy().ravel(), "uniform").pvalue > 0.01


def test_blur_and_zoom_are_scipys(images):
    pixels = torch.from_numpy(images).float() / 255
    for sigma in (0.4, 2.5):
        expected = gaussian_filter(pixels.numpy(), (0, 0, sigma, sigma), mode="nearest")
        assert blur(pixels, sigma).numpy() == pytest.approx(expected, abs=1e-5)
    for factor in (1.0, 1.06, 1.25, 1.75, 2.25):
        kept = math.ceil(32 / factor)
        start = (32 - kept) // 2
        middle = pixels.numpy()[0, 0, start : start + kept, start : start + kept].astype(np.float64)
        large = scipy_zoom(middle, factor, order=1)
        trim = (len(large) - 32) // 2
        assert zoom(pixels, factor)[0, 0].numpy() == pytest.approx(large[trim : trim + 32, trim : trim + 32], abs=1e-5)


def test_images_are_read_between_pixels_as_scipy_does(images):
    pixels = torch.from_numpy(images).float() / 255
    generator = np.random.default_rng(1)
    rows, columns = (torch.from_numpy(generator.uniform(-6, 37, (4, 32, 32)).astype(np.float32)) for _ in range(2))
    for is_doubled, mode in ((True, "reflect"), (False, "mirror")):
        read = read_at(pixels, rows, columns, is_edge_doubled=is_doubled)
        expected = map_coordinates(pixels[1, 2].numpy(), [rows[1].numpy(), columns[1].numpy()], order=1, mode=mode)
        assert read[1, 2].numpy() == pytest.approx(expected, abs=2e-3)


def test_a_smear_draws_a_point_into_a_line_that_fades():
    point = torch.zeros(2, 1, 32, 32)
    point[:, 0, 16, 16] = 1
    line = smear(point, 6, 2.0, torch.tensor([0.0, 90.0]))
    assert line.sum((1, 2, 3)).tolist() == pytest.approx([1, 1], abs=1e-4)
    level, upright = line[0, 0, 16, 4:17].flip(0), line[1, 0, 4:17, 16].flip(0)
    assert torch.equal(level, upright)
    steps = torch.arange(13)
    weights = torch.exp(-(steps**2) / 8)
    assert level.tolist() == pytest.approx((weights / weights.sum()).tolist(), abs=1e-5)


def test_a_lens_in_focus_keeps_a_point_and_one_out_of_it_does_not():
    assert _disk(0.3, 1e-3)[8, 8] == pytest.approx(1)
    wide = _disk(1.5, 0.1)
    assert wide.sum() == pytest.approx(1)
    assert (wide > 0.05).sum() == 9  # the pixel and its eight neighbours


def test_a_disk_without_its_empty_edges_is_the_same_disk():
    for radius, softness in CORRUPTIONS["defocus_blur"].strengths:
        disk = _disk(radius, softness)
        small = _trim(disk)
        assert small.count_nonzero() == disk.count_nonzero()
        assert small.shape[0] <= 5
        middle, reach = disk.shape[0] // 2, small.shape[0] // 2
        assert torch.equal(small, disk[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1])


def test_behind_glass_pixels_move_as_if_one_by_one(images):
    pixels = torch.from_numpy(images[:2]).float() / 255
    indices = torch.from_numpy(INDICES[:2])
    expected = (blur(pixels, 0.4) * 255).clamp(0, 255).floor()
    chance = draw_uniform("glass_blur", indices, 4 * 32 * 32).view(-1, 2, 2, 32, 32)
    for picture in range(2):
        for number in range(2):
            for row in range(31, 1, -1):
                for column in range(31, 1, -1):
                    up, left = (int(chance[picture, number, axis, row, column] < 0.5) for axis in (0, 1))
                    expected[picture, :, row, column] = expected[picture, :, row - up, column - left]
    assert torch.equal(_CHANGES["glass_blur"](pixels, indices, (0.4, 2)), blur(expected / 255, 0.4))


def test_clouds_fill_their_range_and_are_coarser_where_details_fade():
    numbers = draw_uniform("fog", torch.arange(30), 1023)
    soft, rough = (draw_clouds(numbers, decay) for decay in (3.0, 1.75))
    for clouds in (soft, rough):
        assert clouds.amin((1, 2)).max() == 0
        assert clouds.amax((1, 2)).min() == 1
    steps = [float((clouds[:, 1:] - clouds[:, :-1]).abs().mean()) for clouds in (soft, rough)]
    assert steps[0] < steps[1]


def test_brightness_raises_the_brightest_colour_and_keeps_the_hue():
    image = np.zeros((1, 3, 32, 32), np.uint8)
    image[0, :, 0, 0] = 100, 50, 0
    image[0, :, 0, 1] = 250, 125, 250
    bright = corrupt(image, np.array([0]), "brightness", 5)[0] / 255
    assert bright[:, 0, 0] == pytest.approx(np.array([1, 0.5, 0]) * (100 / 255 + 0.3), abs=1 / 255)
    assert bright[:, 0, 1] == pytest.approx([1, 0.5, 1], abs=1 / 255)
    assert bright[:, 5, 5] == pytest.approx([0.3] * 3, abs=1 / 255)


def test_contrast_keeps_each_colours_mean(images):
    pale = corrupt(images, INDICES, "contrast", 5).astype(float)
    assert pale.mean((2, 3)) == pytest.approx(images.mean((2, 3)), abs=0.6)
    assert pale.std((2, 3)) == pytest.approx(0.15 * images.std((2, 3)), rel=0.05)


@pytest.mark.parametrize(
    ("name", "severity", "words"), [("rain", 1, "rain"), ("fog", 0, "severity 0"), ("fog", 6, "6")]
)
def test_what_is_no_corruption_is_refused_in_words(images, name, severity, words):
    with pytest.raises(ValueError, match=rf"{words}.* is not allowed; allowed: "):
        corrupt(images, INDICES, name, severity)
