"""python -m pytest tests/unit/models/test_summary.py"""

import time

import pytest
import torch
from torch import nn

from cifar_core.config import MLPConfig, ResNetConfig, RunConfig, SimpleCNNConfig, SpeedCNNConfig, VGGConfig
from cifar_core.models import create_classifier, create_model, summarize, summarize_config, summary_frame
from cifar_core.models.layers import Add
from cifar_core.training.state import count_parameters
from dashboard.train.network_view import describe_totals

CONFIGS = [
    MLPConfig(hidden_size=16, num_hidden_layers=3, batch_norm=True, dropout=0.1),
    SimpleCNNConfig(dropout=0.5, batch_norm=True),
    VGGConfig(width=8, num_blocks=5),
    VGGConfig(width=4, batch_norm=False, convs_per_block=3),
    ResNetConfig(),
    ResNetConfig(depth=8, width=4, dropout=0.4),
]
each_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)

COURSE_LAYERS = [
    ("conv1", "Convolution 3x3", (32, 32, 32), 3 * 32 * 9 + 32, 32 * 32 * 32 * 27, 3),
    ("relu1", "ReLU", (32, 32, 32), 0, 0, 3),
    ("pool1", "Max pooling 2x2", (32, 16, 16), 0, 0, 4),
    ("conv2", "Convolution 3x3", (64, 16, 16), 32 * 64 * 9 + 64, 64 * 16 * 16 * 288, 8),
    ("relu2", "ReLU", (64, 16, 16), 0, 0, 8),
    ("pool2", "Max pooling 2x2", (64, 8, 8), 0, 0, 10),
    ("flatten", "Flatten", (4096,), 0, 0, 10),
    ("dense", "Dense", (512,), 4096 * 512 + 512, 4096 * 512, 32),
    ("relu3", "ReLU", (512,), 0, 0, 32),
    ("classifier", "Dense", (10,), 5130, 5120, 32),
]


def _row(layer):
    return (layer.name, layer.kind, layer.output_shape, layer.num_parameters, layer.macs, layer.receptive_field)


def test_course_network_by_hand():
    summary = summarize(create_model(SimpleCNNConfig()))
    assert [_row(layer) for layer in summary.layers] == COURSE_LAYERS
    assert summary.num_parameters == 2_122_186
    assert summary.macs == 884_736 + 4_718_592 + 2_097_152 + 5_120
    assert summary.num_megabytes == pytest.approx(8.488744)


@each_config
def test_every_layer_is_listed_once_with_the_shape_it_gives(config):
    model = create_model(config).eval()
    shapes = {}
    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _, __, output, name=name: shapes.update({name: output.shape[1:]}))
    summary = summarize(create_model(config))
    model(torch.zeros(1, 3, 32, 32))
    assert {layer.name: layer.output_shape for layer in summary.layers} == {k: tuple(v) for k, v in shapes.items()}
    assert len(summary.layers) == len(shapes)


@each_config
def test_totals_are_the_models(config):
    summary = summarize(create_model(config))
    assert summary.num_parameters == sum(value.numel() for value in create_model(config).parameters())
    frame = summary_frame(summary)
    assert frame["parameters"].sum() == summary.num_parameters
    assert frame["macs"].sum() == summary.macs


