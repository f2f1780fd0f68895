"""python -m pytest tests/unit/runs/test_saved_presets.py. Settings kept under a name."""

import pytest

from cifar_core.config import CustomConfig
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunStore, SavedPresets

CONFIG = with_overrides(PRESETS["notebook"].config, {"training.num_epochs": 3})


@pytest.fixture
def presets(tmp_path):
    return SavedPresets(tmp_path)


def test_what_is_saved_is_there_for_others_in_order(tmp_path, presets):
    custom = CONFIG.model_copy(update={"model": CustomConfig()})
    presets.save(" mine ", CONFIG)
    presets.save("blocks", custom)
    found = SavedPresets(tmp_path).all()
    assert list(found) == ["mine", "blocks"]
    assert (found["mine"].config, found["blocks"].config) == (CONFIG, custom)
    assert found["mine"].description.startswith("Saved on 20")


def test_the_same_name_again_replaces_and_deleting_forgets(presets):
    presets.save("mine", CONFIG)
    presets.save("mine", PRESETS["quick"].config)
    assert presets.all()["mine"].config == PRESETS["quick"].config
    presets.delete("mine")
    presets.delete("never there")
    assert presets.all() == {}


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "quick"])
def test_impossible_names_are_refused(presets, name):
    with pytest.raises(RunError, match="is not allowed; allowed: 1 to 40 characters, not notebook"):
        presets.save(name, CONFIG)
    assert presets.all() == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"mine": 3}', '{"mine": {"saved_on": "x", "config": {"model": 1}}}'])
def test_a_damaged_file_is_read_as_far_as_it_goes(tmp_path, presets, text):
    (tmp_path / "presets.json").write_text(text)
    assert presets.all() == {}
    presets.save("new", CONFIG)
    assert list(presets.all()) == ["new"]


def test_the_file_beside_the_runs_is_no_run(tmp_path):
    SavedPresets(tmp_path).save("mine", CONFIG)
    assert RunStore(tmp_path).list_runs() == []
