"""python -m pytest tests/app/test_train_steering.py. What is done to runs there."""

import pytest

from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.commands import take_commands
from dashboard.train.steering import describe_extension
from tests.app.conftest import STEPS_PER_EPOCH
from tests.app.driving import lines, press, save_weights, widget
from tests.app.reading import texts


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No worker answers here."""
    monkeypatch.setattr("dashboard.train.steering._PATIENCE_SECONDS", 0.0)


def test_the_learning_rate_of_a_running_run_can_be_changed(open_page, lab):
    run_id = lab.run()
    at = open_page("Train", run=run_id)
    step = lab.record(run_id).step_rows(1)[-1]["step"]
    assert f"0.001 at step {step:,}." in texts(at)
    popover = next(each for each in at.get("popover") if each.proto.popover.label == "Learning rate")
    assert popover.proto.popover.id, "whoever opens it has it drawn anew, with the rate of then"
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
    assert "There is no trained network yet." in texts(at)


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


def test_a_running_run_is_parked_and_taken_up_again_here(open_page, lab):
    run_id = lab.run()
    at = open_page("Train", run=run_id)
    park = next(button for button in at.button if button.label == "Park")
    assert "goes on with the schedule it began with" in park.help
    press(at, "Park")
    assert [command.name for command in take_commands(lab.record(run_id).run_dir)] == ["park"]
    assert "The run parks after its present epoch." in at.toast[0].value
    parked = lab.end("parked", "Parked after 2 of 4 epochs.")
    at = open_page("Train", run=parked)
    assert "was parked" in texts(at)
    assert "Parked after 2 of 4 epochs. Resumed, it continues from its last finished epoch." in texts(at)
    assert not [button for button in at.button if button.label == "Park"]
    press(at, "Resume")
    assert lab.record(parked).status().is_active


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
    assert new.name.startswith("finished (")
    assert new.name.endswith("), forked")
    assert "Starts from" not in texts(at)
    assert "A fork: it began with the weights of **finished" in texts(at)
    assert "A fork: it began with the weights of **finished" in texts(open_page("Runs", run=new.run_id))


def test_a_refresh_keeps_the_weights_that_a_fork_starts_from(open_page, lab):
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, "From its best epoch, 3")
    address = dict(at.query_params)
    at = open_page("Train", **address)
    assert "Starts from the best weights of **finished" in texts(at)
    assert "nothing but its first weights changed" in texts(at)
    assert "Nothing but its first weights changed against" in texts(at)
    press(at, "From new ones")
    assert "fork" not in at.query_params
    assert "Starts from" not in texts(at)


def test_a_fork_of_another_network_is_refused_in_words_and_can_be_dropped(open_page, lab):
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, "From its last epoch, 4")
    widget(at, "model.width").set_value(8).run()
    assert "another network's" in at.warning[0].value
    press(at, "Start training")
    assert "another network's; allowed: the same network" in at.toast[0].value
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
    at.number_input(key="seeds").set_value(3).run()
    press(at, "Start training")
    runs = sorted(RunStore().list_runs(), key=lambda run: run.name)
    assert [run.name for run in runs] == ["notebook, seed 0", "notebook, seed 1", "notebook, seed 2"]
    assert [run.config.training.seed for run in runs] == [0, 1, 2]
    assert len({run.config.model_copy(update={"training": None}).model_dump_json(warnings=False) for run in runs}) == 1


@pytest.mark.parametrize(
    ("schedule", "num_more", "expected"),
    [
        # After two drops of a tenth at 10 of 10 epochs: two thirds of 15, where the second drop is due, or half of 20.
        ({"name": "step"}, 5, "(Step) is stretched over all 15 epochs: the learning rate goes on at 0.001, as it was."),
        ({"name": "step"}, 10, "rises again, from 0.001 to 0.01, and ends at 0.001."),
        ({"name": "step", "num_drops": 1}, 10, "20 epochs: the learning rate goes on at 0.01, as it was."),
        ({"name": "linear", "warmup_fraction": 0.0}, 10, "rises again, from 0.0002 to 0.05, and ends at 0.0001."),
        ({"name": "cosine", "warmup_fraction": 0.0}, 10, "rises again, from 9.9e-07 to 0.05, and ends at 2.5e-07."),
        ({"name": "one_cycle"}, 90, "rises again, from 4e-07 to 0.028, climbs to 0.1, and ends at 4e-07."),
    ],
)
def test_what_an_extension_does_to_the_learning_rate_is_computed(schedule, num_more, expected):
    overrides = {"optimizer.name": "sgd", "optimizer.learning_rate": 0.1, "training.num_epochs": 10}
    config = with_overrides(RunConfig(), overrides | {f"schedule.{name}": value for name, value in schedule.items()})
    assert expected in describe_extension(config, 10, num_more)


def test_a_run_stopped_early_and_extended_to_its_old_end_goes_on_as_planned():
    config = with_overrides(RunConfig(), {"schedule.name": "cosine", "training.num_epochs": 10})
    assert "as it was" in describe_extension(config, 4, 6)
    assert "falls from" in describe_extension(config, 4, 1)


@pytest.mark.parametrize(("num_epochs", "words"), [(0, "starts again from the beginning"), (2, "last finished epoch")])
def test_a_stopped_run_says_where_it_would_go_on(open_page, lab, num_epochs, words):
    run_id = lab.end("stopped", "Stopped on request.", num_epochs=num_epochs)
    assert words in open_page("Train", run=run_id).info[0].value
