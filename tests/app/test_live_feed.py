"""python -m pytest tests/app/test_live_feed.py. What an open Train page asks for every few seconds."""

import json
import time

import pytest
from starlette.requests import Request

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.journal import append_row, read_lines_from
from cifar_core.runs.status import change_status
from dashboard.train.beneath import Beneath
from dashboard.train.feed import create_routes, feed_address, read_feed
from tests.app.reading import line_charts, pulse, texts


def get(run_id, query="view=Curves", headers=()):
    (route,) = create_routes()
    scope = {"type": "http", "method": "GET", "path_params": {"run_id": run_id}, "query_string": query.encode()}
    return route.endpoint(Request(scope | {"headers": list(headers)}))


def ask(run_id, query="view=Curves"):
    """What the server answers: HTTP status and JSON."""
    answer = get(run_id, query)
    return answer.status_code, json.loads(answer.body)


def stage(lab, run_id, view="Curves"):
    record = lab.record(run_id)
    return read_feed(lab.store, record, record.status(), view, Beneath())[0].stage


@pytest.mark.parametrize("view", ["Curves", "Steps"])
def test_the_feed_says_what_the_page_was_drawn_with(open_page, lab, view):
    run_id = lab.run("hare")
    at = open_page("Train", run=run_id)
    at.segmented_control(key="watch").set_value(view).run()
    assert pulse(at)["feed"] == feed_address(run_id, view, Beneath())
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
    _, answer = ask(run_id, feed_address(run_id, "Curves", Beneath([other, "gone"])).partition("?")[2])
    names = [line["name"] for line in json.loads(next(iter(answer["charts"].values())))["lines"]]
    assert len(names) == 3
    assert names[0].startswith("tortoise")


def test_the_band_of_other_seeds_lies_beneath_and_grows_with_the_run(open_page, lab):
    for seed in (1, 2):
        lab.complete(f"hare, seed {seed}", with_overrides(lab.config, {"training.seed": seed}))
    run_id = lab.run("hare")
    at = open_page("Train", run=run_id)
    (accuracy, _) = line_charts(at)
    assert [line["name"] for line in accuracy["lines"]] == ["val, 2 other seeds", "train", "val"]
    assert len(accuracy["lines"][0]["low"]) == 4
    assert "the same settings with 2 other seeds" in texts(at)
    _, answer = ask(run_id, pulse(at)["feed"].partition("?")[2])
    assert json.loads(answer["charts"][accuracy["label"]]) == accuracy
    at.segmented_control(key="train_band").set_value("mean").run()
    assert line_charts(at)[0]["lines"][0]["low"] == []
    at.segmented_control(key="train_band").set_value("off").run()
    assert [line["name"] for line in line_charts(at)[0]["lines"]] == ["train", "val"]
    assert "over=" not in pulse(at)["feed"]


def test_a_page_asks_less_often_the_longer_a_run_goes_on_and_soon_again_at_its_end(lab):
    run_id = lab.run("hare")

    def interval_with(**changes):
        change_status(lab.record(run_id).run_dir, **changes)
        return ask(run_id)[1]["pulse"]["interval"]

    def training_for(seconds):
        return interval_with(started_at=time.time() - seconds, seconds_left=300.0)

    assert [training_for(seconds) for seconds in (5, 61, 121, 181, 3_601)] == [1.0, 2.0, 3.0, 4.0, 4.0]
    assert [interval_with(seconds_left=left) for left in (2.9, 0.4, None)] == [2.0, 1.0, 4.0]
    assert interval_with(attempt=2, started_at=time.time()) == 1.0
    assert interval_with(status="queued", started_at=None, submitted_at=time.time() - 3_601) == 2.0


def test_a_page_asks_sooner_for_a_run_that_was_told_to_stop(lab):
    run_id = lab.run("hare")
    change_status(lab.record(run_id).run_dir, started_at=time.time() - 3_601, seconds_left=300.0)
    lab.store.stop(run_id)
    assert ask(run_id)[1]["pulse"]["interval"] == 2.0


