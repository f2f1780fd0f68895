"""python -m pytest tests/unit/models/test_models.py"""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import torch
from torch import nn

from cifar_core.config import (
    ConvNeXtConfig,
    CustomConfig,
    MLPConfig,
    ResNetConfig,
    RunConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    TrainingConfig,
    VGGConfig,
)
from cifar_core.config.blocks import ConvBlock, DenseBlock, DropoutBlock, GlobalPoolBlock, PoolBlock
from cifar_core.models import create_classifier, create_model, evaluation_mode, list_models
from cifar_core.models.layers import ChannelNorm, Normalize
from cifar_core.models.registry import BUILDERS

# Config and parameter count, by hand. A convolution has in * out * 9 weights (+ out biases), a batch norm 2 * channels.
CASES = {
    "mlp": (MLPConfig(), (3072 * 512 + 512) + (512 * 512 + 512) + (512 * 10 + 10)),
    "mlp-one": (MLPConfig(hidden_size=8, num_hidden_layers=1, dropout=0.5), (3072 * 8 + 8) + (8 * 10 + 10)),
    "mlp-norm": (
        MLPConfig(hidden_size=16, num_hidden_layers=3, batch_norm=True, dropout=0.1),
        3072 * 16 + 16 * 16 + 16 * 16 + 3 * 2 * 16 + (16 * 10 + 10),
    ),
    "simple_cnn": (SimpleCNNConfig(), 2_122_186),
    "simple_cnn-norm": (
        SimpleCNNConfig(width=4, hidden_size=16, batch_norm=True, dropout=0.3),
        3 * 4 * 9 + 2 * 4 + 4 * 8 * 9 + 2 * 8 + (8 * 8 * 8 * 16 + 16) + (16 * 10 + 10),
    ),
    "vgg": (
        VGGConfig(),
        9 * (3 * 32 + 32 * 32 + 32 * 64 + 64 * 64 + 64 * 128 + 128 * 128) + 2 * 2 * (32 + 64 + 128) + (128 * 10 + 10),
    ),
    "vgg-plain": (
        VGGConfig(width=4, num_blocks=5, convs_per_block=1, batch_norm=False, dropout=0.2),
        9 * (3 * 4 + 4 * 8 + 8 * 16 + 16 * 32 + 32 * 64) + (4 + 8 + 16 + 32 + 64) + (64 * 10 + 10),
    ),
    "vgg-wide-end": (
        VGGConfig(width=4, num_blocks=2, last_width=24, convs_per_block=2),
        9 * (3 * 4 + 4 * 4 + 4 * 24 + 24 * 24) + 2 * 2 * (4 + 24) + (24 * 10 + 10),
    ),
    "resnet": (
        ResNetConfig(),
        (27 * 16 + 32)
        + 3 * 2 * (16 * 16 * 9 + 32)
        + (16 * 32 * 9 + 64) + 5 * (32 * 32 * 9 + 64) + (16 * 32 + 64)
        + (32 * 64 * 9 + 128) + 5 * (64 * 64 * 9 + 128) + (32 * 64 + 128)
        + (64 * 10 + 10),
    ),
    "resnet-8": (
        ResNetConfig(depth=8, width=4, dropout=0.4),
        (27 * 4 + 8)
        + 2 * (4 * 4 * 9 + 8)
        + (4 * 8 * 9 + 16) + (8 * 8 * 9 + 16) + (4 * 8 + 16)
        + (8 * 16 * 9 + 32) + (16 * 16 * 9 + 32) + (8 * 16 + 32)
        + (16 * 10 + 10),
    ),
    "resnet-preactivation": (
        ResNetConfig(depth=8, width=4, preactivation=True),
        27 * 4
        + 8 + 4 * 4 * 9 + 8 + 4 * 4 * 9
        + 8 + 4 * 8 * 9 + 16 + 8 * 8 * 9 + 4 * 8
        + 16 + 8 * 16 * 9 + 32 + 16 * 16 * 9 + 8 * 16
        + 32 + (16 * 10 + 10),
    ),
    "convnext": (
        ConvNeXtConfig(width=8, blocks_per_stage=1, kernel_size=3, dropout=0.2),
        (3 * 8 * 4 + 8) + 16 + (8 * 9 + 8) + 16 + (8 * 32 + 32) + (32 * 8 + 8) + 8
        + 16 + (8 * 16 * 4 + 16) + (16 * 9 + 16) + 32 + (16 * 64 + 64) + (64 * 16 + 16) + 16
        + 32 + (16 * 32 * 4 + 32) + (32 * 9 + 32) + 64 + (32 * 128 + 128) + (128 * 32 + 32) + 32
        + 64 + (32 * 10 + 10),
    ),
    "speed_cnn": (
        SpeedCNNConfig(width=8),
        (24 * 12 + 24)
        + 9 * (24 * 8 + 8 * 8 + 8 * 32 + 32 * 32 + 32 * 32 + 32 * 32) + 2 * (8 + 8 + 4 * 32)
        + 32 * 10,
    ),
    "speed_cnn-learned": (
        SpeedCNNConfig(width=4, whitening=False),
        (24 * 12 + 24)
        + 9 * (24 * 4 + 4 * 4 + 4 * 16 + 16 * 16 + 16 * 16 + 16 * 16) + 2 * (4 + 4 + 4 * 16)
        + 16 * 10,
    ),
    "custom": (
        CustomConfig(),
        9 * (3 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128) + (128 * 128 + 128) + (128 * 10 + 10),
    ),
    "custom-everything": (
        CustomConfig(blocks=(
            ConvBlock(channels=6, kernel_size=5, norm="group", activation="leaky_relu"),
            ConvBlock(channels=6, kernel_size=1, norm="none", activation="tanh", residual=True),
            PoolBlock(method="average", size=4),
            ConvBlock(channels=9, stride=2, norm="batch", activation="silu", residual=True),
            DropoutBlock(rate=0.5),
            GlobalPoolBlock(method="max"),
            DenseBlock(units=5, activation="gelu"),
            DenseBlock(units=4, activation="none"),
        )),
        (3 * 6 * 25 + 6) + 12 + (6 * 6 + 6) + 6 * 9 * 9 + 18 + 6 * 9 + (9 * 5 + 5) + (5 * 4 + 4) + (4 * 10 + 10),
    ),
    "custom-flat": (CustomConfig(blocks=(DropoutBlock(),)), 3072 * 10 + 10),
}  # fmt: skip

