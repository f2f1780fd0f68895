"""Gradient SHAP: its sum, the gap that samples leave, and what it converges to."""

import warnings

import pytest
import torch
from captum.attr import GradientShap

from cifar_core.attribution.attribute import attribute
from cifar_core.attribution.gradient_shap import draw_copies
from cifar_core.config import MLPConfig, ResNetConfig, RunConfig, SimpleCNNConfig, SpeedCNNConfig
from cifar_core.models import create_classifier

NETWORKS = {
    "mlp": MLPConfig(hidden_size=16),
    "simple_cnn": SimpleCNNConfig(width=4, hidden_size=16, batch_norm=True),
    "resnet": ResNetConfig(depth=8, width=4),
    "speed_cnn": SpeedCNNConfig(width=4),
}
LEVELS = (0.0, 0.5, 1.0)


def create(config):
    """A network with scores as large as trained ones have."""
    model = create_classifier(RunConfig(model=config), mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
    with torch.no_grad():
        model.train()(torch.rand(32, 3, 32, 32, generator=torch.Generator().manual_seed(1)))
        model.network.classifier.weight *= 10
    return model.eval()


def draw(count=6):
    draws = torch.Generator().manual_seed(0)
    return torch.rand(count, 3, 32, 32, generator=draws), torch.randint(10, (count,), generator=draws)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_default_misses_its_sum_by_some_hundredths(name):
    model, (images, targets) = create(NETWORKS[name]), draw()
    rows = torch.arange(len(images))
    with torch.no_grad():
        plain = torch.stack([model(torch.full_like(images, level)) for level in LEVELS])
        promised = (model(images) - plain.mean(dim=0))[rows, targets]
    scale = (model(images)[rows, targets] - plain[:, rows, targets]).abs().amax(dim=0)
    gaps = []
    for num_samples in (12, 96, 384):
        maps = attribute(model, images, targets, "gradient_shap", num_samples=num_samples)
        gaps.append(((maps.sum(dim=(1, 2, 3)) - promised).abs() / scale).max().item())
    assert gaps[1] < 0.06
    assert gaps[2] < 0.015
    assert gaps[2] < gaps[0] + 1e-3


def test_it_is_what_captums_many_draws_come_to():
    model, (images, targets) = create(NETWORKS["simple_cnn"]), draw(1)
    plain = torch.stack([torch.full_like(images[0], level) for level in LEVELS])
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = GradientShap(model).attribute(
            images.clone().requires_grad_(), plain, n_samples=4000, stdevs=0.05, target=targets
        )
    ours = attribute(model, images, targets, "gradient_shap", num_samples=384, noise=0.05)
    pairs = torch.stack([theirs.detach().flatten(), ours.flatten()])
    assert torch.corrcoef(pairs)[0, 1] > 0.98
    assert (theirs - ours).abs().mean() < 0.2 * theirs.abs().mean()


def test_copies_are_as_noisy_as_asked_and_the_image_itself_without_noise():
    image = torch.rand(3, 32, 32)
    copies = draw_copies(image, num_baselines=3, num_samples=64, noise=0.1, seed=0)
    assert len(copies) == 66  # as many for each baseline
    assert (copies - image).std().item() == pytest.approx(0.1, rel=0.02)
    quiet = draw_copies(image, num_baselines=3, num_samples=3, noise=0.0, seed=0)
    assert torch.equal(quiet, image.expand(3, -1, -1, -1))
