"""python -m pytest tests/app/test_opening.py. What each page opens on while nobody has chosen a run."""

import threading

import pytest

from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.demo import start_demo
from cifar_core.runs.status import change_status
from dashboard.session.demo import THREAD
from tests.app.driving import labels, press, run_from_history, save_weights
from tests.app.reading import run_rows, texts
from tests.app.test_frame import picker

MAP = {"view": "Map", "map": "features"}
NEEDY = [("Errors", {}), ("Explain", {}), ("Explore", MAP)]  # pages that show nothing without a run
BUTTON = "Train one, a minute at most"


@pytest.fixture(autouse=True)
def _no_maps(monkeypatch):
    """To compute one takes a minute, and is no concern of these tests."""
    monkeypatch.setattr("dashboard.session.placing.find_derived", lambda *of: None)
    monkeypatch.setattr("dashboard.session.colouring.find_derived", lambda *of: None)


def bars(at):
    return [element.proto.text for element in at.get("progress")]


def demo(lab, monkeypatch, **status):
    """A demo that runs, as far as its status says."""
    monkeypatch.setenv("CIFAR_DEMO", "1")
    run_id = start_demo(lab.store)
    change_status(lab.record(run_id).run_dir, **{"status": "running", "message": ""} | status)
    return run_id


def complete(lab, name="finished"):
    run_id = lab.complete(name)
    save_weights(lab.record(run_id))
    return run_id


@pytest.mark.parametrize(("page", "address"), [*NEEDY, ("Runs", {})])
def test_with_nothing_a_button_trains_something(open_page, page, address):
    at = open_page(page, **address)
    assert "run" not in at.query_params
    press(at, BUTTON)
    run = RunStore().list_runs()[0]
    assert (run.config, run.preset, run.is_demo) == (PRESETS["minute"].config, "minute", False)
    if page != "Runs":
        assert at.query_params["run"] == run.run_id
        assert "minute is running: its first epoch brings" in bars(at)[0]


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_while_a_demo_is_about_to_be_queued_one_waits(open_page, page, address):
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name=THREAD)
    thread.start()
    try:
        at = open_page(page, **address)
        assert "A demo is about to be trained" in bars(at)[0]
        assert BUTTON not in labels(at)
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_before_the_demos_first_epoch_one_sees_how_far_it_is(open_page, lab, monkeypatch, page, address):
    demo(lab, monkeypatch, step=30, num_steps=480, num_epochs=8)
    at = open_page(page, **address)
    assert "first look is running: its first epoch brings" in bars(at)[0]
    assert at.get("progress")[0].proto.value == 50
    assert BUTTON not in labels(at)


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_a_demo_that_is_done_is_opened(open_page, lab, page, address):
    run_id = complete(lab, "first look")
    lab.record(run_id).change_meta(is_demo=True)
    at = open_page(page, **address)
    assert at.query_params["run"] == run_id
    assert picker(at).value == run_id


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_of_many_the_newest_that_has_what_the_page_shows_is_opened(open_page, lab, page, address):
    complete(lab, "older")
    run_id = complete(lab, "newer")
    lab.run("no files yet")
    lab.end("failed", "Failed.", "failed", num_epochs=0)
    lab.damage()
    at = open_page(page, **address)
    assert picker(at).value == run_id
    assert at.query_params["run"] == run_id


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_a_broken_run_is_not_opened_and_a_new_one_is_offered(open_page, lab, page, address):
    lab.damage()
    at = open_page(page, **address)
    assert picker(at).value is None
    assert BUTTON in labels(at)


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_beside_a_broken_run_that_was_chosen_the_newest_whole_one_is_offered(open_page, lab, page, address):
    run_id = complete(lab, "whole")
    broken = lab.damage("config.json")
    at = open_page(page, run=broken, **address)
    assert picker(at).value == broken
    press(at, next(label for label in labels(at) if label.startswith("Show whole")))
    assert picker(at).value == run_id