each_model = pytest.mark.parametrize(("config", "num_parameters"), CASES.values(), ids=CASES)


def _images(count=4, seed=1):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def _weights(model):
    return torch.cat([value.double().flatten() for value in model.state_dict().values()])


def test_every_model_of_the_registry_is_tested():
    assert set(list_models()) == {config.name for config, _ in CASES.values()} == set(BUILDERS)


@each_model
def test_count_of_parameters_is_the_closed_form(config, num_parameters):
    assert sum(parameter.numel() for parameter in create_model(config).parameters()) == num_parameters


@each_model
def test_forward_gives_logits_and_finite_gradients_everywhere(config, num_parameters):
    model = create_model(config, seed=3)
    logits = model(_images())
    assert logits.shape == (4, 10)
    nn.functional.cross_entropy(logits, torch.arange(4)).backward()
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().max() > 0, name


@each_model
def test_last_layer_is_the_classifier_and_knows_the_classes(config, num_parameters):
    model = create_model(config, num_classes=7)
    assert list(dict(model.named_children()))[-1] == "classifier"
    assert model(_images()).shape == (4, 7)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="num_classes 1 must be at least 2"):
        create_model(MLPConfig(), num_classes=1)


@each_model
def test_activations_are_modules_not_in_place_and_used_once(config, num_parameters):
    model = create_model(config).eval()
    calls = []
    kinds = (nn.ReLU, nn.LeakyReLU, nn.GELU, nn.SiLU, nn.Tanh)
    relus = [module for module in model.modules() if isinstance(module, kinds)]
    for relu in relus:
        assert not getattr(relu, "inplace", False)
        relu.register_forward_hook(lambda module, inputs, output: calls.append(id(module)))
    model(_images(1))
    assert len(calls) == len(set(calls)) == len(relus)
    assert relus or config == CustomConfig(blocks=(DropoutBlock(),))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    "config",
    [
        SimpleCNNConfig(width=4, hidden_size=16, batch_norm=True),
        CustomConfig(blocks=(ConvBlock(channels=8), PoolBlock(size=4), PoolBlock(), DenseBlock(units=8))),
    ],
)
def test_pooling_before_the_relu_changes_no_bit(config, dtype):
    """bfloat16 has so few digits that a window often holds its largest number twice: the same one must be chosen."""
    network, images = create_model(config).to(dtype), _images(16).to(dtype)
    order = []
    for layer in network:
        layer.register_forward_hook(lambda layer, inputs, output: order.append(type(layer)))
    results = []
    for forward in (network, super(type(network), network).forward):
        network.zero_grad()
        logits = forward(images)
        logits.float().square().sum().backward()
        results.append([logits, *(parameter.grad for parameter in network.parameters())])
    assert all(torch.equal(fast, plain) for fast, plain in zip(*results, strict=True))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    assert (nn.MaxPool2d, nn.ReLU) in pairwise(first)
    assert (nn.ReLU, nn.MaxPool2d) not in pairwise(first)
    assert (nn.ReLU, nn.MaxPool2d) in pairwise(second)
    order.clear()
    network.eval()(images)
    assert order == second


