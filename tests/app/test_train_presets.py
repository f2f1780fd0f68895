"""python -m pytest tests/app/test_train_presets.py. Settings kept, shared and compared."""

import json
from urllib.parse import quote_plus

import pytest

from cifar_core.overrides import overrides_between, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore, SavedPresets, default_runs_dir
from tests.app.driving import labels, press, widget
from tests.app.reading import texts


def test_settings_can_be_saved_chosen_and_deleted(open_page):
    at = open_page("Train")
    widget(at, "training.batch_size").set_value(32).run()
    at.text_input(key="train_saved_name").set_value("small batches").run()
    press(at, "Save it")
    saved = SavedPresets(default_runs_dir()).all()["small batches"]
    assert saved.config == with_overrides(PRESETS["notebook"].config, {"training.batch_size": 32})
    group = next(group for group in at.get("button_group") if group.key == "train_preset")
    assert group.value == "small batches"
    assert "Nothing changed against the preset." in texts(at)
    press(at, "Delete the preset small batches")
    assert SavedPresets(default_runs_dir()).all() == {}
    assert widget(at, "training.batch_size").value == 32


def test_a_name_of_the_projects_own_is_refused(open_page):
    at = open_page("Train")
    at.text_input(key="train_saved_name").set_value("quick").run()
    press(at, "Save it")
    assert SavedPresets(default_runs_dir()).all() == {}
    assert "name 'quick' is not allowed" in at.toast[0].value


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_brings_its_settings_along(open_page, name):
    wanted = with_overrides(PRESETS[name].config, {"training.num_epochs": 3, "optimizer.name": "sgd"})
    settings = overrides_between(PRESETS["mlp"].config, wanted)
    at = open_page("Train", preset="mlp", settings=json.dumps(settings))
    assert f"settings={quote_plus(json.dumps(settings, separators=(',', ':')))}" in at.code[0].value
    press(at, "Start training")
    assert RunStore().list_runs()[0].config == wanted
    assert "settings" not in at.query_params


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('{"training.num_epochs": 0}', "training.num_epochs = 0 is not allowed"),
        ('{"training.epochs": 3}', "training.epochs: no such setting"),
        ("[1]", "not a JSON object"),
        ("{", "cannot be used"),
    ],
)
def test_a_link_that_no_run_can_have_is_explained(open_page, settings, words):
    at = open_page("Train", preset="mlp", settings=settings)
    assert words in at.error[0].value
    assert "Start training" in labels(at)


def test_what_differs_from_a_run_is_listed_and_can_be_taken_over(open_page, lab):
    lab.complete("other", config=with_overrides(lab.config, {"training.num_epochs": 7}))
    at = open_page("Train")
    box = at.selectbox(key="train_compared")
    box.set_value(next(option for option in box.options if option.startswith("Run: other"))).run()
    table = next(frame.value for frame in at.dataframe if "In the form" in frame.value)
    assert table.set_index("Setting").loc["training: num epochs"].tolist() == ["7", "10"]
    press(at, "Take these settings over")
    assert widget(at, "training.num_epochs").value == 7
    assert "Every setting is the same." in texts(at)
