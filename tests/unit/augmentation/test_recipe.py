"""python -m pytest tests/unit/augmentation/test_recipe.py. The copied code runs; the cautions come when they should."""

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_core.augmentation.recipe import torchvision_code
from cifar_core.cautions import list_cautions
from cifar_core.config import AugmentationConfig, DataConfig, RunConfig
from cifar_core.data.statistics import ChannelStatistics
from tests.unit.augmentation.test_augmentation import ALL_AT_ONCE, EACH_ALONE

STATISTICS = ChannelStatistics((0.49, 0.48, 0.45), (0.25, 0.24, 0.26))


def run(code):
    names = {}
    exec(compile(code, "recipe", "exec"), names)
    return names


@pytest.mark.parametrize("settings", [{}, *EACH_ALONE.values(), ALL_AT_ONCE], ids=["off", *EACH_ALONE, "all"])
def test_the_code_runs_on_a_picture(settings):
    config = RunConfig(augmentation=AugmentationConfig(**settings))
    names = run(torchvision_code(config, STATISTICS))
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    made = names["transform"](picture)
    assert made.shape == (3, 32, 32)
    assert made.dtype == torch.float32
    assert ("mix" in names) == config.augmentation.mixes_labels
    if "mix" in names:
        _, targets = names["mix"](made.expand(4, -1, -1, -1).clone(), torch.arange(4))
        assert targets.shape == (4, 10)


@pytest.mark.parametrize(
    ("normalization", "expected"),
    [("none", (0.0, 1.0)), ("half", (-1.0, 1.0)), ("dataset", (-0.49 / 0.25, (1 - 0.49) / 0.25))],
)
def test_the_code_normalises_as_training_does(normalization, expected):
    config = RunConfig(data=DataConfig(normalization=normalization))
    transform = run(torchvision_code(config, STATISTICS))["transform"]
    black, white = (transform(Image.new("RGB", (32, 32), colour))[0] for colour in ("black", "white"))
    assert (float(black.mean()), float(white.mean())) == pytest.approx(expected, abs=1e-4)


def test_nothing_is_said_against_the_usual_pipeline():
    usual = AugmentationConfig(crop_padding=4, horizontal_flip=True, cutout_size=16, rotation=15, brightness=0.2)
    assert list_cautions(usual) == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"vertical_flip": True}, "vertical_flip"),
        ({"rotation": 90.0}, "rotation"),
        ({"translation": 0.5}, "translation"),
        ({"hue": 0.5}, "hue"),
        ({"grayscale": 1.0}, "grayscale"),
        ({"cutout_size": 32}, "cutout_size"),
        ({"noise": 0.5}, "noise"),
        ({"brightness": 1.0}, "brightness"),
        ({"contrast": 1.0}, "contrast"),
    ],
)
def test_what_can_do_harm_is_named(settings, field):
    assert list(list_cautions(AugmentationConfig(**settings))) == [field]
