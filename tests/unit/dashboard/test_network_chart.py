"""python -m pytest tests/unit/dashboard/test_network_chart.py. The drawing of a network."""

import pytest

from cifar_core.config import ResNetConfig, section_choices
from cifar_core.models import summarize_config, summary_frame
from dashboard.components import NetworkBox, network_drawing
from dashboard.train.network_chart import KINDS, boxes_of, drawing_frame


def frame_of(config):
    return drawing_frame(summary_frame(summarize_config(config)))


@pytest.mark.parametrize("name", section_choices("model"))
def test_every_network_is_drawn_with_all_its_parameters(name):
    config = section_choices("model")[name]()
    frame = frame_of(config)
    assert frame["label"].iloc[0] == "3 x 32 x 32"
    assert frame["label"].iloc[-1] == "10"
    assert 3 <= len(frame) <= 24
    assert frame["parameters"].sum() == summarize_config(config).num_parameters
    assert set(frame["kind"]) <= KINDS.keys()
    boxes = boxes_of(frame)
    assert [box.label for box in boxes] == frame["label"].tolist()
    assert ["\n".join(box.layers) for box in boxes] == frame["layers"].tolist()


def test_a_flattened_image_keeps_its_box_and_activations_share_one():
    frame = frame_of(section_choices("model")["simple_cnn"]())
    assert frame["label"].tolist() == [
        "3 x 32 x 32",
        "32 x 32 x 32",
        "32 x 16 x 16",
        "64 x 16 x 16",
        "64 x 8 x 8",
        "512",
        "10",
    ]
    assert frame["kind"].tolist() == ["input", "conv", "pool", "conv", "pool", "dense", "dense"]
    assert "ReLU" in frame["layers"].iloc[1]


def test_neighbours_of_one_shape_share_a_box_in_deep_networks():
    frame = frame_of(ResNetConfig(depth=110))
    assert len(frame) <= 24
    assert frame["parameters"].sum() == summarize_config(ResNetConfig(depth=110)).num_parameters


def test_a_box_of_an_unknown_kind_is_refused():
    box = NetworkBox("512", "sparse", 512, 1, ("dense: Dense",), 7)
    with pytest.raises(ValueError, match="kind: sparse is none of input, conv, pool, dense"):
        network_drawing([box], KINDS, key="drawing", label="layers")
