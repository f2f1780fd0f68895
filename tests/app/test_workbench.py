"""python -m pytest tests/app/test_workbench.py. Train's views, findings, steering, queue, seeds, presets and links."""

import json
from urllib.parse import quote_plus

import numpy as np
import pytest

from cifar_core.data import create_splits, load_dataset
from cifar_core.derived import Request
from cifar_core.evaluation import save_predictions
from cifar_core.models import create_classifier
from cifar_core.overrides import overrides_between, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore, SavedPresets, default_runs_dir
from cifar_core.runs.commands import take_commands
from cifar_core.runs.journal import append_row
from cifar_core.runs.status import change_status
from cifar_core.training.checkpoint import Progress, save_checkpoint
from cifar_core.training.events import EpochDone, NetworkCompiled, event_row
from tests.app.conftest import STEPS_PER_EPOCH, _predictions
from tests.app.reading import component_messages, galleries, line_charts, pulse, texts


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No worker answers here."""
    monkeypatch.setattr("dashboard.steering._PATIENCE_SECONDS", 0.0)


def widget(at, path):
    groups = (at.number_input, at.selectbox, at.toggle, at.text_input)
    return next(widget for group in groups for widget in group if widget.key == f"train_form.{path}")


def press(at, label=None, key=None):
    found = next(button for button in at.button if (button.label == label if label else button.key == key))
    found.click().run()
    assert not at.exception


def labels(at):
    return [button.label for button in at.button]


def look(at, view):
    group = next(group for group in at.get("button_group") if group.key == "train_view")
    group.set_value(view).run()
    assert not at.exception


def charts(at):
    return [chart.proto.id.split("-")[-1] for chart in at.get("plotly_chart")]


def figure(at, key):
    chart = next(chart for chart in at.get("plotly_chart") if chart.proto.id.endswith(key))
    return json.loads(chart.proto.spec)


def lines(at, label):
    """The line chart that speaks of this."""
    return next(chart for chart in line_charts(at) if label in chart["label"])


def save_weights(record):
    config = record.config()
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    for which in ("best", "last"):
        record.checkpoint_path(which).parent.mkdir(exist_ok=True)
        save_checkpoint(record.checkpoint_path(which), config, classifier, Progress(epoch=4))


def overfit(record):
    for epoch, (train, val) in enumerate([(1.0, 1.0), (0.8, 0.9), (0.5, 1.1), (0.2, 1.4)], start=1):
        row = EpochDone(epoch, epoch * STEPS_PER_EPOCH, train, 0.6, val, 0.6, 0.001, 12.0, 375.0, True, {"relu1": 0.25})
        append_row(record.run_dir / "metrics.jsonl", event_row(row))


def test_steps_show_rate_and_throughput_and_not_what_was_not_measured(open_page, lab):
    at = open_page("Train", run=lab.complete())
    look(at, "Steps")
    assert [chart["y_title"] for chart in line_charts(at)] == ["Learning rate", "Images a second"]


def test_the_time_of_compiling_is_said_beside_the_steps(open_page, lab):
    run_id = lab.run("running", num_epochs=2)
    append_row(lab.record(run_id).run_dir / "metrics.jsonl", event_row(NetworkCompiled(3, 71.4)))
    at = open_page("Train", run=run_id)
    look(at, "Steps")
    assert "Compiling the network took 1 min 11 s" in texts(at)


def test_a_network_that_is_being_compiled_says_so(open_page, lab):
    run_id = lab.run("running", num_epochs=2)
    change_status(lab.record(run_id).run_dir, message="Compiling the network: that takes some tens of seconds.")
    at = open_page("Train", run=run_id)
    assert pulse(at)["pulse"]["words"].startswith("Compiling the network")


def test_classes_show_a_line_each(open_page, lab):
    at = open_page("Train", run=lab.complete())
    look(at, "Classes")
    assert len(lines(at, "each class")["lines"]) == 10


def test_images_whose_prediction_changed_are_drawn_epoch_by_epoch(open_page, lab):
    run_id = lab.complete()
    at = open_page("Train", run=run_id)
    look(at, "Images")
    assert "No val image has changed its predicted class yet" in texts(at)
    dataset = load_dataset()
    config = lab.record(run_id).config()
    indices = create_splits(dataset, config.data.val_fraction, config.data.split_seed).indices("val")
    path = lab.record(run_id).predictions_path("val", 2)
    save_predictions(path, _predictions(np.roll(dataset.labels[indices], 1), indices))
    at.run()
    assert "Each square is an epoch" in texts(at)


def test_confusion_of_any_epoch_and_the_images_of_a_cell(open_page, lab):
    at = open_page("Train", run=lab.complete())
    look(at, "Confusion")
    assert "Val, epoch 4:" in texts(at)
    at.select_slider(key="train_epoch").set_value(2).run()
    assert "Val, epoch 2:" in texts(at)
    matrix = next(message for message in component_messages(at) if isinstance(message, dict) and "counts" in message)
    at.session_state["train_cell"] = (0, 1)
    at.run()
    assert len(galleries(at)[0]["ids"]) == min(matrix["counts"][0][1], 24)
    at.session_state["train_cell"] = (0, 5)
    at.run()
    assert "No val image is there after this epoch." in texts(at)


def test_layers_show_filters_and_dead_units(open_page, lab):
    run_id = lab.complete()
    at = open_page("Train", run=run_id)
    look(at, "Layers")
    assert "The filters are saved after the first epoch." in texts(at)
    save_weights(lab.record(run_id))
    overfit(lab.record(run_id))
    at.run()
    assert "**First layer's filters, 4 of 4**" in texts(at)
    assert at.dataframe[0].value["Dead"].tolist() == [0.25]
    assert list(at.dataframe[0].value["Over epochs"].iloc[0]) == [0.25] * 4


def test_a_finding_is_drawn_explained_and_fills_the_form(open_page, lab):
    run_id = lab.complete(preset="notebook")
    overfit(lab.record(run_id))
    at = open_page("Train", run=run_id)
    assert "**Overfitting.** From epoch 2 on val loss rises" in texts(at)
    assert ("Overfitting", 2) in [(mark["label"], mark["x"]) for mark in lines(at, "loss")["marks"]]
    press(at, key="try_Overfitting")
    assert widget(at, "augmentation.crop_padding").value == 4
    assert widget(at, "augmentation.horizontal_flip").value is True
    assert widget(at, "model.width").value == lab.config.model.width


def test_other_runs_can_be_drawn_beneath(open_page, lab):
    other = lab.complete("other")
    at = open_page("Train", run=lab.complete("this"))
    at.multiselect(key="train_overlay").set_value([other]).run()
    assert not at.exception
    assert [line["name"].split(" ")[0] for line in lines(at, "loss")["lines"]] == ["other", "train", "val"]


def test_the_learning_rate_of_a_running_run_can_be_changed(open_page, lab):
    run_id = lab.run()
    at = open_page("Train", run=run_id)
    assert "Now 0.001." in texts(at)
    press(at, "x 0.5")
    next(box for box in at.number_input if box.label == "Another factor").set_value(0.2)
    press(at, "Apply")
    commands = take_commands(lab.record(run_id).run_dir)
    assert [(command.name, command.arguments) for command in commands] == [
        ("learning_rate", {"factor": 0.5}),
        ("learning_rate", {"factor": 0.2}),
    ]
    lab.record(run_id).record_event("learning_rate", step=STEPS_PER_EPOCH, factor=0.5)
    at.run()
    assert ("rate x 0.5", 1.0) in [(mark["label"], mark["x"]) for mark in lines(at, "accuracy")["marks"]]


def test_a_running_run_can_be_discarded(open_page, lab, monkeypatch):
    ended = []
    monkeypatch.setattr("tests.app.conftest.IdleExecutor.cancel", lambda self, run_dir: ended.append(run_dir.name))
    monkeypatch.setattr("tests.app.conftest.IdleExecutor.poll", lambda self, run_dir: run_dir.name not in ended)
    run_id = lab.run()
    at = open_page("Train", run=run_id)
    press(at, "Stop and discard it")
    assert ended == [run_id]
    assert RunStore().list_runs() == []
    assert "Start a run" in texts(at)


def test_an_ended_run_can_be_extended(open_page, lab):
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    next(box for box in at.number_input if box.label == "Epochs more").set_value(3)
    press(at, "Train on")
    assert lab.record(run_id).config().training.num_epochs == 7
    assert lab.record(run_id).status().is_active


def test_a_stopped_run_can_be_resumed_here(open_page, lab):
    run_id = lab.end("stopped", "Stopped on request.")
    at = open_page("Train", run=run_id)
    press(at, "Resume")
    assert lab.record(run_id).status().is_active


def test_a_fork_fills_the_form_and_starts_from_the_weights(open_page, lab):
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, "From its best epoch, 3")
    assert widget(at, "model.width").value == lab.config.model.width
    assert "Starts from the best weights of **finished" in texts(at)
    widget(at, "optimizer.learning_rate").set_value(0.0005).run()
    press(at, "Start training")
    new = RunStore().list_runs()[0]
    assert RunStore().record(new.run_id).meta().forked_from == run_id
    assert RunStore().record(new.run_id).checkpoint_path("start").exists()
    assert new.config.optimizer.learning_rate == 0.0005
    assert "Starts from" not in texts(at)


def test_a_fork_of_another_network_is_refused_in_words_and_can_be_dropped(open_page, lab):
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, "From its last epoch, 4")
    widget(at, "model.width").set_value(8).run()
    press(at, "Start training")
    assert "has another network" in at.error[0].value
    assert len(RunStore().list_runs()) == 1
    press(at, "From new ones")
    press(at, "Start training")
    assert len(RunStore().list_runs()) == 2


def test_the_queue_can_be_reordered_emptied_and_stopped(open_page, lab):
    lab.run("first")
    second, third = lab.queue("second"), lab.queue("third")
    at = open_page("Train")
    assert "2 waiting: second" in texts(at)
    press(at, key=f"queue_vertical_align_top_{third}")
    assert [run.run_id for run in RunStore().waiting()] == [third, second]
    press(at, key=f"queue_close_{second}")
    assert [run.run_id for run in RunStore().waiting()] == [third]
    press(at, "Stop everything")
    assert RunStore().waiting() == []


def test_seeds_start_a_run_each(open_page):
    at = open_page("Train")
    at.number_input(key="train_seeds").set_value(3).run()
    press(at, "Start training")
    runs = sorted(RunStore().list_runs(), key=lambda run: run.name)
    assert [run.name for run in runs] == ["notebook, seed 0", "notebook, seed 1", "notebook, seed 2"]
    assert [run.config.training.seed for run in runs] == [0, 1, 2]
    assert len({run.config.model_copy(update={"training": None}).model_dump_json(warnings=False) for run in runs}) == 1


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


@pytest.fixture
def derived(monkeypatch):
    """What a worker would have found, without one."""
    known = {
        "range_test": {
            "learning_rates": np.geomspace(1e-6, 1, 30),
            "losses": np.linspace(2.3, 1.5, 30),
            "smoothed": np.linspace(2.3, 1.5, 30),
            "suggested": np.array([0.0123]),
        },
        "probe": {"images_per_second": np.array([1000.0]), "epoch_seconds": np.array([95.0])},
    }
    asked = []

    def find(dataset, kind, what, options):
        asked.append(Request(kind, dataset.fingerprint, options))
        return known[kind]

    monkeypatch.setattr("dashboard.tuning.find_derived", find)
    return asked


def test_a_learning_rate_is_found_when_asked_for_and_taken_over(open_page, derived):
    at = open_page("Train")
    assert "range_test" not in charts(at)
    press(at, "Find it")
    assert figure(at, "range_test")["layout"]["xaxis"]["type"] == "log"
    press(at, "Use 0.0123")
    assert widget(at, "optimizer.learning_rate").value == 0.0123


def test_the_range_test_is_asked_again_only_when_its_curve_would_differ(open_page, derived):
    at = open_page("Train")
    press(at, "Find it")
    widget(at, "optimizer.learning_rate").set_value(0.5).run()
    assert "range_test" in charts(at)
    assert len({request.key for request in derived}) == 1
    widget(at, "training.batch_size").set_value(32).run()
    assert "Find it" in labels(at)


def test_the_time_of_an_epoch_is_estimated(open_page, derived):
    at = open_page("Train")
    press(at, "Estimate the time of an epoch")
    assert "About **1 min 35 s** an epoch here, 15 min 50 s in all (1,000 images a second)." in texts(at)
