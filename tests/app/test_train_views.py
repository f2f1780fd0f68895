"""python -m pytest tests/app/test_train_views.py. Train's views of a run, and the findings beside its curves."""

import numpy as np

from cifar_core.data import create_splits, load_dataset
from cifar_core.evaluation import save_predictions
from cifar_core.runs.journal import append_row
from cifar_core.runs.status import change_status
from cifar_core.training.events import EpochDone, NetworkCompiled, event_row
from tests.app.conftest import STEPS_PER_EPOCH, _predictions
from tests.app.driving import lines, press, save_weights, widget
from tests.app.reading import component_messages, galleries, line_charts, pulse, texts


def look(at, view):
    group = next(group for group in at.get("button_group") if group.key == "watch")
    group.set_value(view).run()
    assert not at.exception


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
    assert at.dataframe[0].value["Dead"].tolist() == [25.0]
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


def test_an_epoch_whose_predictions_are_damaged_is_said_to_be(open_page, lab):
    run_id = lab.complete()
    path = lab.record(run_id).predictions_path("val", 2)
    content = bytearray(path.read_bytes())
    content[200:400] = bytes(200)  # its end, which says what is in it, stays whole
    path.write_bytes(content)
    at = open_page("Train", run=run_id)
    look(at, "Confusion")
    at.select_slider(key="train_epoch").set_value(2).run()
    assert not at.exception
    assert any("val-0002.npz" in warning.value for warning in at.warning)
    at.select_slider(key="train_epoch").set_value(3).run()
    assert "Val, epoch 3:" in texts(at)
