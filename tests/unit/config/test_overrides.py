"""python -m pytest tests/unit/config/test_overrides.py."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_core.config import SECTIONS, RunConfig, section_choices
from cifar_core.overrides import (
    ConfigError,
    config_difference,
    describe_allowed,
    flatten,
    overrides_between,
    parse_config,
    parse_value,
    with_overrides,
)
from cifar_core.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_stored_config_rebuilds_itself(preset):
    assert parse_config(preset.config.model_dump_json()) == preset.config


def test_notebook_preset_is_the_course_network():
    config = PRESETS["notebook"].config
    assert (config.model.name, config.model.width, config.model.hidden_size) == ("simple_cnn", 32, 512)
    assert (config.model.dropout, config.model.batch_norm) == (0, False)
    assert (config.optimizer.name, config.optimizer.learning_rate, config.optimizer.weight_decay) == ("adam", 1e-3, 0)
    assert (config.training.batch_size, config.training.num_epochs) == (64, 10)
    assert config.data.normalization == "half"
    assert (config.augmentation.crop_padding, config.augmentation.horizontal_flip) == (0, False)


def test_overrides_replace_values_and_leave_the_rest():
    config = with_overrides(RunConfig(), {"optimizer.learning_rate": 0.02, "training.num_epochs": 3})
    assert config.optimizer.learning_rate == 0.02
    assert config_difference(RunConfig(), config) == {
        "optimizer.learning_rate": (0.001, 0.02),
        "training.num_epochs": (10, 3),
    }


def test_a_new_name_starts_the_section_from_its_defaults():
    config = with_overrides(RunConfig(), {"model.depth": 14, "model.name": "resnet"})
    assert (config.model.name, config.model.depth, config.model.width) == ("resnet", 14, 16)
    assert config_difference(RunConfig(), config)["model.hidden_size"] == (512, None)


def test_naming_the_present_choice_keeps_its_settings():
    config = with_overrides(RunConfig(), {"model.width": 16})
    assert with_overrides(config, {"model.name": "simple_cnn"}) == config


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"optimizer.learning_rate": 50}, ["optimizer.learning_rate = 50", "more than 0, at most 10"]),
        ({"optimizer.learning_rate": "fast"}, ["optimizer.learning_rate = 'fast'", "a number"]),
        ({"training.num_epochs": 0}, ["training.num_epochs = 0", "a whole number at least 1, at most 1000"]),
        ({"training.num_epochs": 2.5}, ["training.num_epochs = 2.5", "whole number"]),
        ({"training.num_epochs": "3"}, ["training.num_epochs = '3'"]),
        ({"training.device": "tpu"}, ["training.device = 'tpu'", "auto"]),
        ({"model.name": "lenet"}, ["model.name = 'lenet'", "simple_cnn"]),
        ({"model.depth": 20}, ["model.depth: no such setting of model simple_cnn", "hidden_size"]),
        ({"model.name": "resnet", "model.depth": 21}, ["model", "depth 21 is not 6n + 2", "20"]),
        ({"optimizer.name": "sgd", "optimizer.momentum": 0}, ["nesterov true needs a momentum"]),
        ({"augmentation.padding_mode": "wrap"}, ["'wrap'", "zero, reflect"]),
        ({"augmentation.horizontal_flip": "maybe"}, ["'maybe'", "true, false"]),
        ({"data.sharpen": 1}, ["data.sharpen: no such setting of data", "normalization"]),
        ({"learning_rate": 1}, ["learning_rate: no such setting", "section.field"]),
        ({"modle.width": 1}, ["modle.width: no such setting", "model"]),
    ],
)
def test_errors_name_the_field_the_value_and_what_is_allowed(overrides, words):
    with pytest.raises(ConfigError) as caught:
        with_overrides(RunConfig(), overrides)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_error_gets_its_own_line():
    with pytest.raises(ConfigError) as caught:
        with_overrides(RunConfig(), {"training.num_epochs": 0, "training.batch_size": 1})
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"data": 3}', '{"surprise": {}}', '{"training": {"seed": NaN}}'])
def test_broken_stored_configs_are_refused(text):
    with pytest.raises(ConfigError):
        parse_config(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.05", 0.05), ("3", 3), ("true", True), ("reflect", "reflect"), ("cuda:1", "cuda:1")]
)
def test_values_as_typed(text, value):
    assert parse_value(text) == value


@given(st.integers(1, 1000), st.floats(1e-6, 10), st.booleans())
def test_flatten_and_overrides_are_inverse(num_epochs, learning_rate, flip):
    changes = {
        "training.num_epochs": num_epochs,
        "optimizer.learning_rate": learning_rate,
        "augmentation.horizontal_flip": flip,
    }
    config = with_overrides(PRESETS["resnet"].config, changes)
    assert with_overrides(RunConfig(), flatten(config)) == config


def test_every_setting_is_explained_and_bounded():
    for section in SECTIONS:
        for choice in section_choices(section).values():
            for field, info in choice.model_fields.items():
                if field != "name":
                    assert info.description.endswith("."), f"{section}.{field} has no help"
                    assert describe_allowed(choice, field), f"{section}.{field} does not say what is allowed"


@pytest.mark.parametrize("base", PRESETS)
@pytest.mark.parametrize("name", PRESETS)
def test_overrides_between_two_configs_make_one_of_the_other(base, name):
    first, second = PRESETS[base].config, with_overrides(PRESETS[name].config, {"schedule.name": "step"})
    overrides = overrides_between(first, second)
    assert with_overrides(first, json.loads(json.dumps(overrides))) == second
    assert overrides_between(second, second) == {}
