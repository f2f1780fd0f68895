"""python -m pytest tests/app/test_activity.py. What open pages hear of the runs while nobody touches them."""

import json
from urllib.parse import urlencode

import pytest
import streamlit as st
from starlette.requests import Request

from cifar_core.runs import RunError, RunStore
from cifar_core.runs.status import change_status, now
from dashboard.session import activity
from dashboard.session.activity import list_active, stage_of
from tests.app.reading import component_messages
from tests.app.test_frame import PAGES


@pytest.fixture
def ask(server):
    def ask_it(**parameters):
        st.cache_resource.clear()  # as if a second had passed
        answer = get(**parameters)
        assert answer.status_code == 200
        return json.loads(answer.body)

    return ask_it


def get(**parameters):
    (route,) = activity.create_routes()
    scope = {"type": "http", "headers": [], "query_string": urlencode(parameters).encode()}
    return route.endpoint(Request(scope))


def lines(answer):
    return [(line["words"], line["share"]) for line in answer["lines"]]


def followed(at):
    """The stages that a page follows, by what they are of."""
    return {each["of"]: each["stage"] for each in component_messages(at) if isinstance(each, dict) and "of" in each}


def test_a_run_is_told_of_from_its_start_to_its_end(lab, ask):
    assert lines(ask()) == []
    run_id = lab.queue("hare")
    assert list_active(lab.store.list_runs(), now())[0].words == "hare: queued"
    change_status(lab.record(run_id).run_dir, status="running", step=72, num_steps=144, epoch=2)
    assert lines(ask()) == [("hare: running, epoch 3 of 4", 0.5)]
    change_status(lab.record(run_id).run_dir, status="completed", finished_at=now(), best_val_accuracy=0.612)
    assert lines(ask()) == [("hare: completed, val 61.2 %", None)]
    assert ask()["lines"][0]["address"] == f"Train?run={run_id}&part=this"
    change_status(lab.record(run_id).run_dir, finished_at=now() - 3600)
    assert lines(ask()) == []


def test_the_newest_of_many_are_told_of(lab):
    for place in range(4):
        lab.complete(f"ended {place}")
        lab.run(f"active {place}")
    words = [line.words for line in list_active(lab.store.list_runs(), now())]
    assert len(words) == 4
    assert [word.split()[0] for word in words] == ["active", "active", "ended", "ended"]


def test_of_those_that_wait_the_next_ones_are_told_of(lab):
    for name in ("first", "second", "third"):
        lab.queue(name)
    told = [line.words for line in list_active(lab.store.list_runs(), now())]
    assert told == ["first: running, epoch 1 of 4", "second: queued, number 1"]


def test_the_stage_changes_with_whatever_a_table_shows(lab, ask):
    run_id = lab.run("hare")
    stages = [ask()["runs"]]
    assert stage_of(lab.store.list_runs()) == stages[0]
    lab.store.describe(run_id, name="tortoise")
    stages.append(ask()["runs"])
    change_status(lab.record(run_id).run_dir, epoch=3)
    stages.append(ask()["runs"])
    lab.queue()
    stages.append(ask()["runs"])
    assert len(set(stages)) == 4
    assert ask()["runs"] == stages[-1]


def test_the_chosen_run_is_told_of(lab, ask):
    run_id = lab.complete("hare")
    assert ask(run=run_id)["chosen"] == "completed"
    lab.store.delete(run_id)
    assert ask(run=run_id)["chosen"] == "gone"


def test_trouble_is_an_answer(monkeypatch, lab):
    def refuse(store):
        raise RunError("no *disk*")

    monkeypatch.setattr(RunStore, "list_runs", refuse)
    monkeypatch.setattr(RunStore, "refresh", refuse)
    answer = get()
    assert (answer.status_code, json.loads(answer.body)) == (503, {"message": "no *disk*"})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_and_those_with_runs_follow(open_page, lab, ask, page):
    run_id = lab.complete("hare")
    at = open_page(page, run=run_id)
    sent = next(each for each in component_messages(at) if isinstance(each, dict) and "lines" in each)
    answer = ask(run=run_id)
    assert sent["interval"] < 5
    runs = {"runs": answer["runs"]}
    expected = {"Overview": runs, "Compare": runs, "Lessons": runs, "Augment": {}}
    expected["Sweeps"] = {"sweeps": answer["sweeps"]}
    expected["Runs"] = runs | {"chosen": "completed"}
    assert followed(at) == expected.get(page, {"chosen": "completed"})


def test_who_looks_at_an_ended_run_hears_no_more_of_it(open_page, lab):
    run_id = lab.complete("hare")
    seen = [
        next(each for each in component_messages(at) if isinstance(each, dict) and "lines" in each)["seen"]
        for at in (open_page("Overview"), open_page("Train", run=run_id))
    ]
    assert seen == [[], [run_id]]