@each_config
def test_receptive_field_is_what_a_gradient_reaches(config):
    """The gradient of one unit in the middle is nonzero within a square of that side, and nowhere else."""
    model = create_model(config).double().eval()
    for module in model.modules():  # positive weights, nothing switched off: no path cancels or dies
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
        if isinstance(module, nn.MaxPool2d):
            module.forward = lambda features: nn.functional.avg_pool2d(features, 2)
    for layer in summarize(create_model(config)).layers:
        kept = []
        handle = model.get_submodule(layer.name).register_forward_hook(lambda _, __, output: kept.append(output))  # noqa: B023
        image = torch.ones(1, 3, 32, 32, dtype=torch.double, requires_grad=True)
        model(image)
        handle.remove()
        if kept[0].ndim == 4:
            unit = kept[0][0, 0, kept[0].shape[2] // 2, kept[0].shape[3] // 2]
        elif layer.name == "flatten":
            continue
        else:
            unit = kept[0][0, 0]
        reached = torch.autograd.grad(unit, image)[0][0].abs().sum(0) > 0
        side = int(reached.any(0).sum())
        # Where the square sticks out of the image, less of it is seen; it never sees more.
        assert side <= layer.receptive_field
        if layer.receptive_field <= 16 or (layer.receptive_field == 32 and kept[0].ndim == 2):
            assert side == layer.receptive_field, layer


def test_resnet_fields_strides_and_branches_by_hand():
    summary = summarize(create_model(ResNetConfig(depth=8)))
    fields = {layer.name: layer.receptive_field for layer in summary.layers}
    expected = {
        "conv": 3, "stage1.0.conv1": 5, "stage1.0.conv2": 7, "stage1.0.add": 7,
        "stage2.0.conv1": 9, "stage2.0.conv2": 13, "stage2.0.shortcut.0": 7, "stage2.0.add": 13,
        "stage3.0.conv1": 17, "stage3.0.conv2": 25, "stage3.0.shortcut.0": 13, "stage3.0.relu2": 25,
        "average": 32, "classifier": 32,
    }  # fmt: skip
    assert {name: fields[name] for name in expected} == expected
    kinds = {layer.name: layer.kind for layer in summary.layers}
    assert kinds["stage2.0.conv1"] == "Convolution 3x3, stride 2"
    assert kinds["stage2.0.shortcut.0"] == "Convolution 1x1, stride 2"
    assert kinds["stage2.0.shortcut.1"] == "Batch norm"
    assert kinds["stage2.0.add"] == "Add"
    assert kinds["average"] == "Global average pooling"


def test_resnet_macs_by_hand():
    stem = 32 * 32 * 16 * 27
    stage1 = 6 * 32 * 32 * 16 * 16 * 9
    stage2 = 16 * 16 * 32 * (16 * 9 + 5 * 32 * 9 + 16)
    stage3 = 8 * 8 * 64 * (32 * 9 + 5 * 64 * 9 + 32)
    assert summarize(create_model(ResNetConfig())).macs == stem + stage1 + stage2 + stage3 + 640


def test_mlp_sees_the_whole_image_from_its_first_dense_layer():
    summary = summarize(create_model(MLPConfig(hidden_size=8)))
    assert [layer.receptive_field for layer in summary.layers] == [1, 32, 32, 32, 32, 32]
    assert summary.macs == 3072 * 8 + 8 * 8 + 8 * 10


def test_classifier_is_summarised_with_its_scaling_first():
    classifier = create_classifier(RunConfig(), mean=(0.5,) * 3, std=(0.5,) * 3)
    layers = summarize(classifier).layers
    assert _row(layers[0]) == ("normalize", "Normalise", (3, 32, 32), 0, 0, 1)
    assert [_row(layer)[1:] for layer in layers[1:]] == [row[1:] for row in COURSE_LAYERS]
    assert all(classifier.get_submodule(layer.name) for layer in layers)


def test_where_branches_meet_the_widest_counts_whichever_comes_first():
    class Toy(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide, self.narrow = nn.Conv2d(3, 2, 5, padding=2), nn.Conv2d(3, 2, 1)
            self.add, self.gelu = Add(), nn.GELU()

        def forward(self, images):
            return self.gelu(self.add(self.narrow(images), self.wide(images)))

    layers = summarize(Toy(), (3, 8, 8)).layers
    described = [(layer.kind, layer.receptive_field) for layer in layers]
    assert described == [("Convolution 1x1", 1), ("Convolution 5x5", 5), ("Add", 5), ("GELU", 5)]


@each_config
def test_model_is_not_touched(config):
    model = create_model(config).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    summarize(model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(module.training and not module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


@each_config
def test_config_is_summarised_as_its_model_is(config):
    assert summarize_config(config) == summarize(create_model(config))


def test_largest_network_is_summarised_without_its_gigabytes():
    summary = summarize_config(ResNetConfig(depth=110, width=256))
    assert summary.num_megabytes > 1700


def test_summary_is_quick():
    model = create_model(ResNetConfig())
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        summarize(model)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.1


def test_frame_reads_as_a_table():
    frame = summary_frame(summarize(create_model(SimpleCNNConfig())))
    assert list(frame.columns) == ["layer", "kind", "output", "parameters", "macs", "receptive_field"]
    assert frame.loc[3, "output"] == "64 x 16 x 16"
    assert frame.loc[7].tolist() == ["dense", "Dense", "512", 2_097_664, 2_097_152, 32]


def test_frozen_weights_are_told_apart_from_trained_ones():
    config = SpeedCNNConfig(width=64)
    summary = summarize_config(config)
    assert summary.num_parameters == 1_972_792
    assert summary.num_trainable == 1_971_352
    model = create_model(config)
    assert summary.num_trainable == count_parameters(model)
    whitening = summary.layers[0]
    assert (whitening.num_parameters - whitening.num_frozen, whitening.num_frozen) == (24, 24 * 12)
    assert describe_totals({"parameters": 1_972_792, "frozen": 1_440, "macs": 1e9, "megabytes": 7.891168}).startswith(
        "**1.97 million** parameters (7.89 MB; 1,971,352 trained, 1,440 frozen), **1 billion**"
    )
    plain = summarize_config(SimpleCNNConfig())
    assert (plain.num_frozen, plain.num_trainable) == (0, plain.num_parameters)


@each_config
def test_what_is_trained_is_what_asks_for_gradients(config):
    assert summarize_config(config).num_trainable == count_parameters(create_model(config))
