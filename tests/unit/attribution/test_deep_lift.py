"""DeepLift: cases worked by hand, an independent computation, and sums on every kind of network and layer."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from cifar_core.attribution.attribute import attribute
from cifar_core.attribution.deep_lift import RULES, deep_lift
from cifar_core.config import (
    ConvNeXtConfig,
    CustomConfig,
    MLPConfig,
    ResNetConfig,
    RunConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    VGGConfig,
)
from cifar_core.config.blocks import ConvBlock, DenseBlock, DropoutBlock, GlobalPoolBlock, PoolBlock
from cifar_core.models import create_classifier, list_models
from cifar_core.models.kinds import ACTIVATIONS
from cifar_core.models.layers import ChannelNorm

ACTIVATION_NAMES = ("none", "relu", "leaky_relu", "gelu", "silu", "tanh")
NORMS = ("none", "batch", "group")


def custom(activation, norm, pool="max", residual=False):
    """All kinds of block with one activation and one norm: its pools follow activations directly, and each other."""
    return CustomConfig(
        blocks=(
            ConvBlock(channels=6, norm=norm, activation=activation, residual=residual),
            PoolBlock(method=pool),
            PoolBlock(method="max", size=2),
            ConvBlock(channels=8, norm=norm, activation=activation, residual=residual, stride=2),
            DropoutBlock(rate=0.3),
            ConvBlock(channels=8, norm=norm, activation=activation, residual=residual),
            GlobalPoolBlock(method=pool),
            DenseBlock(units=12, activation=activation),
        )
    )


NETWORKS = {
    "mlp": MLPConfig(hidden_size=16, dropout=0.3),
    "mlp with batch norm": MLPConfig(hidden_size=16, batch_norm=True),
    "simple_cnn": SimpleCNNConfig(width=8, hidden_size=16, dropout=0.3),
    "simple_cnn with batch norm": SimpleCNNConfig(width=8, hidden_size=16, batch_norm=True),
    "vgg": VGGConfig(width=4, dropout=0.3),
    "resnet": ResNetConfig(depth=8, width=4),
    "resnet with preactivation": ResNetConfig(depth=8, width=4, preactivation=True),
    "convnext": ConvNeXtConfig(width=4, blocks_per_stage=1),
    "speed_cnn": SpeedCNNConfig(width=4),
} | {
    f"custom {activation} {norm} {pool}{' residual' if residual else ''}": custom(activation, norm, pool, residual)
    for (activation, norm), (pool, residual) in zip(
        itertools.product(ACTIVATION_NAMES, NORMS),
        itertools.cycle([("max", False), ("average", True), ("max", True), ("average", False), ("max", False)]),
        strict=False,
    )
}


def create(config):
    """A network whose weights, norms and statistics are all away from where they start."""
    model = create_classifier(RunConfig(model=config), mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
    draws = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.05 * torch.randn(parameter.shape, generator=draws)
        model.train()(torch.rand(32, 3, 32, 32, generator=draws))
    return model.eval()


def draw(count=4):
    draws = torch.Generator().manual_seed(0)
    images = torch.rand(count, 3, 32, 32, generator=draws)
    return images, torch.randint(10, (count,), generator=draws)


def gaps(model, images, targets, maps, level):
    """How far each map's sum is from the difference of scores, as a share of it."""
    rows = torch.arange(len(images))
    with torch.no_grad():
        promised = (model(images) - model(torch.full_like(images[:1], level)))[rows, targets].double()
    return ((maps.double().sum(dim=(1, 2, 3)) - promised).abs() / promised.abs().clamp(min=0.1)).max().item()


