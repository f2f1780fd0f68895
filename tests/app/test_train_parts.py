"""python -m pytest tests/app/test_train_parts.py. This run and New run: which is shown, what the form starts from."""

import threading

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from dashboard.session.demo import THREAD
from tests.app.driving import labels, press, run_from_history, widget
from tests.app.reading import component_messages, labelled, line_charts, texts
from tests.app.test_frame import picker
from tests.app.test_train_views import overfit


def group(at, key):
    return next(group for group in at.get("button_group") if group.key == key)


def shown(at):
    """The half of the page, as its choice and as the address have it."""
    part = group(at, "train_part").value
    assert at.query_params["part"] == part
    return part


def origin(at):
    return group(at, "train_preset").value


def show(at, part):
    group(at, "train_part").set_value(part).run()
    assert not at.exception
    return at


def sentence(at):
    """What stands first on the page."""
    return at.main.markdown[0].value


def style(at):
    return "".join(element.proto.body for element in at.get("html"))


def brought_into_view(at):
    wishes = [message for message in component_messages(at) if isinstance(message, dict) and "target" in message]
    return wishes[0]["target"], wishes[0]["count"]


def test_with_nothing_the_form_is_there_to_start_from(open_page):
    at = open_page("Train")
    assert (shown(at), origin(at)) == ("new", "notebook")
    assert not labelled(at.button, "Start training").disabled
    assert sentence(at) == (
        "**The new run** would train a Simple CNN for 10 epochs with Adam at learning rate 0.001: "
        "preset Course notebook, nothing changed."
    )
    assert "There is no trained network yet." in texts(show(at, "this"))
    press(at, "Train one, a minute at most")
    assert shown(at) == "this"
    assert sentence(at).startswith("**minute** is training a Speed CNN for")


def test_a_demo_that_is_about_to_be_queued_is_waited_for(open_page):
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name=THREAD)
    thread.start()
    try:
        at = open_page("Train")
        assert shown(at) == "this"
        assert "A demo is about to be trained" in at.get("progress")[0].proto.text
    finally:
        done.set()
        thread.join()


def test_a_demo_is_shown_and_what_the_form_starts_from(open_page, lab):
    run_id = lab.complete("first look", preset="demo")
    lab.record(run_id).change_meta(is_demo=True)
    at = open_page("Train")
    assert shown(at) == "this"
    assert sentence(at).startswith(
        "**first look** gets **60.0 %** of the val images right, at best after epoch 3 of 4."
    )
    assert origin(show(at, "new")) == f"run:{run_id}"


def test_one_run_is_shown_with_its_curves_and_the_form_follows_it(open_page, lab):
    run_id = lab.complete("tortoise", preset="quick")
    at = open_page("Train")
    assert shown(at) == "this"
    assert len(line_charts(at)) == 2
    show(at, "new")
    assert origin(at) == f"run:{run_id}"
    assert group(at, "train_preset").options[0] == "This run's settings"
    assert "Nothing changed against this run's settings." in texts(at)
    assert widget(at, "model.width").value == lab.config.model.width
    widget(at, "training.num_epochs").set_value(3).run()
    assert "**tortoise** again, 1 of its settings changed." in sentence(at)
    assert "Changed against this run's settings: epochs 4 → **3**." in texts(at)


def test_of_many_the_one_that_trains_is_shown(open_page, lab):
    lab.complete("older")
    active = lab.run("hare")
    lab.complete("newer")
    at = open_page("Train")
    assert (shown(at), picker(at).value) == ("this", active)
    assert origin(show(at, "new")) == f"run:{active}"


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ({"run": "RUN"}, "this"),
        ({"run": "RUN", "preset": "mlp"}, "this"),  # as addresses were written once
        ({"preset": "mlp"}, "new"),
        ({"settings": '{"training.num_epochs":3}'}, "new"),
        ({"run": "RUN", "part": "new"}, "new"),
        ({"part": "this", "preset": "mlp"}, "this"),
        ({"run": "none"}, "this"),
        ({"part": "both"}, "this"),
    ],
)
def test_an_address_leads_to_one_of_the_two_and_keeps_it(open_page, lab, address, part):
    run_id = lab.complete("tortoise")
    at = open_page("Train", **{name: value.replace("RUN", run_id) for name, value in address.items()})
    assert shown(at) == part
    assert shown(open_page("Train", **at.query_params)) == part, "a reload"


