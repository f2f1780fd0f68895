"""python -m pytest tests/app/test_train_presets.py. Settings kept, shared and compared."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from cifar_core.overrides import overrides_between, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore, SavedPresets, default_runs_dir
from dashboard.session.packing import unpack
from tests.app.driving import press, run_from_history, unfold, widget
from tests.app.reading import labelled, texts


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


def test_an_address_that_the_browser_has_not_heard_of_yet_takes_nothing_back(open_page):
    at = open_page("Train", part="new", preset="notebook")
    before = dict(at.query_params)
    widget(at, "training.num_epochs").set_value(300).run()
    assert unpack(at.query_params["settings"]) == {"training.num_epochs": 300}
    both = {"training.num_epochs": 300, "model.width": 4}
    at.query_params.clear()
    at.query_params.update(before)  # what came of it was still on its way when the next box was changed
    widget(at, "model.width").set_value(4).run()
    assert {path: widget(at, path).value for path in both} == both
    assert unpack(at.query_params["settings"]) == both
    press(at, "Start training")
    assert RunStore().list_runs()[0].config == with_overrides(PRESETS["notebook"].config, both)


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_brings_its_settings_along(open_page, name):
    wanted = with_overrides(PRESETS[name].config, {"training.num_epochs": 3, "optimizer.name": "sgd"})
    settings = overrides_between(PRESETS["mlp"].config, wanted)
    at = open_page("Train", preset="mlp", settings=json.dumps(settings))
    link = dict(parse_qsl(urlsplit(at.code[0].value).query))
    assert (link["preset"], unpack(link["settings"])) == ("mlp", settings)
    again = open_page("Train", **at.query_params)
    assert widget(again, "training.num_epochs").value == 3
    assert again.query_params == at.query_params
    press(at, "Start training")
    assert RunStore().list_runs()[0].config == wanted


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('{"training.num_epochs": 0}', "training.num_epochs = 0 is not allowed"),
        ('{"training.epochs": 3}', "training.epochs: no such setting"),
        ("[1]", "not a JSON object"),
        ("{", "cannot be used"),
        ("[" * 3000, "nested too deeply"),
    ],
)
def test_a_link_that_no_run_can_have_is_explained(open_page, settings, words):
    at = open_page("Train", preset="mlp", settings=settings)
    assert words in at.error[0].value
    assert not labelled(at.button, "Start training").disabled


def test_what_differs_from_a_run_is_listed_and_can_be_taken_over(open_page, lab):
    lab.complete("other", config=with_overrides(lab.config, {"training.num_epochs": 7}))
    at = open_page("Train", part="new", preset="notebook")
    unfold(at, "train_differences")
    box = at.selectbox(key="train_compared")
    box.set_value(next(option for option in box.options if option.startswith("Run: other"))).run()
    table = next(frame.value for frame in at.dataframe if "In the form" in frame.value)
    assert table.set_index("Setting").loc["training: num epochs"].tolist() == ["7", "10"]
    press(at, "Take these settings over")
    assert widget(at, "training.num_epochs").value == 7
    assert "Every setting is the same." in texts(at)


def test_the_form_lives_in_the_address(open_page):
    at = open_page("Train")
    assert (at.query_params["preset"], "settings" in at.query_params) == ("notebook", False)
    widget(at, "training.batch_size").set_value(32).run()
    assert unpack(at.query_params["settings"]) == {"training.batch_size": 32}
    refreshed = open_page("Train", **at.query_params)
    assert widget(refreshed, "training.batch_size").value == 32
    widget(refreshed, "training.batch_size").set_value(64).run()
    assert "settings" not in refreshed.query_params


def test_back_fills_the_form_with_what_it_was(open_page, monkeypatch):
    at = open_page("Train")
    for size in (32, 16):
        widget(at, "training.batch_size").set_value(size).run()
    at.query_params["settings"] = '{"training.batch_size":32}'
    run_from_history(at, monkeypatch)
    assert widget(at, "training.batch_size").value == 32
    widget(at, "training.num_epochs").set_value(2).run()
    assert unpack(at.query_params["settings"]) == {"training.batch_size": 32, "training.num_epochs": 2}


def test_a_saved_preset_is_chosen_again_where_it_is(open_page):
    at = open_page("Train")
    widget(at, "training.batch_size").set_value(32).run()
    at.text_input(key="train_saved_name").set_value("small").run()
    press(at, "Save it")
    refreshed = open_page("Train", **at.query_params)
    group = next(group for group in refreshed.get("button_group") if group.key == "train_preset")
    assert group.value == "small"
    assert widget(refreshed, "training.batch_size").value == 32
    press(refreshed, "Delete the preset small")
    elsewhere = open_page("Train", **at.query_params)
    assert widget(elsewhere, "training.batch_size").value == 32


def test_name_seeds_view_and_what_is_compared_survive_a_refresh(open_page, lab):
    run_id, other = lab.complete("shown"), lab.complete("other")
    at = open_page("Train", run=run_id, part="new", name="mine", seeds="3", compared=other)
    assert labelled(at.text_input, "Name").value == "mine"
    assert labelled(at.number_input, "Seeds").value == 3
    unfold(at, "train_differences")
    box = labelled(at.selectbox, "Compare the form with")
    assert box.value == other
    box.select("Preset: Quick").run()
    assert at.query_params["compared"] == "preset:quick"
    assert open_page("Train", run=run_id, **{"with": f"{other},gone"}).multiselect[0].value == [other]
