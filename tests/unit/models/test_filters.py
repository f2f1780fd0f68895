"""python -m pytest tests/unit/models/test_filters.py. The first layer's weights as pictures."""

import numpy as np
import pytest
import torch
from torch import nn

from cifar_core.config import RunConfig, section_choices
from cifar_core.models import create_classifier
from cifar_core.models.filters import filter_pictures, first_filters

SIDES = {"mlp": 32, "speed_cnn": 2}


@pytest.mark.parametrize("name", section_choices("model"))
def test_every_network_has_filters_over_three_colours(name):
    config = RunConfig(model=section_choices("model")[name]())
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    filters = first_filters(classifier)
    side = SIDES.get(name, filters.shape[-1])
    assert filters.shape[1:] == (3, side, side)
    assert filters.dtype == np.float32
    first = next(parameter for parameter in classifier.parameters() if parameter.ndim > 1)
    np.testing.assert_array_equal(filters.ravel(), first.detach().numpy().ravel())


def test_channels_last_weights_keep_their_places():
    convolution = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    np.testing.assert_array_equal(first_filters(convolution), convolution.weight.detach().numpy())


def test_grey_is_zero_and_the_strongest_weight_is_full_colour():
    filters = np.zeros((2, 3, 1, 1), np.float32)
    filters[0, :, 0, 0] = [0.5, -0.25, 0.0]
    assert filter_pictures(filters)[0, :, 0, 0].tolist() == [255, 64, 128]
    assert filter_pictures(filters)[1, :, 0, 0].tolist() == [128, 128, 128]


def test_a_model_without_such_a_layer_is_refused():
    with pytest.raises(ValueError, match="Linear has no layer over three colours"):
        first_filters(nn.Linear(4, 2))
