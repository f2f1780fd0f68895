"""One epoch on every page: what of it is there is shown, and what is not is said."""

import pytest

from cifar_core.evaluation import load_predictions, save_predictions
from cifar_core.overrides import with_overrides
from cifar_core.runs.journal import append_row
from cifar_core.runs.status import change_status
from cifar_core.training.events import WeightsRefused, event_row
from dashboard.session.weights import describe_kept, describe_numbers, find_weights
from tests.app.driving import keep_every_epoch, save_weights
from tests.app.reading import galleries, labelled, maps, texts


@pytest.fixture
def keeping(lab):
    """The config of runs that keep every epoch's weights."""
    return with_overrides(lab.config, {"training.save_every_epoch": True})


@pytest.fixture
def run_id(lab, keeping):
    run_id = lab.complete("tortoise", keeping)
    keep_every_epoch(lab.record(run_id))
    return run_id


@pytest.fixture
def record(lab, run_id):
    return lab.record(run_id)


def epochs(at, label="Epoch"):
    """Return the epochs on offer as they are called."""
    sliders = [slider for slider in at.select_slider if slider.label == label]
    if sliders:
        return sliders[0].options
    return [option.content for option in labelled(at.get("button_group"), label).proto.options]


def first_mistake(open_page, run_id, **where):
    return str(galleries(open_page("Errors", run=run_id, **where))[0]["ids"][0])


def test_an_epoch_goes_from_errors_to_explain_and_to_explore(open_page, run_id):
    index = first_mistake(open_page, run_id, epoch="2")
    at = open_page("Errors", run=run_id, image=index, epoch="2")
    assert maps(at, 1)[0]["title"].startswith("Grad-CAM for "), "where the network looked after epoch 2"
    link = next(link.proto for link in at.get("page_link") if link.proto.label == "Explain this image")
    assert "epoch=2" in link.query_string
    at.switch_page("dashboard/pages/Explain.py").run()
    assert "After epoch 2 **tortoise**" in texts(at)
    assert "weights of epoch 2, kept in float16" in texts(at)
    assert epochs(at) == ["1", "2", "3 (best)", "4 (last)"]
    labelled(at.select_slider, "Epoch").set_value(1).run()
    assert at.query_params["epoch"] == "1"
    at.switch_page("dashboard/pages/Explore.py").run()
    assert at.query_params["epoch"] == "1"
    assert "After epoch 1 **tortoise** takes it for" in texts(at)
    at.switch_page("dashboard/pages/Errors.py").run()
    assert "epoch 1, practice set" in texts(at)


@pytest.mark.parametrize("view", ["Where it looked", "Trust", "How firm", "What if", "Inside", "Class"])
def test_every_view_speaks_of_the_epoch(open_page, run_id, record, view, monkeypatch):
    asked = set()
    load = "dashboard.session.weights._load"
    from dashboard.session import weights

    original = weights._load

    def note(path, stamped):
        asked.add(path.name)
        return original(path, stamped)

    monkeypatch.setattr(load, note)
    open_page("Explain", run=run_id, image="5", epoch="2", see=view)
    assert asked == {record.checkpoint_path(2).name}


def test_the_best_and_the_last_are_whole(record):
    assert not find_weights(record, 3).is_rounded
    assert find_weights(record, 3) == find_weights(record, "best")
    assert find_weights(record, 2).is_rounded
    assert find_weights(record, 9) is None


def test_without_the_option_that_is_said_with_what_keeps_them(open_page, lab):
    run_id = lab.complete("hare")
    save_weights(lab.record(run_id))
    at = open_page("Explain", run=run_id, epoch="2", image="5001")
    assert "The weights of epoch 2 were not kept, only the best (3) and the last (4)" in texts(at)
    assert "A run with “save every epoch” keeps them all." in texts(at)
    assert epochs(at) == ["epoch 2", "best (3)", "last (4)"]


