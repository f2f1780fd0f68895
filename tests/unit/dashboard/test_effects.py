"""The effects of Augment: all of the core's, each named once, in units that lead back to the config's numbers."""

import numpy as np
import pytest

from cifar_core.config import AugmentationConfig
from dashboard.augment.effects import EFFECTS
from dashboard.augment.scales import SCALES, describe_pipeline, describe_strength
from dashboard.augment.targets import describe_target


def on(effect):
    return AugmentationConfig(**effect.typical)


def test_every_setting_of_the_core_belongs_to_one_effect():
    named = [field for effect in EFFECTS for field in effect.fields]
    assert sorted(set(named)) == sorted(AugmentationConfig.model_fields)
    assert [field for field in named if named.count(field) > 1] == ["policy", "policy"]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_an_effect_is_on_at_its_usual_strength_alone_and_off_without_it(effect):
    assert not effect.is_on(AugmentationConfig())
    assert [other.name for other in EFFECTS if other.is_on(on(effect))] == [effect.name]
    assert effect.alone(AugmentationConfig()) == on(effect)
    assert describe_strength(effect, on(effect))
    assert effect.teaches.endswith(".")
    assert effect.hurts.endswith(".")


def test_an_effect_alone_keeps_its_own_strength_and_nothing_else():
    config = AugmentationConfig(rotation=40, noise=0.1, crop_padding=2, padding_mode="zero")
    alone = {effect.name: effect.alone(config) for effect in EFFECTS}
    assert alone["rotation"] == AugmentationConfig(rotation=40)
    assert alone["crop"] == AugmentationConfig(crop_padding=2, padding_mode="zero")


@pytest.mark.parametrize("field", SCALES)
def test_units_lead_to_the_config_and_back(field):
    scale, schema = SCALES[field], AugmentationConfig.field_schemas()[field]
    for shown in np.linspace(scale.show(schema["minimum"]), scale.show(schema["maximum"]), 7):
        stepped = scale.show(shown / scale.factor)
        value = scale.read(stepped, field)
        AugmentationConfig(**{field: value})  # allowed
        assert scale.show(value) == pytest.approx(stepped)


def test_a_slider_writes_its_unit():
    assert SCALES["scaling"].format % 20 == "±20 %"
    assert SCALES["rotation"].format % 15 == SCALES["rotation"].describe(15.0) == "±15°"
    assert SCALES["translation"].describe(0.125) == "±4 pixels"
    assert SCALES["mixup_alpha"].format % 0.4 == "alpha 0.4"


def test_a_pipeline_is_told_with_its_units():
    assert describe_pipeline(AugmentationConfig()) == ""
    config = AugmentationConfig(crop_padding=4, horizontal_flip=True, hue=0.1, cutmix_alpha=1)
    assert describe_pipeline(config) == (
        "random crop (4 pixels), horizontal flip (50 % of images), hue (±36°), CutMix (alpha 1)"
    )


def test_mixed_labels_are_shares_and_others_a_name():
    names = ("cat", "dog", "frog")
    assert describe_target(np.array([0, 1, 0], np.float32), names) == "dog"
    mixed = describe_target(np.array([0.25, 0, 0.75], np.float32), names)
    assert mixed == "frog\N{NO-BREAK SPACE}75\N{NO-BREAK SPACE}%, cat\N{NO-BREAK SPACE}25\N{NO-BREAK SPACE}%"