@each_model
def test_no_module_is_shared_and_no_bias_precedes_a_batch_norm(config, num_parameters):
    modules = list(create_model(config).named_modules(remove_duplicate=False))
    assert len({id(module) for _, module in modules}) == len(modules)
    # A pooling between a convolution and its norm has no say in the bias.
    leaves = [m for _, m in modules if not list(m.children()) and not isinstance(m, nn.MaxPool2d)]
    norms = (nn.BatchNorm1d, nn.BatchNorm2d)
    for before, after in pairwise(leaves):
        if isinstance(before, nn.Conv2d | nn.Linear):
            assert before.bias is None or not isinstance(after, norms)


@each_model
def test_seed_decides_the_weights(config, num_parameters):
    first, same, other = (_weights(create_model(config, seed=seed)) for seed in (5, 5, 6))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


@each_model
def test_global_random_state_is_untouched(config, num_parameters):
    before = torch.random.get_rng_state()
    create_model(config, seed=2**63 - 1)
    assert torch.equal(before, torch.random.get_rng_state())


def test_threads_that_build_at_once_get_the_weights_of_their_seed():
    expected = [_weights(create_model(SimpleCNNConfig(width=4, hidden_size=8), seed=seed)) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        models = pool.map(lambda seed: create_model(SimpleCNNConfig(width=4, hidden_size=8), seed=seed), range(8))
    for model, weights in zip(models, expected, strict=True):
        assert torch.equal(_weights(model), weights)


def test_building_leaves_accelerators_unseeded(monkeypatch):
    seeded = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    create_model(MLPConfig(hidden_size=4))
    assert not seeded


@each_model
def test_channels_last_images_give_the_same_logits(config, num_parameters):
    model = create_model(config).eval()
    with torch.no_grad():
        expected = model(_images())
        logits = model.to(memory_format=torch.channels_last)(_images().contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["mlp-norm", "simple_cnn-norm", "vgg-plain", "resnet-8"])
def test_models_can_be_traced(name):
    model = create_model(CASES[name][0]).eval()
    traced = torch.fx.symbolic_trace(model)
    torch.testing.assert_close(traced(_images()), model(_images()))


@each_model
def test_dropout_is_there_only_when_asked_for(config, num_parameters):
    if not hasattr(config, "dropout"):
        return
    dropouts = [module for module in create_model(config).modules() if isinstance(module, nn.Dropout)]
    assert [module.p for module in dropouts] == [config.dropout] * len(dropouts)
    assert bool(dropouts) == (config.dropout > 0)


@each_model
def test_last_conv_name_points_at_the_last_features(config, num_parameters):
    model = create_model(config).eval()
    if not any(isinstance(module, nn.Conv2d) for module in model.modules()):
        assert model.last_conv_name is None
        return
    shapes = []
    layer = model.get_submodule(model.last_conv_name)
    layer.register_forward_hook(lambda module, inputs, output: shapes.append(output.shape))
    model(_images(1))
    assert isinstance(layer, nn.ReLU | nn.GELU | nn.SiLU | ChannelNorm)
    assert len(shapes[0]) == 4
    names = [name for name, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    order = [name for name, _ in model.named_modules()]
    assert order.index(model.last_conv_name) > order.index(names[-1])


def test_simple_cnn_starts_as_the_course_notebooks_network_does():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        notebook = [nn.Conv2d(3, 32, 3, padding=1), nn.Conv2d(32, 64, 3, padding=1)]
        notebook += [nn.Linear(64 * 8 * 8, 512), nn.Linear(512, 10)]
    model = create_model(SimpleCNNConfig(), seed=11)
    ours = [model.conv1, model.conv2, model.dense, model.classifier]
    for theirs, layer in zip(notebook, ours, strict=True):
        assert torch.equal(theirs.weight, layer.weight)
        assert torch.equal(theirs.bias, layer.bias)


@pytest.mark.parametrize("config", [VGGConfig(convs_per_block=4, batch_norm=False), ResNetConfig()])
def test_kaiming_draw_has_its_variance_and_no_bias(config):
    for module in create_model(config, seed=1).modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            assert module.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.12)
            assert module.bias is None or not module.bias.any()


def test_deep_plain_vgg_keeps_the_scale_of_its_signal():
    model = create_model(VGGConfig(num_blocks=4, convs_per_block=4, batch_norm=False), seed=0).eval()
    with torch.no_grad():
        features = model[:-3](_images())
    assert 0.1 < features.std() < 10


@pytest.mark.parametrize(
    ("normalization", "mean", "std"), [("none", 0.0, 1.0), ("half", 0.5, 0.5), ("dataset", 0.4, 0.2)]
)
def test_classifier_scales_pixels_as_configured(normalization, mean, std):
    config = RunConfig(data={"normalization": normalization}, model=SimpleCNNConfig(width=4, hidden_size=8))
    classifier = create_classifier(config, mean=(0.4,) * 3, std=(0.2,) * 3).eval()
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(classifier.normalize(images), (images - mean) / std)
    torch.testing.assert_close(classifier(images), classifier.network((images - mean) / std))


def test_classifier_scales_each_colour_by_its_own_numbers():
    classifier = create_classifier(RunConfig(model=MLPConfig(hidden_size=4)), mean=(0.1, 0.2, 0.3), std=(1, 2, 4))
    scaled = classifier.normalize(torch.full((1, 3, 1, 1), 0.5)).flatten()
    torch.testing.assert_close(scaled, torch.tensor([0.4, 0.15, 0.05]))


def test_classifiers_weights_come_from_the_runs_seed():
    def build(seed):
        config = RunConfig(model=MLPConfig(hidden_size=4), training=TrainingConfig(seed=seed))
        return _weights(create_classifier(config, mean=(0.5,) * 3, std=(0.5,) * 3, num_classes=3))

    assert torch.equal(build(1), build(1))
    assert not torch.equal(build(1), build(2))


def test_scaling_is_saved_with_the_weights():
    classifier = create_classifier(RunConfig(model=MLPConfig(hidden_size=4)), mean=(0.1, 0.2, 0.3), std=(1, 2, 4))
    assert {"normalize.mean", "normalize.std", "network.classifier.weight"} <= classifier.state_dict().keys()


@pytest.mark.parametrize(("std", "match"), [((1, 0, 1), "std .* above 0"), ((1, 1), "std has 2 values")])
def test_impossible_scaling_is_refused(std, match):
    with pytest.raises(ValueError, match=match):
        Normalize((0, 0, 0), std)


def test_evaluation_mode_gives_every_module_its_own_mode_back():
    model = nn.Sequential(nn.Dropout(), nn.BatchNorm2d(3), nn.ReLU()).train()
    model[1].eval()
    with evaluation_mode(model):
        assert not any(module.training for module in model.modules())
    with contextlib.suppress(KeyError), evaluation_mode(model):
        raise KeyError  # the modes are given back then, too
    assert [module.training for module in model.modules()] == [True, True, False, True]
