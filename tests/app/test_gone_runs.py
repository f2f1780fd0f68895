"""python -m pytest tests/app/test_gone_runs.py. A run that was deleted is said to be gone; no other takes its place."""

import pytest

from tests.app.driving import labels, press, save_weights
from tests.app.reading import labelled, texts
from tests.app.test_frame import RUN_PAGES, picker


@pytest.mark.parametrize("page", RUN_PAGES)
def test_an_open_page_says_that_its_run_is_gone(open_page, lab, page):
    run_id = lab.complete("hare")
    save_weights(lab.record(run_id))
    lab.run("tortoise")
    at = open_page(page, run=run_id)
    lab.store.delete(run_id)
    for _ in range(2):
        at.run()
        assert not at.exception
        assert f"Run **hare ({run_id.split('-', 2)[2]})** is gone: it was deleted." in at.warning[0].value
        assert picker(at).value is None
        assert "run" not in at.query_params
        assert "Stop" not in labels(at), "no other run is shown"
    labelled(at.button, next(label for label in labels(at) if label.startswith("Watch tortoise"))).click().run()
    assert "tortoise" in picker(at).options[0]
    assert picker(at).value is not None
    assert not any("is gone" in element.value for element in at.warning)


def test_the_message_can_be_dismissed(open_page, lab):
    at = open_page("Errors", run="20260101-0000-brave-otter")
    assert "is gone or never was here" in at.warning[0].value
    press(at, "Dismiss")
    assert not at.warning


@pytest.mark.parametrize(
    ("page", "name", "words"),
    [
        ("Train", "with", "no longer drawn beneath"),
        ("Train", "compared", "the form is compared with what it starts from"),
        ("Errors", "against", "to compare with"),
        ("Explain", "beside", "no longer drawn beside"),
        ("Runs", "runs", "no longer ticked"),
    ],
)
def test_a_run_beside_it_that_is_gone_is_said_to_be(open_page, lab, page, name, words):
    run_id, other = lab.complete("hare"), lab.complete("fox")
    for each in (run_id, other):
        save_weights(lab.record(each))
    half = {"part": "new"} if name == "compared" else {}
    at = open_page(page, run=run_id, image=5000, see="What if", **{name: other}, **half)
    assert words not in texts(at)
    lab.store.delete(other)
    at.run()
    assert f"**fox ({other.split('-', 2)[2]})**" in texts(at)
    assert words in texts(at)


def test_weights_of_a_run_that_is_gone_are_not_started_from_in_silence(open_page, lab):
    run_id = lab.complete("hare")
    save_weights(lab.record(run_id))
    at = open_page("Train", run=run_id)
    press(at, "From its best epoch, 3")
    lab.store.delete(run_id)
    at.run()
    assert any("no weights of it to start from" in element.value for element in at.warning)
    assert "is gone" in labelled(at.button, "Start training").proto.help
    press(at, "From new ones")
    assert not labelled(at.button, "Start training").disabled


def test_what_this_page_deleted_needs_no_message(open_page, lab):
    run_id = lab.complete("hare")
    lab.complete("fox")
    at = open_page("Runs", runs=run_id)
    press(at, "Delete")
    press(at, "Delete it")
    assert "gone" not in texts(at)
