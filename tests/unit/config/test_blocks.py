"""python -m pytest tests/unit/config/test_blocks.py. Custom networks: shapes, refusals, and what their layers are."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cifar_core.config import CustomConfig, RunConfig, SpeedCNNConfig
from cifar_core.config.blocks import (
    BLOCKS,
    BlockError,
    ConvBlock,
    DenseBlock,
    DropoutBlock,
    GlobalPoolBlock,
    PoolBlock,
    trace_shapes,
)
from cifar_core.models import create_model, summarize_config
from cifar_core.models.speed_cnn import Whitening, set_whitening
from cifar_core.overrides import ConfigError, flatten, parse_config, with_overrides

ANY_BLOCK = st.one_of(
    st.builds(
        ConvBlock,
        channels=st.integers(1, 8),
        kernel_size=st.sampled_from([1, 3, 5, 7]),
        stride=st.sampled_from([1, 2]),
        norm=st.sampled_from(["none", "batch", "group"]),
        activation=st.sampled_from(["none", "relu", "leaky_relu", "gelu", "silu", "tanh"]),
        residual=st.booleans(),
    ),
    st.builds(PoolBlock, method=st.sampled_from(["max", "average"]), size=st.integers(2, 8)),
    st.builds(DropoutBlock),
    st.builds(GlobalPoolBlock, method=st.sampled_from(["max", "average"])),
    st.builds(DenseBlock, units=st.integers(1, 8)),
)


@settings(max_examples=60)
@given(blocks=st.lists(ANY_BLOCK, min_size=1, max_size=8))
def test_what_the_shapes_allow_is_what_torch_can_compute(blocks):
    try:
        shapes = trace_shapes(blocks)
    except BlockError:
        with pytest.raises(ValueError, match=r"block \d+: "):
            CustomConfig(blocks=tuple(blocks))
        return
    model = create_model(CustomConfig(blocks=tuple(blocks))).eval()
    seen = {}
    for name, layer in model.named_children():
        layer.register_forward_hook(lambda module, inputs, output, name=name: seen.update({name: tuple(output.shape)}))
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    for number, shape in enumerate(shapes, start=1):
        own = [output for name, output in seen.items() if name.rstrip("0123456789") + str(number) == name]
        assert own[-1] == (2, *shape)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ((DenseBlock(), ConvBlock()), "block 2: a convolution needs rows and columns, but gets 256 flat features"),
        ((GlobalPoolBlock(), PoolBlock()), "block 2: a pooling needs rows and columns, but gets 3 flat features"),
        ((GlobalPoolBlock(), GlobalPoolBlock()), "block 2: a global pooling needs rows and columns"),
        ((PoolBlock(size=8), PoolBlock(size=8)), "block 2: pooling of size 8 gets 4x4 pixels; allowed: at most 4"),
        ((PoolBlock(size=8), PoolBlock(size=4), PoolBlock()), "gets 1x1 pixels; allowed: no further pooling"),
        ((ConvBlock(channels=1024), DenseBlock(units=4096)), "4295 million weights; allowed: at most 50 million"),
    ],
)
def test_impossible_shapes_name_the_block_and_why(blocks, words):
    with pytest.raises(BlockError) as error:
        trace_shapes(blocks)
    assert words in str(error.value)
    config = with_overrides(RunConfig(), {"model.name": "custom"})
    with pytest.raises(ConfigError) as refusal:
        with_overrides(config, {"model.blocks": [block.model_dump() for block in blocks]})
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], "model.blocks = [] is not allowed; allowed: a list of 1 to 40 blocks"),
        ([{"kind": "conv", "channels": 0}], "model.blocks[1].channels = 0 is not allowed; allowed: a whole number"),
        ([{"kind": "pool"}, {"kind": "conv", "kernel_size": 4}], "model.blocks[2].kernel_size = 4 is not allowed"),
        ([{"kind": "magic"}], "model.blocks[1].kind = 'magic' is not allowed; allowed: conv, pool"),
        ([{"kind": "pool", "colour": 1}], "model.blocks[1].colour: no such setting of pool"),
    ],
)
def test_bad_blocks_name_their_place_and_what_is_allowed(blocks, words):
    with pytest.raises(ConfigError) as error:
        with_overrides(RunConfig(), {"model.name": "custom", "model.blocks": blocks})
    assert words in str(error.value)


def test_a_custom_network_is_stored_and_read_back_whole():
    blocks = [kind().model_dump() for kind in (ConvBlock, PoolBlock, DropoutBlock, GlobalPoolBlock, DenseBlock)]
    assert len(blocks) == len(BLOCKS)
    config = with_overrides(RunConfig(), {"model.name": "custom", "model.blocks": blocks})
    assert parse_config(config.model_dump_json()) == config
    assert [dict(block) for block in flatten(config)["model.blocks"]] == blocks


def test_the_summary_of_a_custom_network_follows_pooling_and_shortcuts():
    blocks = (ConvBlock(channels=4), PoolBlock(method="average"), ConvBlock(channels=4, residual=True))
    layers = {layer.name: layer for layer in summarize_config(CustomConfig(blocks=blocks)).layers}
    # 3, one pixel more by the mean of two, and two jumps of two pixels more.
    assert [layers[name].receptive_field for name in ("conv1", "pool2", "residual3.add")] == [3, 4, 8]
    assert layers["pool2"].kind == "Average pooling 2x2"


@pytest.mark.parametrize("num_at_once", [20, 64])
def test_whitened_patches_are_uncorrelated_with_variance_one(monkeypatch, num_at_once):
    monkeypatch.setattr("cifar_core.models.speed_cnn._IMAGES_AT_ONCE", num_at_once)
    # Smooth images, whose neighbouring pixels are as alike as those of photographs.
    images = torch.rand(64, 3, 34, 34, generator=torch.Generator().manual_seed(0))
    images = nn.functional.avg_pool2d(images, 3, stride=1) * 8
    network = create_model(SpeedCNNConfig(width=4))
    before = network(images)
    set_whitening(network, images)
    layer = network.conv0
    assert isinstance(layer, Whitening)
    assert not layer.weight.requires_grad
    outputs = nn.functional.conv2d(images, layer.weight)
    covariance = outputs[:, :12].permute(1, 0, 2, 3).reshape(12, -1).cov()
    off_diagonal = covariance - covariance.diag().diag()
    assert off_diagonal.abs().max() < 1e-3
    # Weak directions stay a little below one, by the share that was added to their variance.
    assert covariance.diag()[0] == pytest.approx(1, abs=0.01)
    assert ((covariance.diag() > 0.8) & (covariance.diag() < 1.001)).all()
    assert torch.equal(layer.weight[12:], -layer.weight[:12])
    assert not torch.equal(before, network(images))
