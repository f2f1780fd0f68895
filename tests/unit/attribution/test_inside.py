"""Feature maps and activation maximisation."""

import numpy as np
import pytest
import torch

from cifar_core.attribution import AttributionError
from cifar_core.attribution.inside import Unit, compute_feature_maps, maximize_activation, order_channels
from cifar_core.attribution.layers import list_layers
from cifar_core.config import ResNetConfig, RunConfig, SimpleCNNConfig
from cifar_core.models import create_classifier


@pytest.fixture(params=[SimpleCNNConfig(width=4, dropout=0.5), ResNetConfig(depth=8, width=4)], ids=["cnn", "resnet"])
def model(request):
    return create_classifier(RunConfig(model=request.param), mean=(0.5,) * 3, std=(0.25,) * 3).train()


def draw():
    return torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_feature_maps_are_the_layers_output(model):
    for layer in list_layers(model):
        expected = []
        hook = model.get_submodule(layer).register_forward_hook(lambda *parts, seen=expected: seen.append(parts[2]))
        model.eval()
        with torch.no_grad():
            model(draw()[None])
        hook.remove()
        model.train()
        found = compute_feature_maps(model, draw(), layer)
        np.testing.assert_array_equal(found, expected[0][0].numpy())
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_channels_come_by_strength():
    features = np.zeros((3, 2, 2), np.float32)
    features[0], features[1, 0, 0] = 0.1, -4
    assert order_channels(features).tolist() == [1, 0, 2]


def test_the_unit_is_excited_and_the_seed_decides(model):
    unit = Unit(None, 3)
    way = list(maximize_activation(model, unit, num_steps=30, seed=1))
    assert [ascent.step for ascent in way] == list(range(31))
    assert way[-1].activation > way[0].activation + 0.1
    assert way[-1].image.shape == (3, 32, 32)
    assert way[-1].image.min() >= 0
    assert way[-1].image.max() <= 1
    again = list(maximize_activation(model, unit, num_steps=30, seed=1))
    np.testing.assert_array_equal(again[-1].image, way[-1].image)
    other = list(maximize_activation(model, unit, num_steps=30, seed=2))
    assert not np.array_equal(other[-1].image, way[-1].image)


def test_a_channel_can_be_excited_and_the_model_is_left_alone(model):
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    way = list(maximize_activation(model, Unit(list_layers(model)[0], 1), num_steps=20))
    assert way[-1].activation > way[0].activation
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(kept[name], value) for name, value in model.state_dict().items())
    assert model.training


@pytest.mark.parametrize(
    ("unit", "match"),
    [
        (Unit(None, 10), "channel 10; allowed: 0 to 9"),
        (Unit("network.nowhere", 0), "layer 'network.nowhere'; allowed: network"),
    ],
)
def test_units_that_do_not_exist_are_refused(model, unit, match):
    with pytest.raises(AttributionError, match=match):
        next(maximize_activation(model, unit))


def test_layers_without_places_are_refused(model):
    with pytest.raises(AttributionError, match=r"layer 'network.classifier'; allowed: one with features"):
        compute_feature_maps(model, draw(), "network.classifier")
    with pytest.raises(AttributionError, match="num_steps 0; allowed: 1 and above"):
        next(maximize_activation(model, Unit(None, 0), num_steps=0))
