"""python -m pytest tests/app/test_trouble.py. Trouble with the runs' files is one sentence in place, on every page."""

import pytest
import streamlit as st

from cifar_core.runs import RunError, RunRecord, RunStore, SavedPresets
from tests.app.driving import press
from tests.app.reading import labelled, texts
from tests.app.test_frame import PAGES

WORDS = "the disk holding *runs* is full; allowed: one with room"
SHOWN = "the disk holding \\*runs\\* is full; allowed: one with room"


def refuse(*arguments, **options):
    raise RunError(WORDS)


def said(at):
    return [element.value for element in (*at.error, *at.toast) if SHOWN in element.value]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_where_the_runs_path_is_a_file(open_page, tmp_path, monkeypatch, page):
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv("CIFAR_RUNS_DIR", str(tmp_path / "a_file"))
    at = open_page(page)
    assert at.header[0].value == page
    assert [element.value for element in at.error if "is a file" in element.value] == [at.error[0].value], "once"
    if page in ("Overview", "Train"):
        start = labelled(at.button, "Train one, a minute at most" if page == "Overview" else "Start training")
        assert start.disabled
        assert "is a file" in start.proto.help


@pytest.mark.parametrize("call", ["__init__", "list_runs", "refresh", "record", "waiting"])
def test_no_page_crashes_where_the_store_refuses_to_read(open_page, lab, monkeypatch, call):
    run_id = lab.complete("hare")
    lab.run("tortoise")
    monkeypatch.setattr(RunStore, call, refuse)
    for page in PAGES:
        st.cache_resource.clear()
        at = open_page(page, run=run_id, runs=run_id)
        assert at.header[0].value == page
        if call in ("__init__", "list_runs", "refresh") or (page in ("Explain", "Errors") and call == "record"):
            assert len(said(at)) == 1, page


@pytest.mark.parametrize("page", PAGES)
def test_a_folder_that_is_read_only_is_said_once_and_its_runs_are_shown(open_page, lab, monkeypatch, page):
    run_id = lab.complete("hare")
    monkeypatch.setattr(RunStore, "why_not_writable", lambda store: WORDS)
    at = open_page(page, run=run_id, runs=run_id)
    assert len(said(at)) == 1
    if page not in ("Augment", "Lessons", "Sweeps"):
        assert "hare" in texts(at) + str([box.options for box in at.selectbox])
    if page == "Train":
        assert labelled(open_page(page, part="new").button, "Start training").disabled


@pytest.mark.parametrize(
    ("method", "label", "status"),
    [
        ("submit", "Start training", "completed"),
        ("pause", "Pause", "running"),
        ("unpause", "Go on", "paused"),
        ("stop", "Stop", "running"),
        ("discard", "Stop and discard it", "running"),
        ("change_learning_rate", "x 0.5", "running"),
        ("change_learning_rate", "Apply", "running"),
        ("stop_all", "Stop everything", "running"),
        ("resume_run", "Resume", "stopped"),
        ("extend", "Train on", "stopped"),
    ],
)
def test_what_train_cannot_do_is_said(open_page, lab, monkeypatch, method, label, status):
    run_id = lab.complete() if status == "completed" else lab.run(status=status)
    monkeypatch.setattr(RunStore, method, refuse)
    at = open_page("Train", run=run_id, part="new" if method == "submit" else "this")
    press(at, label)
    assert len(said(at)) == 1


@pytest.mark.parametrize(("method", "label"), [("describe", "Save"), ("resume_run", "Resume"), ("delete", "Delete it")])
def test_what_runs_cannot_do_is_said(open_page, lab, monkeypatch, method, label):
    run_id = lab.end("stopped", "Stopped on request.")
    at = open_page("Runs", runs=run_id)
    monkeypatch.setattr(RunStore, method, refuse)
    if label == "Save":
        at.text_input(key=f"runs_name_{run_id}").set_value("another").run()
    if label == "Delete it":
        press(at, "Delete")
    press(at, label)
    assert len(said(at)) == 1


def test_what_overview_cannot_start_is_said(open_page, monkeypatch):
    at = open_page("Overview")
    monkeypatch.setattr(RunStore, "submit", refuse)
    press(at, "Train one, a minute at most")
    assert at.header[0].value == "Overview"
    assert len(said(at)) == 1


@pytest.mark.parametrize(("method", "label"), [("save", "Save it"), ("delete", "Delete the preset mine")])
def test_presets_that_cannot_be_written_are_said(open_page, lab, monkeypatch, method, label):
    SavedPresets(lab.store.runs_dir).save("mine", lab.config)
    at = open_page("Train", preset="mine")
    at.text_input(key="train_saved_name").set_value("other").run()
    monkeypatch.setattr(SavedPresets, method, refuse)
    press(at, label)
    assert len(said(at)) == 1


def test_a_look_at_test_that_cannot_be_counted_is_said_and_shown_all_the_same(open_page, lab, monkeypatch):
    monkeypatch.setattr(RunRecord, "count_test_reading", refuse)
    run_id = lab.run("hare", 4, status="completed")
    lab._predict(lab.record(run_id))
    at = open_page("Errors", run=run_id, on="test")
    assert len(said(at)) == 1
    assert "test images right" in texts(at)
