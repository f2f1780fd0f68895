"""python -m pytest tests/unit/export/test_plain.py. Plain code against what it tells of: networks, splits, steps."""

import copy
import random

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import datasets

from cifar_core.config import (
    AdamConfig,
    AdamWConfig,
    AugmentationConfig,
    ConstantScheduleConfig,
    ConvNeXtConfig,
    CosineScheduleConfig,
    CustomConfig,
    DataConfig,
    LinearScheduleConfig,
    MLPConfig,
    MuonConfig,
    OneCycleScheduleConfig,
    ResNetConfig,
    RMSpropConfig,
    RunConfig,
    SGDConfig,
    SimpleCNNConfig,
    SpeedCNNConfig,
    StepScheduleConfig,
    TrainingConfig,
    VGGConfig,
)
from cifar_core.data import noisy_labels, splits_of
from cifar_core.export.notebooks import as_script
from cifar_core.export.plain import write_cells
from cifar_core.export.plain.data import IMPORTS, load_code
from cifar_core.export.plain.networks import write_network
from cifar_core.export.plain.optimizers import optimizer_code, schedule_code
from cifar_core.models import create_model, list_models
from cifar_core.presets import PRESETS
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.schedule import compute_learning_rate

VARIANTS = {
    "mlp": MLPConfig(hidden_size=16, num_hidden_layers=3, batch_norm=True, dropout=0.1),
    "simple_cnn": SimpleCNNConfig(width=4, hidden_size=16, batch_norm=True, dropout=0.3),
    "vgg": VGGConfig(width=4, num_blocks=5, convs_per_block=1, batch_norm=False, dropout=0.2),
    "vgg-last": VGGConfig(width=4, num_blocks=2, convs_per_block=3, last_width=24),
    "resnet": ResNetConfig(depth=8, width=4, dropout=0.1),
    "resnet-deep": ResNetConfig(depth=14, width=4, preactivation=True),
    "convnext": ConvNeXtConfig(width=8, blocks_per_stage=1, kernel_size=3, dropout=0.1),
    "speed_cnn": SpeedCNNConfig(width=8, whitening=False),
    "custom": CustomConfig(),
}
CASES = {f"preset {name}": preset.config.model for name, preset in PRESETS.items()} | VARIANTS


def draw_block(draw, shape):
    """A block that can follow features of this shape."""
    activation = draw.choice(["none", "relu", "leaky_relu", "gelu", "silu", "tanh"])
    dense = {"kind": "dense", "units": draw.randint(1, 24), "activation": activation}
    if len(shape) == 1:
        return draw.choice([dense, {"kind": "dropout", "rate": 0.25}])
    conv = {
        "kind": "conv",
        "channels": draw.randint(1, 24),
        "kernel_size": draw.choice([1, 3, 5, 7]),
        "stride": draw.choice([1, 1, 2]),
        "norm": draw.choice(["none", "batch", "group"]),
        "activation": activation,
        "residual": draw.random() < 0.5,
    }
    choices = [conv, conv, conv, {"kind": "dropout", "rate": 0.25}, dense]
    choices += [{"kind": "global_pool", "method": draw.choice(["average", "max"])}]
    if shape[1] > 1:
        size = draw.randint(2, min(4, shape[1]))
        choices += [{"kind": "pool", "method": draw.choice(["max", "average"]), "size": size}] * 2
    return draw.choice(choices)


def draw_network(seed):
    draw, blocks, shape = random.Random(seed), [], (3, 32, 32)
    for _ in range(draw.randint(1, 9)):
        blocks.append(draw_block(draw, shape))
        config = CustomConfig(blocks=blocks)
        shape = create_shape(config)
    return config


def create_shape(config):
    from cifar_core.config.blocks import trace_shapes

    return trace_shapes(config.blocks)[-1]


def run(code, **names):
    """Execute generated code after the notebook's imports; return what it defines."""
    space = {"__name__": "plain", **names}
    exec(compile(IMPORTS + code, "notebook", "exec"), space)
    return space


