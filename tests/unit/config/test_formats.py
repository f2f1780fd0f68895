"""python -m pytest tests/unit/config/test_formats.py. Settings that other releases wrote."""

import json

import pytest

from cifar_core.config import RunConfig
from cifar_core.formats import _STEPS, FORMAT, dump_config, known_settings, read_config
from cifar_core.overrides import ConfigError, flatten, with_overrides
from cifar_core.presets import PRESETS

# As the first release wrote it: no number, and nothing of what came later.
FIRST_RELEASE = {
    "data": {"normalization": "dataset", "val_fraction": 0.1, "split_seed": 3},
    "augmentation": {"crop_padding": 4, "padding_mode": "reflect", "horizontal_flip": True},
    "model": {"name": "mlp", "hidden_size": 64, "num_hidden_layers": 2, "dropout": 0.1, "batch_norm": False},
    "optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.0005},
    "schedule": {"name": "one_cycle", "warmup_fraction": 0.2},
    "training": {"num_epochs": 7, "batch_size": 128, "seed": 5, "device": "cpu"},
}


def newer(**changes):
    tree = json.loads(dump_config(PRESETS["quick"].config)) | {"format": FORMAT + 1}
    for path, value in changes.items():
        section, _, field = path.partition("__")
        tree[section] = tree[section] | {field: value} if field else value
    return json.dumps(tree)


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_stored_is_read_back(preset):
    stored = read_config(dump_config(PRESETS[preset].config))
    assert (stored.config, stored.unknown, stored.explanation) == (PRESETS[preset].config, (), "")


def test_a_text_that_was_read_before_is_not_read_again():
    text = dump_config(PRESETS["quick"].config)
    assert read_config(text) is read_config(f"{text}")
    assert read_config(text.replace('"seed": 0', '"seed": 1')).config.training.seed == 1


def test_the_first_releases_settings_are_brought_up_to_date():
    stored = read_config(json.dumps(FIRST_RELEASE))
    assert stored.unknown == ()
    assert stored.format == 0
    settings = flatten(stored.config)
    for section, fields in FIRST_RELEASE.items():
        assert {field: settings[f"{section}.{field}"] for field in fields} == fields
    assert settings["training.ema_decay"] == 0
    assert settings["data.train_fraction"] == 1
    assert settings["training.flip_averaging"] is False


def test_what_came_later_is_written_out_so_that_no_later_default_reaches_back():
    tree = json.loads(json.dumps(FIRST_RELEASE))
    for step in _STEPS:
        step(tree)
    assert tree["training"]["ema_decay"] == 0
    assert tree["training"]["flip_averaging"] is False
    assert tree["augmentation"]["mixup_alpha"] == 0
    assert tree["data"]["label_noise"] == 0


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        ({"training__swa_start": 3}, ["training.swa_start = 3"]),
        ({"quantisation": {"bits": 4}}, ["quantisation.bits = 4"]),
        ({"quantisation": "int4"}, ["quantisation = 'int4'"]),
        ({"training__batch_size": 10**7}, ["training.batch_size = 10000000"]),
        ({"optimizer": {"name": "lion", "beta": 0.9}}, ["optimizer.name = 'lion'", "optimizer.beta = 0.9"]),
        (
            {"training__swa_start": 3, "data__mirror": True, "augmentation__policy": "auto"},
            ["training.swa_start = 3", "data.mirror = True", "augmentation.policy = 'auto'"],
        ),
    ],
)
def test_what_a_newer_release_added_is_listed_and_the_rest_is_read(changes, unknown):
    stored = read_config(newer(**changes))
    assert sorted(stored.unknown) == sorted(unknown)
    assert stored.config.model == PRESETS["quick"].config.model
    assert stored.config.training.num_epochs == PRESETS["quick"].config.training.num_epochs
    for setting in unknown:
        assert setting in stored.explanation


def test_a_block_of_a_new_kind_makes_the_list_of_blocks_unknown():
    blocks = [{"kind": "attention", "heads": 4}, {"kind": "dense"}]
    stored = read_config(newer(model={"name": "custom", "blocks": blocks}))
    assert [setting.partition(" = ")[0] for setting in stored.unknown] == ["model.blocks"]
    assert stored.config.model.name == "custom"


def test_no_default_is_told_for_what_is_not_known():
    stored = read_config(newer(optimizer={"name": "lion", "beta": 0.9}, training__batch_size=10**7))
    known = known_settings(stored.config, stored.unknown)
    assert not [path for path in known if path.startswith("optimizer.") or path == "training.batch_size"]
    assert known["training.num_epochs"] == stored.config.training.num_epochs
    assert known_settings(stored.config) == flatten(stored.config)


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "{}", '{"format": 1}', '{"status": "dancing"}', '{"model": 5}'])
def test_what_holds_no_settings_is_refused(text):
    with pytest.raises(ConfigError, match="config: "):
        read_config(text)


@pytest.mark.parametrize("number", ["1", None, -4, 2.5, True])
def test_a_number_that_is_none_harms_nothing(number):
    tree = json.loads(dump_config(with_overrides(RunConfig(), {"training.seed": 9}))) | {"format": number}
    assert read_config(json.dumps(tree)).config.training.seed == 9
