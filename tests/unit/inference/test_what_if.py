"""Changed images, and what a network says of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.transforms import functional

from cifar_core.config import RunConfig, SimpleCNNConfig
from cifar_core.inference.changes import apply_change, compute_probs, create_test_time_variants, robustness_frame
from cifar_core.inference.what_if import BOUNDS, STRIPS, Change
from cifar_core.models import create_classifier


def draw(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (3, 32, 32), dtype=np.uint8)


def pixels(image):
    return torch.from_numpy(image).float() / 255


def test_nothing_changed_is_the_image_itself():
    assert np.array_equal(apply_change(draw(), Change()), draw())


@pytest.mark.parametrize(
    ("change", "reference"),
    [
        (Change(brightness=1.4), lambda image: functional.adjust_brightness(image, 1.4)),
        (Change(contrast=0.5), lambda image: functional.adjust_contrast(image, 0.5)),
        (Change(blur=1.0), lambda image: functional.gaussian_blur(image, 7, 1.0)),
    ],
)
def test_changes_are_torchvisions(change, reference):
    found = pixels(apply_change(draw(), change))
    torch.testing.assert_close(found, reference(pixels(draw())), atol=1 / 255, rtol=0)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -5), (-2, 4)])
def test_shifts_move_pixels_and_repeat_the_edge(right, down):
    moved = apply_change(draw(), Change(shift_right=right, shift_down=down))
    rows, columns = np.clip(np.arange(32) - down, 0, 31), np.clip(np.arange(32) - right, 0, 31)
    assert np.array_equal(moved, draw()[:, rows][:, :, columns])


def test_a_quarter_turn_is_exact_and_anticlockwise():
    turned = apply_change(draw(), Change(rotation=90))
    assert np.abs(turned.astype(int) - np.rot90(draw(), 1, (1, 2))).max() <= 1


def test_noise_and_cover():
    noisy = apply_change(np.full((3, 32, 32), 128, np.uint8), Change(noise=0.1)) / 255
    assert noisy.std() == pytest.approx(0.1, abs=0.01)
    assert np.array_equal(apply_change(draw(), Change(noise=0.1)), apply_change(draw(), Change(noise=0.1)))
    covered = apply_change(draw(), Change(cover=6, cover_right=4, cover_down=10))
    assert (covered[:, 7:13, 1:7] == 128).all()
    outside = np.ones((32, 32), bool)
    outside[7:13, 1:7] = False
    assert np.array_equal(covered[:, outside], draw()[:, outside])
    corner = apply_change(draw(), Change(cover=8, cover_right=0, cover_down=31))
    assert (corner[:, 27:, :4] == 128).all()


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_hold(name):
    low, high = BOUNDS[name]
    for value in (low, high):
        apply_change(draw(), replace(Change(), **{name: value}))
    with pytest.raises(ValueError, match=f"{name} .*; allowed: {low} to {high}"):
        replace(Change(), **{name: high + 1})


@pytest.fixture(scope="module")
def model():
    return create_classifier(RunConfig(model=SimpleCNNConfig(width=4)), mean=(0.5,) * 3, std=(0.25,) * 3)


def test_probabilities_are_the_models(model):
    probs = compute_probs(model, np.stack([draw(0), draw(1)]))
    with torch.no_grad():
        expected = model.eval()(torch.stack([pixels(draw(0)), pixels(draw(1))])).softmax(dim=1)
    np.testing.assert_allclose(probs, expected, atol=1e-6)


def test_strips_pass_through_the_image_itself(model):
    frame = robustness_frame(model, draw(), 4)
    assert set(frame["change"]) == set(STRIPS)
    plain = compute_probs(model, draw()[None])[0, 4]
    neutral = {name: getattr(Change(), name) for name in STRIPS}
    for row in frame.itertuples():
        if abs(row.value - neutral[row.change]) < 1e-9:
            assert row.probability == pytest.approx(plain)
    assert {row.change for row in frame.itertuples() if abs(row.value - neutral[row.change]) < 1e-9} >= {
        "rotation", "shift_right", "shift_down", "blur", "noise", "cover",
    }  # fmt: skip


def test_test_time_variants_are_shifts_and_mirror_images():
    variants = create_test_time_variants(draw())
    assert len(variants) == 10
    assert np.array_equal(variants["as it is"], draw())
    assert np.array_equal(variants["mirrored"], draw()[:, :, ::-1])
    assert np.array_equal(variants["2 px left"][:, :, :30], draw()[:, :, 2:])