@pytest.mark.parametrize(("page", "address"), NEEDY)
def test_a_run_that_is_chosen_before_its_first_epoch_is_waited_for(open_page, lab, page, address):
    other = complete(lab, "done")
    run_id = lab.run("hare", num_epochs=0)
    at = open_page(page, run=run_id, **address)
    assert "hare is running: its first epoch brings" in bars(at)[0]
    press(at, next(label for label in labels(at) if label.startswith("Show done")))
    assert at.query_params["run"] == other


@pytest.mark.parametrize(("page", "address"), [*NEEDY, ("Train", {})])
def test_a_choice_that_was_removed_stays_removed(open_page, lab, page, address):
    run_id = complete(lab)
    at = open_page(page, **address)
    assert picker(at).value == run_id
    picker(at).set_value(None).run()
    for _ in range(2):
        assert at.query_params["run"] == "none"
        assert picker(at).value is None
        at.run()
    reloaded = open_page(page, run="none", **address)
    assert picker(reloaded).value is None
    assert not reloaded.warning
    picker(at).set_value(run_id).run()
    assert at.query_params["run"] == run_id


def test_it_is_removed_from_that_page_alone(open_page, lab):
    run_id = complete(lab)
    at = open_page("Errors")
    picker(at).set_value(None).run()
    links = {link.proto.label: link.proto.page for link in at.sidebar.get("page_link")}
    assert not any("none" in page for title, page in links.items() if title != "Errors")
    at.switch_page("dashboard/pages/Explain.py")
    del at.query_params["run"]  # as the links have it
    at.run()
    assert picker(at).value == run_id


def test_back_to_an_address_without_a_run_is_not_written_over(open_page, lab, monkeypatch):
    """Or there would be no way back beyond it."""
    run_id = complete(lab)
    at = open_page("Errors")
    assert at.query_params["run"] == run_id
    del at.query_params["run"]
    run_from_history(at, monkeypatch)
    assert "run" not in at.query_params
    assert picker(at).value == run_id


def test_train_opens_on_what_trains_now_else_on_the_newest(open_page, lab):
    active = lab.run("hare")
    newest = lab.complete("tortoise")
    assert picker(open_page("Train")).value == active
    change_status(lab.record(active).run_dir, status="stopped")
    assert picker(open_page("Train")).value == newest


def test_explore_without_its_map_of_features_needs_no_run(open_page, lab):
    complete(lab)
    for address in ({}, {"view": "Map"}):
        at = open_page("Explore", **address)
        assert picker(at).value is None
        assert "run" not in at.query_params


def test_the_first_page_has_a_demo_made_and_only_where_it_may(open_page, monkeypatch):
    open_page("Explore")
    assert not RunStore().list_runs()
    monkeypatch.setenv("CIFAR_DEMO", "1")
    open_page("Explore")  # this server has decided already
    assert not RunStore().list_runs()


def test_a_new_server_with_nothing_makes_a_demo(open_page, monkeypatch):
    monkeypatch.setenv("CIFAR_DEMO", "1")
    open_page("Overview")
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()
    (run,) = RunStore().list_runs()
    assert run.is_demo
    at = open_page("Runs")
    assert ", demo, " in run_rows(at)["first look"]["under"]


def test_where_the_data_cannot_be_read_no_demo_is_made(open_page, tmp_path, monkeypatch):
    (tmp_path / "broken" / "cifar-10-batches-py").mkdir(parents=True)
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path / "broken"))
    monkeypatch.setenv("CIFAR_DEMO", "1")
    open_page("Overview")
    assert not any(thread.name == THREAD for thread in threading.enumerate())
    assert not RunStore().list_runs()


def test_demos_are_in_no_average(open_page, lab):
    for _ in range(2):
        lab.record(lab.complete("first look")).change_meta(is_demo=True)
    assert "Over seeds" not in texts(open_page("Runs"))
