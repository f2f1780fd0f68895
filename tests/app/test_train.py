"""Train: the form on its way into a run, and the view of a run in every state."""

import json

import pytest

from cifar_core.config import SGDConfig
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.commands import take_commands
from cifar_core.runs.status import change_status
from tests.app.driving import unfold
from tests.app.reading import drawn_boxes, labelled, line_charts, pulse


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No worker answers here."""
    monkeypatch.setattr("dashboard.train.steering._PATIENCE_SECONDS", 0.0)


def texts(at):
    groups = (at.markdown, at.caption, at.info, at.success, at.warning, at.error)
    return "\n".join(element.value for group in groups for element in group)


def widget(at, path):
    groups = (at.number_input, at.selectbox, at.toggle, at.text_input)
    return next(widget for group in groups for widget in group if widget.key == f"train_form.{path}")


def button(at, label):
    return next(button for button in at.button if button.label == label)


def labels(at):
    return [button.label for button in at.button]


def preset(at):
    return next(group for group in at.get("button_group") if group.key == "train_preset")


def part(at):
    return next(group for group in at.get("button_group") if group.key == "train_part")


def metrics(at):
    return [(metric.label, metric.value, metric.delta) for metric in at.metric]


def start(at):
    button(at, "Start training").click().run()
    assert not at.exception
    return RunStore().list_runs()[0]


def test_without_a_run_the_network_is_shown_and_start_trains_the_preset(open_page):
    at = open_page("Train")
    assert "**2.12 million** parameters (8.49 MB), **7.71 million** multiply-accumulates an image." in texts(at)
    assert not at.dataframe, "no table is drawn before it is asked for"
    unfold(at, "train_layers")
    assert list(at.dataframe[0].value["layer"])[:3] == ["conv1", "relu1", "pool1"]
    widget(at, "model.width").set_value(8).run()
    assert at.dataframe[0].value["output"].iloc[0] == "8 x 32 x 32", "it stays open"
    button(at, "Undo the changes").click().run()
    assert "Nothing changed against the preset." in texts(at)
    run = start(at)
    assert run.config == PRESETS["notebook"].config
    assert (run.name, run.preset) == ("notebook", "notebook")
    assert (at.query_params["run"], at.query_params["part"]) == (run.run_id, "this")


def test_what_is_set_is_what_is_stored(open_page):
    at = open_page("Train")
    widget(at, "training.num_epochs").set_value(3)
    widget(at, "optimizer.learning_rate").set_value(0.0025)
    widget(at, "model.dropout").set_value(0.25)
    widget(at, "augmentation.horizontal_flip").set_value(True)
    widget(at, "training.device").set_value("cpu")
    next(box for box in at.text_input if box.label == "Name").set_value("with flip")
    at.run()
    assert "learning rate 0.001 → **0.0025**" in texts(at)
    assert "horizontal flip off → **on**" in texts(at)
    run = start(at)
    changes = {
        "training.num_epochs": 3,
        "training.device": "cpu",
        "optimizer.learning_rate": 0.0025,
        "model.dropout": 0.25,
        "augmentation.horizontal_flip": True,
    }
    assert RunStore().record(run.run_id).config() == with_overrides(PRESETS["notebook"].config, changes)
    assert run.name == "with flip"


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "notebook"])
def test_a_preset_fills_every_widget(open_page, name):
    at = open_page("Train")
    widget(at, "training.num_epochs").set_value(3)
    preset(at).set_value(name).run()
    assert not at.exception
    assert PRESETS[name].description in texts(at)
    assert start(at).config == PRESETS[name].config


def test_changes_can_be_undone(open_page):
    at = open_page("Train")
    widget(at, "training.batch_size").set_value(32).run()
    button(at, "Undo the changes").click().run()
    assert widget(at, "training.batch_size").value == 64
    assert not button(at, "Undo the changes").disabled, "what is still being typed is told by the press on it"
    assert "nothing to undo" in button(at, "Undo the changes").proto.help


def test_a_box_is_not_filled_over_what_is_being_typed(open_page):
    at = open_page("Train", part="new")
    assert any(box.proto.set_value for box in at.number_input)  # at first with the preset's values
    at.run()
    widget(at, "optimizer.learning_rate").set_value(0.05).run()
    # Nobody types into a box that is off.
    boxes = [box for box in [*at.number_input, *at.text_input] if not box.disabled]
    assert [box for box in boxes if box.proto.set_value] == []
    assert widget(at, "optimizer.learning_rate").value == 0.05


def test_another_optimizer_brings_its_options_and_defaults(open_page):
    at = open_page("Train")
    widget(at, "optimizer.name").set_value("sgd").run()
    assert widget(at, "optimizer.momentum").value == 0.9
    assert start(at).config.optimizer == SGDConfig()


def test_settings_that_no_run_can_have_are_refused_by_name(open_page, lab):
    at = open_page("Train")
    widget(at, "model.name").set_value("resnet").run()
    widget(at, "model.depth").set_value(21).run()
    assert "depth 21 is not 6n + 2; allowed: 8, 14, 20" in at.error[0].value
    button(at, "Start training").click().run()
    assert "it waits for this: model" in at.toast[0].value
    assert lab.store.list_runs() == []
    assert "depth 21 is not" in button(at, "Start training").proto.help
    assert "as it was when its settings last fitted together" in texts(at)
    assert drawn_boxes(at), "the drawing stays"
    widget(at, "model.depth").set_value(26)
    widget(at, "optimizer.learning_rate").set_value(0.0).run()
    assert "optimizer.learning_rate = 0.0 is not allowed; allowed: a number more than 0" in at.error[0].value
    button(at, "Undo the changes").click().run()
    assert not button(at, "Start training").disabled
    assert start(at).config == PRESETS["notebook"].config


def test_what_was_set_survives_a_look_at_another_page(open_page):
    at = open_page("Train")
    widget(at, "model.name").set_value("vgg").run()
    widget(at, "model.num_blocks").set_value(2).run()
    at.switch_page("dashboard/pages/Runs.py").run()
    at.switch_page("dashboard/pages/Train.py").run()
    assert (widget(at, "model.name").value, widget(at, "model.num_blocks").value) == ("vgg", 2)


def test_a_running_run_shows_its_numbers_curves_and_controls(open_page, lab):
    run_id = lab.run("hare", num_epochs=2)
    at = open_page("Train", run=run_id)
    shown = pulse(at)["pulse"]
    assert shown["words"] == "Running, epoch 3 of 4, about 24 s left, 375 images a second"
    assert (shown["share"], shown["is_still"]) == (0.5, False)
    assert shown["numbers"] == [
        ["Val accuracy", "50.0 %", "epoch 2, best"],
        ["Val accuracy", "50.0 %", "epoch 2, last"],
    ]
    assert pulse(at)["feed"] == f"live/{run_id}?view=Curves"
    assert [chart["y_title"] for chart in line_charts(at)] == ["Accuracy", "Loss (nats)"]
    assert [label for label in labels(at) if label in ("Pause", "Go on", "Stop")] == ["Pause", "Stop"]
    labelled(at.toggle, "Follow").set_value(False).run()
    assert pulse(at)["feed"] == f"live/{run_id}?view="


def test_what_trains_is_shown_without_choosing_it(open_page, lab):
    run_id = lab.run("hare")
    at = open_page("Train")
    assert at.query_params["run"] == run_id
    assert "**hare**" in texts(at)


@pytest.mark.parametrize(
    ("status", "label", "command"),
    [("running", "Pause", "pause"), ("paused", "Go on", "resume"), ("running", "Stop", "stop")],
)
def test_controls_reach_the_worker(open_page, lab, status, label, command):
    run_id = lab.run(status=status)
    at = open_page("Train", run=run_id)
    button(at, label).click().run()
    assert not at.exception
    assert [taken.name for taken in take_commands(lab.record(run_id).run_dir)] == [command]


def test_a_queued_run_tells_its_place_and_can_leave(open_page, lab):
    lab.run("first")
    lab.queue("second")
    third = lab.queue("third")
    at = open_page("Train", run=third)
    assert pulse(at)["pulse"]["words"].startswith("Number 2 in the queue")
    button(at, "Remove from the queue").click().run()
    assert lab.record(third).status().status == "stopped"
    assert "Removed from the queue." in texts(at)


def test_a_finished_run_says_split_and_epoch_of_every_number(open_page, lab):
    run_id = lab.complete("tortoise", preset="notebook")
    at = open_page("Train", run=run_id)
    assert metrics(at) == [
        ("Val accuracy", "60.0 %", "epoch 3, best"),
        ("Val accuracy", "55.0 %", "epoch 4, last"),
        ("Test accuracy", "58.0 %", "epoch 3, best on val"),
    ]
    assert "Finished. Training took 48 s." in texts(at)
    assert "practice set" in texts(at)
    assert "Against Course notebook: normalisation half → dataset" in texts(at)
    assert "Pause" not in labels(at)
    button(at, "See its errors").click().run()
    assert at.header[0].value == "Errors"
    assert at.query_params["run"] == run_id


def test_a_run_says_its_number_format_and_what_that_gains(open_page, lab):
    run_id = lab.complete("measured")
    path = lab.record(run_id).files.environment
    facts = {"precision": "bfloat16", "precision_timing": {"float32": 16.0, "bfloat16": 10.0}}
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    at = open_page("Train", run=run_id)
    said = "Number format: bfloat16, chosen here: 1.6 times as fast as float32."
    assert any(said in caption.value for caption in at.caption)


def test_the_view_notices_the_end(open_page, lab):
    run_id = lab.run("hare", num_epochs=4)
    at = open_page("Train", run=run_id)
    change_status(lab.record(run_id).run_dir, status="completed", message="Completed 4 epochs.")
    at.run()
    assert "Completed 4 epochs." in texts(at)
    assert "Pause" not in labels(at)


def test_the_settings_of_a_run_can_be_taken_over(open_page, lab, page_config):
    run_id = lab.complete(
        config=with_overrides(page_config, {"model.name": "mlp", "model.hidden_size": 24}), preset="quick"
    )
    at = open_page("Train", run=run_id)
    button(at, "New run from its settings").click().run()
    assert at.query_params["part"] == "new"
    assert preset(at).value == f"run:{run_id}"
    assert widget(at, "model.hidden_size").value == 24
    new = start(at)
    assert (new.config, new.preset) == (lab.record(run_id).config(), "quick")


def test_a_failed_run_shows_why_and_the_end_of_its_log(open_page, lab):
    run_id = lab.end("failed", "RuntimeError: out of memory")
    (lab.record(run_id).run_dir / "log.txt").write_text("first line\nRuntimeError: out of memory\n")
    at = open_page("Train", run=run_id)
    assert at.error[0].value == "RuntimeError: out of memory"
    assert any("first line" in code.value for code in at.code)


def test_a_diverged_run_says_at_which_step_and_what_to_try(open_page, lab):
    message = "Diverged: the loss is not finite at step 41."
    at = open_page("Train", run=lab.end("diverged", message))
    assert at.warning[0].value.startswith(message)
    assert "Lower the learning rate" in at.warning[0].value


def test_a_damaged_run_is_explained(open_page, lab):
    at = open_page("Train", run=lab.damage())
    assert "record unreadable" in at.error[0].value
    assert "can be deleted on Runs" in at.error[0].value
    part(at).set_value("new").run()
    assert not button(at, "Start training").disabled


def test_the_memory_of_a_run_is_said_and_a_shortage_warned_of_before_start(open_page, monkeypatch):
    at = open_page("Train")
    assert "GB** of memory" in texts(at)
    assert not [warning for warning in at.warning if "memory" in warning.value]
    monkeypatch.setattr("cifar_core.training.memory.measure_free_memory", lambda device: 500_000_000)
    at.run()
    [warning] = [warning for warning in at.warning if "memory" in warning.value]
    assert "0.5 GB are free" in warning.value
    assert "smaller batch or width" in warning.value
    assert not button(at, "Start training").disabled  # an estimate forbids nothing


def test_the_disk_that_every_epochs_weights_take_is_said(open_page, monkeypatch):
    at = open_page("Train")
    assert "of disk" not in texts(at)
    widget(at, "training.save_every_epoch").set_value(True).run()
    assert "**43 MB** of disk for every epoch's weights" in texts(at)
    monkeypatch.setattr("cifar_core.training.epoch_weights.measure_room", lambda path: 210_000_000)
    at.run()
    [warning] = [warning for warning in at.warning if "disk" in warning.value]
    assert "need about 43 MB, and 210 MB of the disk are free" in warning.value