def test_back_leads_to_the_half_before_and_the_form_is_as_it_was(open_page, lab, monkeypatch):
    at = open_page("Train", run=lab.complete("tortoise"))
    before = dict(at.query_params)
    show(at, "new")
    widget(at, "training.batch_size").set_value(32).run()
    after = dict(at.query_params)
    for name in set(after) - set(before):
        del at.query_params[name]
    at.query_params["part"] = before["part"]
    run_from_history(at, monkeypatch)
    assert shown(at) == "this"
    for name, value in after.items():
        at.query_params[name] = value
    run_from_history(at, monkeypatch)
    assert shown(at) == "new"
    assert widget(at, "training.batch_size").value == 32


def test_what_is_of_one_half_stays_in_the_address_on_the_other(open_page, lab):
    """To take it out and put it back would be steps of the browser's history."""
    at = open_page("Train", run=lab.complete(), part="this")
    group(at, "watch").set_value("Classes").run()
    show(at, "new")
    labelled(at.text_input, "Name").set_value("mine").run()
    show(at, "this")
    assert (at.query_params["watch"], at.query_params["name"]) == ("Classes", "mine")
    assert group(at, "watch").value == "Classes"
    assert labelled(show(at, "new").text_input, "Name").value == "mine"
    press(at, "Start training")
    assert "name" not in at.query_params, "the next run is another one"
    assert RunStore().list_runs()[0].name == "mine"


def test_starting_leads_to_the_run_and_the_form_follows_it(open_page):
    at = open_page("Train", preset="mlp")
    widget(at, "training.num_epochs").set_value(3).run()
    press(at, "Start training")
    run = RunStore().list_runs()[0]
    assert (shown(at), at.query_params["run"]) == ("this", run.run_id)
    assert brought_into_view(at)[0] == "train_top"
    show(at, "new")
    assert origin(at) == f"run:{run.run_id}"
    assert widget(at, "training.num_epochs").value == 3
    assert "Nothing changed against this run's settings." in texts(at)
    press(at, "Start training")
    again = RunStore().list_runs()[0]
    assert (again.config, again.preset) == (run.config, "mlp")


def test_what_somebody_changed_is_kept_when_a_run_is_opened(open_page, lab):
    run_id = lab.complete("tortoise", config=with_overrides(lab.config, {"training.num_epochs": 7}))
    at = open_page("Train", part="new", preset="mlp")
    widget(at, "training.batch_size").set_value(32).run()
    picker(at).set_value(run_id).run()
    show(at, "new")
    assert (origin(at), widget(at, "training.batch_size").value) == ("mlp", 32)
    group(at, "train_preset").set_value(f"run:{run_id}").run()
    assert widget(at, "training.num_epochs").value == 7


def test_a_run_opened_later_is_followed_by_a_form_that_nobody_changed(open_page, lab):
    first = lab.complete("first", config=with_overrides(lab.config, {"training.num_epochs": 7}))
    second = lab.complete("second", config=with_overrides(lab.config, {"training.num_epochs": 9}))
    at = open_page("Train", run=first, part="new")
    assert widget(at, "training.num_epochs").value == 7
    picker(at).set_value(second).run()
    assert shown(at) == "this"
    assert "preset" not in at.query_params, "of the run before"
    assert widget(show(at, "new"), "training.num_epochs").value == 9


def test_a_form_that_started_from_a_run_survives_a_reload_and_the_run(open_page, lab):
    run_id = lab.complete("tortoise")
    at = open_page("Train", run=run_id, part="new")
    widget(at, "training.num_epochs").set_value(3).run()
    again = open_page("Train", **at.query_params)
    assert (origin(again), widget(again, "training.num_epochs").value) == (f"run:{run_id}", 3)
    lab.store.delete(run_id)
    later = open_page("Train", **at.query_params)
    assert (origin(later), widget(later, "training.num_epochs").value) == ("notebook", 3)
    assert widget(later, "model.width").value == lab.config.model.width