@pytest.mark.parametrize(("num_epochs", "words"), [(2, "after its present step"), (0, "before its first step")])
def test_between_a_stop_and_the_end_the_page_says_so(open_page, lab, num_epochs, words):
    run_id = lab.run("hare", num_epochs)
    first = get(run_id).headers["ETag"]
    lab.store.pause(run_id)
    assert "Stopping" not in ask(run_id)[1]["pulse"]["words"]
    lab.store.stop(run_id)
    told = ask(run_id)[1]["pulse"]["words"]
    assert told.startswith("Stopping: it ends ")
    assert words in told
    assert pulse(open_page("Train", run=run_id))["pulse"]["words"] == told
    assert get(run_id, headers=[(b"if-none-match", first.encode())]).status_code == 200


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
        lines, behind = read_lines_from(of, offset)
        reads.append((of.name, offset, len(lines)))
        return lines, behind

    monkeypatch.setattr("cifar_core.runs.journal.read_lines_from", read)
    ask(run_id)
    whole = path.stat().st_size
    reads.clear()
    ask(run_id)
    assert reads == []
    append_row(path, json.loads(row))
    ask(run_id)
    assert reads == [(path.name, whole, 1)]


def test_who_has_the_newest_answer_is_sent_no_other(lab):
    run_id, other = lab.run("hare"), lab.complete("tortoise")
    query = feed_address(run_id, "Curves", Beneath([other])).partition("?")[2]

    def ask_again(version):
        answer = get(run_id, query, [(b"if-none-match", version.encode())])
        return answer.status_code, answer.headers["etag"], answer.body

    first = get(run_id, query)
    version = first.headers["etag"]
    assert get(run_id, query).body == first.body
    assert ask_again(version) == (304, version, b"")
    assert ask_again(f"W/{version}") == (304, version, b"")  # a server that packs an answer marks its name
    record = lab.record(run_id)
    changes = [
        lambda: append_row(record.files.metrics, {"kind": "step", "epoch": 3, "step": 80, "train/loss": 0.5}),
        lambda: change_status(record.run_dir, step=80),
        lambda: record.record_event("learning_rate_changed", factor=0.5, step=20),
        lambda: lab.record(other).change_meta(name="turtle"),
        lambda: lab.queue("waiting"),
    ]
    for change in changes:
        change()
        code, newer, body = ask_again(version)
        assert (code, newer != version) == (200, True)
        assert json.loads(body)["charts"]
        version = newer


@pytest.mark.parametrize("view", ["Curves", "Steps"])
def test_what_was_followed_looks_like_what_is_read_for_the_first_time(lab, view):
    """Row after row, an abandoned part, another file in place: a record that was followed says what a new one says."""
    run_id = lab.run("hare")
    path = lab.record(run_id).files.metrics
    start, *rows = path.read_text(encoding="utf-8").splitlines()
    steps = [json.loads(row) for row in rows if '"kind":"step"' in row]
    assert len(steps) > 3
    for turn in range(900):
        row = steps[turn % len(steps)] | {"epoch": 3, "step": 100 + turn, "train/loss": 2.5 if turn == 700 else 1.0}
        append_row(path, row)
        if turn % 97 == 0:
            assert charts_of(lab, run_id, view) == charts_of(RunStore(), run_id, view)
    append_row(path, json.loads(start) | {"first_epoch": 3})
    assert charts_of(lab, run_id, view) == charts_of(RunStore(), run_id, view)
    replacement = path.with_suffix(".new")
    replacement.write_text("\n".join([start, *rows[:2], ""]), encoding="utf-8")
    replacement.replace(path)
    assert charts_of(lab, run_id, view) == charts_of(RunStore(), run_id, view)


def charts_of(store, run_id, view):
    record = store.record(run_id)
    return read_feed(RunStore(), record, record.status(), view, Beneath())[1]