def assert_equal_networks(config):
    """Our network and the plain one have the same weights by name, and say the same of images."""
    ours = create_model(config, seed=3).double().eval()
    for name, buffer in ours.named_buffers():
        if "running_var" in name:  # as after some training
            buffer.uniform_(0.5, 2)
    theirs = run(write_network(config).as_class("A network."))["Net"]().double().eval()
    theirs.load_state_dict(ours.state_dict())
    counts = [
        [sum(p.numel() for p in net.parameters() if p.requires_grad or not trained) for trained in (False, True)]
        for net in (ours, theirs)
    ]
    assert counts[0] == counts[1]
    images = torch.randn(3, 3, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(theirs(images), ours(images), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_a_plain_network_is_the_same_network(name, capsys):
    assert_equal_networks(CASES[name])


def test_every_architecture_is_among_them():
    assert {config.name for config in CASES.values()} == set(list_models())


@pytest.mark.parametrize("seed", range(20))
def test_a_plain_custom_network_is_the_same_network(seed, capsys):
    assert_equal_networks(draw_network(seed))


@pytest.mark.parametrize("name", ["resnet", "convnext", "speed_cnn", "vgg"])
def test_plain_weights_start_like_ours(name, capsys):
    """Drawn from the same distributions: each tensor's spread is the same, and what starts at a value does so."""
    ours = create_model(VARIANTS[name], seed=0)
    theirs = run(write_network(VARIANTS[name]).as_class("A network."))["Net"]()
    expected = dict(ours.named_parameters())
    for name, parameter in theirs.named_parameters():
        spreads = [float(each.detach().std()) for each in (parameter, expected[name])]
        if parameter.numel() > 100:
            assert spreads[0] == pytest.approx(spreads[1], rel=0.2), name
        elif spreads[1] == 0:
            torch.testing.assert_close(parameter, expected[name])


OPTIMIZERS = [
    SGDConfig(),
    SGDConfig(momentum=0.5, nesterov=False, bias_multiplier=3.0, head_multiplier=0.5),
    AdamConfig(),
    AdamConfig(weight_decay=0.01, bias_multiplier=2.0),
    AdamWConfig(),
    AdamWConfig(weight_decay=0.0),
    RMSpropConfig(),
    MuonConfig(bias_multiplier=40.0),
    MuonConfig(fixed_length=True, num_iterations=3, head_multiplier=2.0),
]


@pytest.mark.parametrize("config", OPTIMIZERS, ids=lambda config: config.name)
def test_three_plain_steps_are_the_same_steps(config, capsys):
    net = create_model(VARIANTS["simple_cnn"], seed=1)
    nets = {"ours": copy.deepcopy(net), "theirs": copy.deepcopy(net)}
    optimizers = {
        "ours": create_optimizer(config, nets["ours"]),
        "theirs": run(optimizer_code(config), net=nets["theirs"])["optimizer"],
    }
    for step in range(3):
        generator = torch.Generator().manual_seed(step)
        gradients = [torch.randn(parameter.shape, generator=generator) for parameter in net.parameters()]
        for who, optimizer in optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * group.get("multiplier", 1.0)
            for parameter, gradient in zip(nets[who].parameters(), gradients, strict=True):
                parameter.grad = gradient.clone()
            optimizer.step()
    for start, left, right in zip(net.parameters(), *(each.parameters() for each in nets.values()), strict=True):
        moved = (left - start).norm()
        assert moved > 0
        assert (left - right).norm() < 1e-5 * moved


SCHEDULES = [
    ConstantScheduleConfig(),
    StepScheduleConfig(num_drops=3, factor=0.3),
    LinearScheduleConfig(warmup_fraction=0.2),
    LinearScheduleConfig(warmup_fraction=0.0),
    CosineScheduleConfig(),
    OneCycleScheduleConfig(),
]


@pytest.mark.parametrize("config", SCHEDULES, ids=lambda config: config.name)
def test_the_plain_schedule_is_the_same_schedule(config, capsys):
    plain = run(schedule_code(config, 0.3, 4), train_loader=range(7))["learning_rate"]
    for step in range(28):
        assert plain(step) == pytest.approx(compute_learning_rate(config, 0.3, step, 28), rel=1e-9, abs=1e-15)


@pytest.fixture
def sources(tiny_dataset, monkeypatch):
    """torchvision's CIFAR-10, but tiny."""

    class Source:
        def __init__(self, root, train, download):
            place = slice(0, tiny_dataset.num_train) if train else slice(tiny_dataset.num_train, None)
            self.data = tiny_dataset.images[place].transpose(0, 2, 3, 1)
            self.targets = tiny_dataset.labels[place].tolist()
            self.classes = list(tiny_dataset.class_names)

    monkeypatch.setattr(datasets, "CIFAR10", Source)


def test_the_plain_split_is_the_same_split(sources, tiny_dataset, capsys):
    config = DataConfig(val_fraction=0.2, split_seed=5, train_fraction=0.6, label_noise=0.3)
    found, ours = run(load_code(config)), splits_of(tiny_dataset, config)
    np.testing.assert_array_equal(found["train_indices"], ours.train)
    np.testing.assert_array_equal(found["val_indices"], ours.val)
    labels = noisy_labels(tiny_dataset, ours.train, 0.3, 5)[: tiny_dataset.num_train]
    np.testing.assert_array_equal(found["train_labels"], labels)
    assert (labels != tiny_dataset.labels[: tiny_dataset.num_train]).any()


WHOLE = {
    "much": RunConfig(
        data=DataConfig(val_fraction=0.25, train_fraction=0.8, label_noise=0.1),
        augmentation=AugmentationConfig(
            crop_padding=2, horizontal_flip=True, rotation=10, brightness=0.2, cutout_size=6, mixup_alpha=0.5
        ),
        model=VARIANTS["resnet"],
        optimizer=SGDConfig(learning_rate=0.05),
        schedule=OneCycleScheduleConfig(),
        training=TrainingConfig(
            num_epochs=2,
            batch_size=64,
            label_smoothing=0.1,
            gradient_clipping=1.0,
            ema_decay=0.9,
            flip_averaging=True,
            shift_averaging=True,
            early_stopping_patience=1,
        ),
    ),
    "speed": RunConfig(
        augmentation=AugmentationConfig(alternating_flip=True),
        model=SpeedCNNConfig(width=4),
        optimizer=MuonConfig(fixed_length=True, bias_multiplier=10.0),
        schedule=LinearScheduleConfig(),
        training=TrainingConfig(num_epochs=1, batch_size=64),
    ),
    "little": RunConfig(model=VARIANTS["mlp"], training=TrainingConfig(num_epochs=3, batch_size=16)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_notebook_runs(name, sources, capsys):
    precision = "bfloat16" if name == "speed" else "float32"
    cells = write_cells(WHOLE[name], title=name, precision=precision, accuracy=0.7)
    space = {"__name__": "__main__"}
    exec(compile(as_script(cells), "notebook", "exec"), space)
    said = capsys.readouterr().out
    assert "epoch 1: train loss" in said
    assert f"test accuracy {space['test_accuracy']:.2%}" in said
    assert sum(p.numel() for p in space["net"].parameters()) == sum(
        p.numel() for p in create_model(WHOLE[name].model).parameters()
    )
    if name == "little":
        assert space["best_accuracy"] > 0.3  # a guess has 0.1: it does learn
    if name == "speed":
        assert isinstance(space["net"].conv0, nn.Conv2d)
        assert not space["net"].conv0.weight.requires_grad


def test_what_cannot_be_told_is_said():
    config = PRESETS["demo"].config
    text = write_cells(config, title="Demo", remarks=["The run began elsewhere."])[-1].text
    assert "alternates" in text
    assert "every epoch" in text
    assert "* The run began elsewhere." in text
