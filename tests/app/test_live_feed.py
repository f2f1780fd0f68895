"""python -m pytest tests/app/test_live_feed.py. What an open Train page asks for every second or two."""

import json
import time

import pytest
from starlette.requests import Request

from cifar_core.runs import RunError
from cifar_core.runs.journal import append_row, read_rows_from
from cifar_core.runs.status import change_status
from dashboard.train.feed import create_routes, feed_address, read_feed
from tests.app.reading import line_charts, pulse


def ask(run_id, query="view=Curves"):
    """What the server answers: HTTP status and JSON."""
    (route,) = create_routes()
    scope = {"type": "http", "method": "GET", "path_params": {"run_id": run_id}, "query_string": query.encode()}
    answer = route.endpoint(Request(scope | {"headers": []}))
    return answer.status_code, json.loads(answer.body)


def stage(lab, run_id, view="Curves"):
    record = lab.record(run_id)
    return read_feed(lab.store, record, record.status(), view, [])[0].stage


@pytest.mark.parametrize("view", ["Curves", "Steps"])
def test_the_feed_says_what_the_page_was_drawn_with(open_page, lab, view):
    run_id = lab.run("hare")
    at = open_page("Train", run=run_id)
    at.segmented_control(key="watch").set_value(view).run()
    assert pulse(at)["feed"] == feed_address(run_id, view, [])
    code, answer = ask(run_id, f"view={view}")
    assert code == 200
    drawn = pulse(at)["pulse"]
    assert answer["pulse"] == {name: drawn[name] for name in answer["pulse"]}
    assert {label: json.loads(text) for label, text in answer["charts"].items()} == {
        chart["label"]: chart for chart in line_charts(at)
    }
    assert answer["charts"]


def test_runs_drawn_beneath_stay_there(lab):
    run_id, other = lab.run("hare"), lab.complete("tortoise")
    _, answer = ask(run_id, feed_address(run_id, "Curves", [other, "gone"]).partition("?")[2])
    names = [line["name"] for line in json.loads(next(iter(answer["charts"].values())))["lines"]]
    assert len(names) == 3
    assert names[0].startswith("tortoise")


def test_a_page_asks_less_often_after_the_first_minute(lab):
    run_id = lab.run("hare")
    assert ask(run_id)[1]["pulse"]["interval"] == 1.0
    change_status(lab.record(run_id).run_dir, started_at=time.time() - 61)
    assert ask(run_id)[1]["pulse"]["interval"] == 2.0
    change_status(lab.record(run_id).run_dir, started_at=None, submitted_at=time.time() - 61)
    assert ask(run_id)[1]["pulse"]["interval"] == 2.0
    change_status(lab.record(run_id).run_dir, attempt=2, started_at=time.time())
    assert ask(run_id)[1]["pulse"]["interval"] == 1.0


def test_the_stage_passes_with_what_the_charts_do_not_show(lab):
    run_id = lab.run("hare")
    seen = [stage(lab, run_id)]
    assert stage(lab, run_id) == seen[0]
    change_status(lab.record(run_id).run_dir, step=21, seconds_left=20.0)
    assert stage(lab, run_id) == seen[0]
    lab.queue("waiting")
    seen.append(stage(lab, run_id))
    lab.record(run_id).record_event("learning_rate_changed", factor=0.5, step=20)
    seen.append(stage(lab, run_id))
    change_status(lab.record(run_id).run_dir, status="paused")
    seen.append(stage(lab, run_id))
    assert len(set(seen)) == len(seen)


def test_the_stage_passes_with_the_first_step(lab):
    """A page drawn just before it has no view yet; the run's start stands in the metrics already."""
    run_id = lab.run("hare")
    change_status(lab.record(run_id).run_dir, step=0, epoch=0)
    before = stage(lab, run_id, "")
    change_status(lab.record(run_id).run_dir, step=9)
    assert stage(lab, run_id, "") != before


def test_other_views_are_drawn_anew_with_each_epoch(lab):
    run_id = lab.run("hare")
    before = stage(lab, run_id, "Confusion")
    change_status(lab.record(run_id).run_dir, epoch=3)
    assert stage(lab, run_id, "Confusion") != before


@pytest.mark.parametrize("run_id", ["20250101-0000-no-run", "..", "../data", "%2e%2e"])
def test_a_run_that_is_not_there_is_not_found(lab, run_id):
    code, answer = ask(run_id)
    assert code == 404
    assert "does not exist" in answer["message"]


def test_a_damaged_run_is_not_found(lab):
    run_id = lab.damage()
    code, answer = ask(run_id)
    assert code == 404
    with pytest.raises(RunError) as error:
        lab.record(run_id).status()
    assert answer["message"] == str(error.value)


def test_a_second_answer_reads_only_what_was_added(lab, monkeypatch):
    run_id = lab.run("hare")
    path = lab.record(run_id).files.metrics
    row = path.read_text(encoding="utf-8").splitlines()[-1]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for _ in range(14_400))
    reads = []

    def read(of, offset):
        rows, behind = read_rows_from(of, offset)
        reads.append((of.name, offset, len(rows)))
        return rows, behind

    monkeypatch.setattr("cifar_core.runs.journal.read_rows_from", read)
    ask(run_id)
    whole = path.stat().st_size
    reads.clear()
    ask(run_id)
    assert reads == []
    append_row(path, json.loads(row))
    ask(run_id)
    assert reads == [(path.name, whole, 1)]