@pytest.mark.parametrize("name", NETWORKS)
def test_contributions_add_up_on_every_network(name):
    model, (images, targets) = create(NETWORKS[name]), draw()
    for baseline, level in (("black", 0.0), ("grey", 0.5), ("white", 1.0)):
        maps = attribute(model, images, targets, "deep_lift", baseline=baseline)
        assert gaps(model, images, targets, maps, level) < 1e-4
    model = model.double()
    for level in (0.0, 0.5, 1.0):
        maps = deep_lift(model, images.double(), targets, level)
        assert gaps(model, images.double(), targets, maps, level) < 1e-9


def test_no_network_and_no_activation_is_left_out():
    assert {config.name for config in NETWORKS.values()} == set(list_models())
    assert {module.__name__ for module in RULES} >= set(ACTIVATIONS)


def net(*layers):
    return nn.Sequential(*layers, nn.Flatten()).double().eval()


def square(*values):
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 2, 2)


class Distance(nn.Module):
    """Takes a picture away, so that an even baseline comes out as that picture below zero."""

    def __init__(self, picture):
        super().__init__()
        self.picture = picture

    def forward(self, images):
        return images - self.picture


ONLY = torch.tensor([0])


@pytest.mark.parametrize(
    ("given", "plain", "expected"),
    [
        # 3 against 2: the image's largest is larger, and its place gets all of the 1 between them.
        ((3, 1, 0, 2), (0, 2, 1, 1), (1, 0, 0, 0)),
        # 1 against 5: the baseline's is larger; its place, where the image has 0, gets all of the -4.
        ((1, 0, 0, 0), (0, 5, 1, 1), (0, -4, 0, 0)),
        # The same place wins in both.
        ((4, 1, 0, 2), (7, 2, 1, 1), (-3, 0, 0, 0)),
        # 2 against 2 at different places: nothing is different.
        ((2, 0, 0, 0), (0, 2, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_a_max_pooling_by_hand(given, plain, expected):
    picture = -square(*plain)
    model = net(Distance(picture), nn.MaxPool2d(2))
    found = deep_lift(model, square(*given) + picture, ONLY, 0.0)
    torch.testing.assert_close(found, square(*expected))


def test_a_pooling_behind_and_before_a_relu_by_hand():
    given, plain = (3.0, 1.0, -1.0, -2.0), (-1.0, 2.0, -5.0, 1.0)
    picture = -square(*plain)
    # ReLU: (3, 1, 0, 0) against (0, 2, 0, 1). Pooling: 3 against 2, at the first place, where 3 against 0 counts: a
    # multiplier of 1/3. ReLU: 3 of the 4 from -1 to 3: 3/4. Together a quarter of 4.
    before = deep_lift(net(Distance(picture), nn.ReLU(), nn.MaxPool2d(2)), square(*given) + picture, ONLY, 0.0)
    torch.testing.assert_close(before, square(1, 0, 0, 0))
    # Pooling first: 3 against 2 again, now of 4: a multiplier of 1/4; the ReLU then leaves both as they are.
    behind = deep_lift(net(Distance(picture), nn.MaxPool2d(2), nn.ReLU()), square(*given) + picture, ONLY, 0.0)
    torch.testing.assert_close(behind, square(1, 0, 0, 0))
    # The image's largest below zero: from 2 down to -0.5 the ReLU passes 2 of 2.5, at the baseline's place.
    low = square(-3.0, -2.0, -0.5, -9.0)
    found = deep_lift(net(Distance(picture), nn.MaxPool2d(2), nn.ReLU()), low + picture, ONLY, 0.0)
    torch.testing.assert_close(found, square(0, -2, 0, 0))


def test_windows_that_overlap_share_a_place():
    given = torch.zeros(1, 1, 3, 3, dtype=torch.float64)
    given[0, 0, 1, 1] = 2.0
    model = nn.Sequential(nn.MaxPool2d(2, stride=1), nn.AvgPool2d(2), nn.Flatten()).eval()
    expected = torch.zeros_like(given)
    expected[0, 0, 1, 1] = 2.0  # a quarter of 2 from each of four windows
    torch.testing.assert_close(deep_lift(model, given, ONLY, 0.0), expected)


def test_a_dense_network_is_what_its_matrices_say():
    """The rescale rule once more, with matrices alone: no hooks, no gradients."""
    torch.manual_seed(0)
    first, second, third = nn.Linear(12, 9), nn.Linear(9, 7), nn.Linear(7, 3)
    model = nn.Sequential(nn.Flatten(), first, nn.ReLU(), second, nn.Tanh(), third).double().eval()
    images = torch.rand(5, 3, 2, 2, dtype=torch.float64)
    targets = torch.tensor([0, 1, 2, 0, 1])
    weights = [layer.weight.detach().numpy() for layer in (first, second, third)]
    biases = [layer.bias.detach().numpy() for layer in (first, second, third)]
    for image, target in zip(images, targets, strict=True):
        x, plain = image.flatten().numpy(), np.full(12, 0.5)
        a, plain_a = weights[0] @ x + biases[0], weights[0] @ plain + biases[0]
        b, plain_b = np.maximum(a, 0), np.maximum(plain_a, 0)
        c, plain_c = weights[1] @ b + biases[1], weights[1] @ plain_b + biases[1]
        multipliers = weights[2][target]
        multipliers = (multipliers * (np.tanh(c) - np.tanh(plain_c)) / (c - plain_c)) @ weights[1]
        multipliers = (multipliers * (b - plain_b) / (a - plain_a)) @ weights[0]
        found = deep_lift(model, image[None], target[None], 0.5)
        np.testing.assert_allclose(found.numpy().ravel(), multipliers * (x - plain), rtol=1e-9)


@pytest.mark.parametrize("norm", [nn.GroupNorm(2, 4), ChannelNorm(4)], ids=["group norm", "layer norm"])
def test_a_norm_by_the_orders_of_its_two_factors(norm):
    """A product's difference, parted evenly between both orders of changing its factors, summed over a group."""
    torch.manual_seed(0)
    nn.init.normal_(norm.weight)
    model = nn.Sequential(Distance(torch.rand(1, 4, 3, 3)), norm, nn.Flatten()).double().eval()
    images = torch.rand(2, 4, 3, 3, dtype=torch.float64)
    picture = model[0].picture
    for place in range(36):
        found = deep_lift(model, images, torch.tensor([place, place]), 0.0)
        with torch.no_grad():
            promised = (model(images) - model(torch.zeros_like(images)))[:, place]
        torch.testing.assert_close(found.sum(dim=(1, 2, 3)), promised)
        # Only what is normalised together speaks.
        channel, rest = divmod(place, 9)
        outside = torch.ones(4, 3, 3, dtype=torch.bool)
        if isinstance(norm, nn.GroupNorm):
            outside[2 * (channel // 2) : 2 * (channel // 2) + 2] = False
        else:
            outside[:, rest // 3, rest % 3] = False
        assert (found[:, outside] == 0).all()
    # Near its baseline any smooth layer is its gradient.
    near = (1e-5 * torch.rand(1, 4, 3, 3)).double().requires_grad_()
    (slope,) = torch.autograd.grad(norm(near - picture).flatten(1)[0, 5], near)
    found = deep_lift(model, near.detach(), torch.tensor([5]), 0.0)
    torch.testing.assert_close(found, (slope * near).detach(), rtol=1e-3, atol=1e-9)


def test_a_layer_that_is_called_twice_keeps_its_sum():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense, self.relu, self.classifier = nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 3)

        def forward(self, images):
            return self.classifier(self.relu(self.dense(self.relu(self.dense(images.flatten(1))))))

    torch.manual_seed(0)
    model, images = Twice().double().eval(), torch.rand(4, 3, 2, 2, dtype=torch.float64)
    targets = torch.tensor([0, 1, 2, 0])
    assert gaps(model, images, targets, deep_lift(model, images, targets, 0.0), 0.0) < 1e-9
    assert not any(module._forward_hooks for module in model.modules())
