"""The checks of maps, on models whose answers are known."""

import numpy as np
import pytest
import torch
from torch import nn

from cifar_core.attribution import AttributionError
from cifar_core.attribution.agreement import compare_maps
from cifar_core.attribution.attribute import attribute, compute_saliency_map
from cifar_core.attribution.trust import deletion_curve, insertion_curve, measure_completeness
from cifar_core.config import RunConfig, SimpleCNNConfig
from cifar_core.models import create_classifier


class Brightness(nn.Module):
    """Two classes; the first one's score is k times the mean of the left half, less k / 2."""

    def __init__(self, k=8.0):
        super().__init__()
        self.k = nn.Parameter(torch.tensor(k))

    def forward(self, images):
        score = self.k * (images[:, :, :, :16].mean(dim=(1, 2, 3)) - 0.5)
        return torch.stack([score, torch.zeros_like(score)], dim=1)


def white():
    return torch.ones(3, 32, 32)


def left_first():
    """A map that names the pixels that matter: those of the left half."""
    found = np.zeros((32, 32), np.float32)
    found[:, :16] = 1
    return found


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_deletion_has_its_closed_form():
    curve = deletion_curve(Brightness(), white(), left_first(), 0, num_steps=16)
    # Half the pixels matter; they go first, from white to grey: the score falls in a line from k / 2 to 0.
    left = np.clip(1 - 2 * curve.shares, 0, 1)
    np.testing.assert_allclose(curve.probs, sigmoid(4 * left), atol=1e-6)
    assert curve.area == pytest.approx(np.trapezoid(sigmoid(4 * left), curve.shares), abs=1e-6)
    # At random the score falls in a line over all pixels, in the mean.
    np.testing.assert_allclose(curve.random_probs.mean(axis=0), sigmoid(4 * (1 - curve.shares)), atol=0.02)
    assert curve.area < curve.random_area


def test_insertion_is_deletion_the_other_way_round():
    curve = insertion_curve(Brightness(), white(), left_first(), 0, num_steps=16)
    np.testing.assert_allclose(curve.probs, sigmoid(4 * np.clip(2 * curve.shares, 0, 1)), atol=1e-6)
    assert curve.area > curve.random_area
    worst = insertion_curve(Brightness(), white(), -left_first(), 0, num_steps=16)
    assert worst.area < worst.random_area


def test_curves_begin_and_end_at_the_two_images():
    model = create_classifier(RunConfig(model=SimpleCNNConfig(width=4)), mean=(0.5,) * 3, std=(0.25,) * 3).eval()
    image = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = model(torch.stack([image, torch.full_like(image, 0.5)])).softmax(dim=1)[:, 3].numpy()
    draws = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    curve = deletion_curve(model, image, draws, 3, num_orders=2)
    for probs in (curve.probs, *curve.random_probs):
        np.testing.assert_allclose(probs[[0, -1]], expected, atol=1e-5)
    assert curve.random_probs.shape == (2, 33)
    again = deletion_curve(model, image, draws, 3, num_orders=2)
    assert np.array_equal(again.random_probs, curve.random_probs)
    assert not np.array_equal(
        deletion_curve(model, image, draws, 3, num_orders=2, seed=1).random_probs, curve.random_probs
    )


@pytest.mark.parametrize(("method", "limit"), [("integrated_gradients", 1e-4), ("deep_lift", 1e-4)])
def test_maps_that_add_up_do(method, limit):
    model, image = Brightness(), torch.rand(3, 32, 32)
    maps = attribute(model, image[None], torch.tensor([0]), method)
    found = measure_completeness(model, image, maps[0], 0, method)
    assert found.difference == pytest.approx(8 * float(image[:, :, :16].mean()), rel=1e-4)
    assert abs(found.gap) < limit
    assert measure_completeness(model, image, 2 * maps[0], 0, method).gap == pytest.approx(found.difference, rel=1e-3)


def test_gradient_shap_is_held_against_the_mean_of_its_baselines():
    model, image = Brightness(), torch.rand(3, 32, 32)
    maps = attribute(model, image[None], torch.tensor([0]), "gradient_shap")
    found = measure_completeness(model, image, maps[0], 0, "gradient_shap")
    assert found.difference == pytest.approx(8 * float(image[:, :, :16].mean() - 0.5), abs=1e-3)
    assert abs(found.gap) < 1e-4
    assert found.copies_score is None


def test_with_noise_the_promise_is_of_the_copies_and_says_so():
    model, image = Brightness(), torch.rand(3, 32, 32)
    options = {"num_samples": 6, "noise": 0.5, "seed": 3}
    maps = attribute(model, image[None], torch.tensor([0]), "gradient_shap", **options)
    found = measure_completeness(model, image, maps[0], 0, "gradient_shap", **options)
    assert abs(found.gap) < 1e-4  # of a linear model, whatever the noise
    assert found.difference == pytest.approx(found.copies_score, abs=1e-4)  # the baselines' mean is 0
    assert found.image_score == pytest.approx(8 * float(image[:, :, :16].mean() - 0.5), abs=1e-4)
    assert found.copies_score != pytest.approx(found.image_score, abs=1e-4)


def test_a_method_that_promises_no_sum_is_refused():
    with pytest.raises(AttributionError, match=r"method 'saliency'; allowed: .*integrated_gradients, deep_lift"):
        measure_completeness(Brightness(), white(), white(), 0, "saliency")


def test_maps_are_compared_by_the_ranks_of_their_strengths():
    first = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    assert compare_maps(first, first) == pytest.approx(1)
    assert compare_maps(first, -(first**3)) == pytest.approx(1)
    assert abs(compare_maps(first, np.random.default_rng(1).normal(size=(32, 32)).astype(np.float32))) < 0.1
    assert compare_maps(np.abs(first), 1 / np.abs(first)) == pytest.approx(-1)


@pytest.mark.parametrize("other", [np.zeros((32, 32)), np.full((32, 32), -2.0), np.full((32, 32), np.nan)])
def test_a_map_without_ranks_is_like_none(other):
    first = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    assert np.isnan(compare_maps(first, other.astype(np.float32)))
    assert np.isnan(compare_maps(other.astype(np.float32), first))


def test_an_untrained_network_gives_another_saliency_map():
    image = torch.rand(1, 3, 32, 32)
    maps = []
    for seed in (0, 1):
        config = RunConfig(model=SimpleCNNConfig(width=8)).model_dump()
        config["training"]["seed"] = seed
        model = create_classifier(RunConfig.model_validate(config), mean=(0.5,) * 3, std=(0.25,) * 3)
        maps.append(compute_saliency_map(attribute(model, image, torch.tensor([0]), "saliency"))[0].numpy())
    assert compare_maps(*maps) < 0.5


@pytest.mark.parametrize(
    ("image", "found", "options", "match"),
    [
        (torch.ones(3, 16, 16), left_first(), {}, "image of shape"),
        (white(), np.zeros((3, 32, 32), np.float32), {}, "map of"),
        (white(), left_first(), {"num_steps": 0}, "num_steps 0; allowed: 1 to 1024"),
    ],
)
def test_what_does_not_fit_is_refused(image, found, options, match):
    with pytest.raises(AttributionError, match=match):
        deletion_curve(Brightness(), image, found, 0, **options)