def test_advice_leads_to_start_marks_what_it_changed_and_can_be_undone(open_page, lab):
    run_id = lab.complete(preset="notebook")
    overfit(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, key="try_Overfitting")
    assert shown(at) == "new"
    assert brought_into_view(at) == ("start_training", 1)
    assert "Filled in by advice. Changed against this run's settings: " in texts(at)
    assert "horizontal flip off → **on**" in texts(at)
    assert ".st-key-train_form-augmentation-horizontal_flip [data-testid" in style(at)
    assert "st-key-train_form-training-num_epochs" not in style(at), "which it left alone"
    press(at, "Undo the changes")
    assert "Nothing changed against this run's settings." in texts(at)
    assert "train_form-augmentation" not in style(at)
    assert brought_into_view(at) == ("start_training", 1), "and not again"


def test_what_was_tried_on_augment_is_not_given_up_for_a_run(open_page, lab):
    lab.complete("tortoise")
    at = open_page("Augment", pipeline='{"augmentation.cutout_size":8}')
    press(at, "Use this in the next run")
    assert shown(at) == "new"
    assert widget(at, "augmentation.cutout_size").value == 8


@pytest.mark.parametrize("way", ["Runs", "picker", "activity"])
def test_whoever_opens_a_run_sees_it(open_page, lab, way):
    run_id = lab.complete("tortoise")
    at = open_page("Train", part="new", preset="mlp", run="none")
    if way == "picker":
        picker(at).set_value(run_id).run()
    elif way == "Runs":
        at.switch_page("dashboard/pages/Runs.py")
        at.query_params["run"] = run_id
        at.run()
        press(at, "Open")
    else:
        at.session_state["page_handed_over"] = "Train"  # as a click on the sidebar's line does
        at.session_state["address_chosen"] |= {"run": run_id, "part": "this"}
        at.run()
    assert (shown(at), at.query_params["run"]) == ("this", run_id)


@pytest.mark.parametrize("card", ["2 Train", "5 Change"])
def test_overviews_cards_lead_to_the_right_half(open_page, lab, card):
    lab.complete("tortoise")
    at = open_page("Overview")
    link = next(link.proto for link in at.get("page_link") if link.proto.label == card)
    assert f"part={'this' if card == '2 Train' else 'new'}" in link.query_string


def test_every_view_of_a_run_begins_with_a_sentence_about_it(open_page, lab):
    at = open_page("Train", run=lab.complete())
    said = {}
    for view in ("Curves", "Steps", "Classes", "Images", "Confusion"):
        group(at, "watch").set_value(view).run()
        below = [element.value for element in at.main.markdown if "this run" in element.value.lower()]
        said[view] = below[0]
    assert said["Curves"] == (
        "After epoch 4 this run gets 55.0 % of the val images right, 60.0 % at its best after epoch 3, and 80.0 % of "
        "those it is trained on."
    )
    assert said["Steps"].startswith("This run makes 36 steps an epoch, at 375 images a second")
    assert "this run knows" in said["Classes"]
    assert "changed its mind" in said["Images"]
    assert said["Confusion"].startswith("Val, epoch 4: this run gets 66.6 % right and most often takes")


def test_what_is_typed_before_the_page_is_drawn_to_its_end_is_kept(open_page, monkeypatch):
    with monkeypatch.context() as interrupted:
        interrupted.setattr("dashboard.session.frame.address.show_address", lambda: None)
        at = open_page("Train", part="new", preset="mlp")
    widget(at, "training.num_epochs").set_value(300).run()
    assert (origin(at), widget(at, "training.num_epochs").value) == ("mlp", 300)


def test_presets_come_with_the_form_in_the_address(open_page):
    at = open_page("Train")
    group(at, "train_preset").set_value("quick").run()
    assert (at.query_params["preset"], shown(at)) == ("quick", "new")
    assert widget(open_page("Train", **at.query_params), "model.width").value == PRESETS["quick"].config.model.width


def test_start_is_there_and_disabled_with_the_reason_where_runs_cannot_be_written(open_page, lab, monkeypatch):
    monkeypatch.setattr(RunStore, "why_not_writable", lambda store: "the folder is read-only")
    at = open_page("Train", part="new")
    assert labelled(at.button, "Start training").disabled
    assert "read-only" in labelled(at.button, "Start training").proto.help
    assert "Undo the changes" in labels(at)