def test_weights_that_found_no_room_are_said_to_have_found_none(open_page, lab, keeping):
    run_id = lab.complete("hare", keeping)
    record = lab.record(run_id)
    keep_every_epoch(record, (1,))
    append_row(record.files.metrics, event_row(WeightsRefused(2, "the disk is full")))
    index = first_mistake(open_page, run_id, epoch="2")
    words = texts(open_page("Errors", run=run_id, epoch="2", image=index))
    assert (
        "No map: the weights of epoch 2 found no room (the disk is full), only epoch 1, the best (3) and the last (4)."
        in words
    )
    assert "save every epoch" not in words


def test_weights_that_somebody_removed_are_said_to_be_gone(open_page, run_id, record):
    record.checkpoint_path(2).unlink()
    at = open_page("Explain", run=run_id, epoch="2", image="5")
    assert "The weights of epoch 2 are gone, only epochs 1, 3, 4, the best (3) and the last (4): all" in texts(at)


def test_damaged_weights_of_an_epoch_are_named(open_page, run_id, record):
    record.checkpoint_path(2).write_bytes(b"no weights")
    at = open_page("Explain", run=run_id, epoch="2", image="5")
    assert record.checkpoint_path(2).name in at.error[0].value


def test_errors_holds_its_epoch_and_its_map_while_a_run_goes_on(open_page, lab, keeping):
    run_id = lab.complete("tortoise", keeping)
    record = lab.record(run_id)
    keep_every_epoch(record, (1, 2))
    change_status(record.run_dir, status="running", epoch=2, best_epoch=2)
    index = first_mistake(open_page, run_id)
    at = open_page("Errors", run=run_id, image=index)
    assert at.query_params["epoch"] == "2"
    keep_every_epoch(record, (3,))
    change_status(record.run_dir, epoch=3, best_epoch=3)
    at.run()
    assert at.query_params["epoch"] == "2"
    assert "epoch 2, practice set" in texts(at)
    assert maps(at, 1)[0]["title"].startswith("Grad-CAM for ")


def test_test_offers_what_exists_and_says_what_does_not(open_page, run_id, record):
    before = record.test_readings()
    at = open_page("Errors", run=run_id, on="test", epoch="2")
    assert "Of test there is no epoch 2: it is read when a run ends, for its best and its last epoch." in texts(at)
    assert epochs(at, "Epoch (test: the best and the last alone)") == ["best (3)", "last (4)"]
    at.run()
    assert record.test_readings() == before + 1


def test_other_pages_go_on_from_the_only_epoch_of_test(open_page, run_id, record):
    change_status(record.run_dir, best_epoch=4)
    at = open_page("Errors", run=run_id, on="test", epoch="2")
    assert "epoch 4 (best, last), practice set" in texts(at)
    assert at.query_params["epoch"] == "4"


def test_test_of_a_run_that_trains_on_is_of_its_former_end(open_page, run_id, record):
    for which, epoch in (("best", 3), ("last", 4)):
        path = record.files.predictions_path("test", which)
        save_predictions(path, load_predictions(path), epoch)
    change_status(record.run_dir, status="running", epoch=6, best_epoch=6)
    at = open_page("Errors", run=run_id, on="test")
    assert epochs(at, "Epoch (test: the best and the last alone)") == ["epoch 3", "epoch 4"]
    assert "epoch 4, practice set" in texts(at)
    assert "epoch 6" not in "".join(line for line in texts(at).splitlines() if "images right" in line)


def test_test_of_a_run_that_has_not_ended_is_not_offered(open_page, lab):
    run_id = lab.run("active")
    words = texts(open_page("Errors", run=run_id, on="test"))
    assert "This run has no test predictions yet" in words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1], "1"), ([1, 2], "1, 2"), ([1, 2, 3], "1 to 3"), ([1, 2, 3, 5, 7, 8, 9, 10], "1 to 3, 5, 7 to 10")],
)
def test_numbers_in_words(numbers, words):
    assert describe_numbers(numbers) == words


def test_what_is_kept_in_words(lab):
    record = lab.record(lab.complete("hare"))
    assert describe_kept(record) == "none"
    save_weights(record)
    assert describe_kept(record) == "the best (3) and the last (4)"
    keep_every_epoch(record, (1, 2))
    assert describe_kept(record) == "epochs 1, 2, the best (3) and the last (4)"
    change_status(record.run_dir, best_epoch=4)
    assert describe_kept(record) == "epochs 1, 2 and the best and last (4)"
