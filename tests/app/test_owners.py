"""Whose runs are: a name given once, what it is written beside, and what it keeps others from doing unawares."""

import pytest

from cifar_core.experiments import Wait, expect_waits, pace_of
from cifar_core.models import create_classifier
from cifar_core.runs import RunStore
from cifar_core.runs.slimming import can_train_on
from cifar_core.runs.status import change_status
from cifar_core.training.checkpoint import Progress, save_checkpoint
from cifar_core.training.optimizer import create_optimizer
from dashboard.session import picking
from dashboard.session.waiting import describe_wait
from tests.app.driving import labels, press
from tests.app.reading import labelled, pulse, run_list, run_rows, texts

ODD = "Zoë <b>*x*</b> :red[!]"


@pytest.fixture
def theirs(lab):
    """A run of Ben's that trains."""
    run_id = lab.run("of ben")
    lab.record(run_id).change_meta(owner="Ben")
    return run_id


@pytest.mark.parametrize("page", ["Overview", "Train", "Runs", "Errors"])
def test_a_name_given_on_any_page_stays_in_the_address_of_all(open_page, page):
    at = open_page(page)
    labelled(at.text_input, "Your name").set_value(" Ada  L. ").run()
    assert at.query_params["learner"] == "Ada L."
    at.switch_page("dashboard/pages/Explore.py").run()
    assert at.query_params["learner"] == "Ada L."


def test_a_run_belongs_to_who_starts_it_and_is_found_under_that_name(open_page, lab):
    lab.complete("of nobody")
    at = open_page("Train", part="new", learner=ODD)
    press(at, "Start training")
    (mine, _) = RunStore().list_runs()
    assert mine.owner == ODD
    at = open_page("Runs", learner=ODD)
    assert "Owner" in [column["title"] for column in run_list(at)["columns"]]
    assert run_rows(at)[mine.name]["cells"][0] == ODD
    assert set(run_rows(open_page("Runs", learner=ODD, whose="mine"))) == {mine.name}
    assert set(run_rows(open_page("Runs", whose="nobody"))) == {"of nobody"}
    at = open_page("Runs", whose=f"of:{ODD.upper()}")
    assert set(run_rows(at)) == {mine.name}
    # As it was typed, on every place that reads Markdown: no bold, no colour, no tag.
    shown = texts(at)
    assert ODD not in shown
    assert r"Zoë \<b>\*x\*\</b>" in shown or r"ZOË \<B>\*X\*\</B>" in shown


def test_without_an_owner_there_is_no_column_and_mine_is_everybodys(open_page, lab):
    lab.complete("of nobody")
    at = open_page("Runs", whose="mine")
    assert "Owner" not in [column["title"] for column in run_list(at)["columns"]]
    assert set(run_rows(at)) == {"of nobody"}


def test_who_owns_a_run_is_not_asked(open_page, lab, theirs):
    at = open_page("Train", run=theirs, learner="BEN")
    assert "This is the run of" not in texts(at)
    press(at, "Stop")
    assert list((lab.record(theirs).run_dir / "commands").iterdir())


def test_others_are_asked_once_more_with_the_owners_name(open_page, lab, theirs):
    at = open_page("Train", run=theirs, learner="Ada")
    assert "This is the run of **Ben**." in texts(at)
    assert {"Pause all the same", "Park all the same", "Stop all the same"} <= set(labels(at))
    assert not {"Pause", "Park", "Stop"} & set(labels(at))
    discard = labelled(at.button, "Stop and discard it")
    assert discard.disabled
    at.checkbox(key=f"agreed_discard_{theirs}").check().run()
    assert not labelled(at.button, "Stop and discard it").disabled
    press(at, "Stop all the same")
    assert list((lab.record(theirs).run_dir / "commands").iterdir())


def test_to_stop_everything_stops_others_only_if_they_agree(open_page, lab, theirs):
    mine = lab.queue("mine")
    lab.record(mine).change_meta(owner="Ada")
    at = open_page("Train", learner="Ada")
    assert labelled(at.button, "Stop everything").disabled
    press(at, "Stop only mine (1)")
    assert lab.record(mine).status().status == "stopped"
    assert lab.record(theirs).status().status == "running"
    at = open_page("Train", run=theirs, learner="Ada")
    at.checkbox(key="agreed_stop_all").check().run()
    assert not labelled(at.button, "Stop everything").disabled


def test_anothers_run_is_deleted_only_with_a_tick(open_page, lab):
    run_id = lab.complete("of ben")
    lab.record(run_id).change_meta(owner="Ben")
    at = open_page("Runs", run=run_id, learner="Ada")
    assert "of Ben" in texts(at)
    press(at, "Delete")
    assert labelled(at.button, "Delete it").disabled
    at.checkbox(key="agreed_delete").check().run()
    assert RunStore().list_runs()


def test_who_waits_sees_their_place_whose_turn_it_is_and_when_theirs_comes(open_page, lab):
    lab.run("first")
    second, third = lab.queue("second"), lab.queue("third")
    for run_id, owner in ((second, "Ben"), (third, "Ada")):
        lab.record(run_id).change_meta(owner=owner)
    at = open_page("Train", run=third, learner="Ada")
    assert pulse(at)["pulse"]["words"].startswith("Number 2 in the queue of 2: begins in")
    said = texts(at)
    assert "2 waiting: second" in said
    assert "of Ben" in said
    assert "People take turns" in said
    removing = {run_id: at.button(key=f"queue_close_{run_id}").label for run_id in (second, third)}
    assert removing == {second: "Remove it all the same", third: "Remove"}


def test_how_long_a_run_waits_is_what_those_before_it_take(lab):
    running, second, third = lab.run("first"), lab.queue("second"), lab.queue("third")
    change_status(lab.record(running).run_dir, seconds_left=30.0)
    runs, waiting = lab.store.list_runs(), lab.store.waiting()
    paces = {pace_of(waiting[0].config): 5.0}
    assert expect_waits(runs, waiting, paces, lab.store.list_slots) == {
        second: Wait(1, 30.0, False),
        third: Wait(2, 50.0, False),
    }
    assert expect_waits(runs, waiting, {}, lab.store.list_slots)[third] == Wait(2, 30.0, True)
    assert expect_waits([], waiting, paces, lab.store.list_slots)[second] == Wait(1, 0.0, False)
    assert describe_wait(Wait(1, 300.0, True)) == "begins in 5 min, or later"
    assert describe_wait(Wait(1, 0.0, False)) == "begins next"
    assert describe_wait(Wait(2, 0.0, True)) == "begins when those before it are done"


def test_a_run_can_give_up_its_optimizer_state_and_says_so_wherever_it_could_be_extended(open_page, lab):
    run_id = lab.complete("heavy")
    record = lab.record(run_id)
    classifier = create_classifier(record.config(), mean=(0.5,) * 3, std=(0.25,) * 3)
    optimizer = create_optimizer(record.config().optimizer, classifier)
    sum(parameter.sum() for parameter in classifier.parameters()).backward()
    optimizer.step()
    for which in ("best", "last"):
        save_checkpoint(
            record.checkpoint_path(which), record.config(), classifier, Progress(epoch=4), optimizer=optimizer
        )
    at = open_page("Runs", run=run_id)
    label = next(label for label in labels(at) if label.startswith("Free "))
    press(at, label)
    assert "cannot be extended any more" in texts(at)
    press(at, key="slim_this")
    assert not can_train_on(record)
    at = open_page("Runs", run=run_id)
    assert "Its optimizer state was dropped to save room: it cannot be extended." in texts(at)
    assert not any(label.startswith("Free ") for label in labels(at))
    at = open_page("Train", run=run_id)
    assert "it cannot be extended" in texts(at)
    assert labelled(at.button, "Extend").disabled
    assert "Train on" not in labels(at)


def test_pickers_offer_the_newest_runs_ones_own_before_others_and_what_is_chosen(open_page, lab, monkeypatch):
    monkeypatch.setattr(picking, "MOST", 4)
    run_ids = [lab.complete(f"run {number}") for number in range(8)]
    lab.record(run_ids[1]).change_meta(owner="Ada")
    at = open_page("Runs", run=run_ids[0], learner="Ada")
    offered = labelled(at.selectbox, "Run").options
    assert [name.split(" (")[0] for name in offered] == ["run 7", "run 6", "run 5", "run 1", "run 0"]
    assert "The newest 4 are offered" in labelled(at.selectbox, "Run").help
    assert len(run_rows(at)) == 8
