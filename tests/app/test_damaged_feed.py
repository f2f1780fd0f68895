"""python -m pytest tests/app/test_damaged_feed.py. The live address answers in JSON, whatever is on disk."""

import json
import shutil

import pytest
from starlette.requests import Request

from dashboard.train.feed import create_routes

FILES = ["config.json", "meta.json", "status.json", "environment.json", "metrics.jsonl", "events.jsonl"]
VALUES = [float("nan"), float("inf"), 10**400, 10**18, -(10**12), "\ud800", "twelve", None, [{}], {"a": 1}, True]


def ask(run_id, query="view=Curves"):
    """What the server answers: HTTP status and JSON, which must be valid."""
    (route,) = create_routes()
    scope = {"type": "http", "method": "GET", "path_params": {"run_id": run_id}, "query_string": query.encode()}
    answer = route.endpoint(Request(scope | {"headers": []}))
    content = json.loads(answer.body, parse_constant=pytest.fail)
    for chart in content.get("charts", {}).values():
        json.loads(chart, parse_constant=pytest.fail)
    return answer.status_code, content


def damaged(path):
    """The file's contents, damaged in many ways."""
    content = path.read_bytes()
    yield from (b"", b"[1]\n", bytes(range(256)), b"[" * 100_000 + b"\n", content[: len(content) // 2], content * 2)
    lines = [json.loads(line) for line in content.splitlines()] if path.suffix == ".jsonl" else [json.loads(content)]
    for number in {0, len(lines) - 1}:
        for key in lines[number]:
            for changed in [{}, *({key: value} for value in VALUES)]:
                line = {name: value for name, value in lines[number].items() if name != key} | changed
                yield b"".join(
                    json.dumps(each).encode() + b"\n" for each in [*lines[:number], line, *lines[number + 1 :]]
                )


@pytest.mark.parametrize("view", ["Curves", "Steps"])
@pytest.mark.parametrize("file", FILES)
def test_the_live_address_never_fails_on_a_damaged_run(lab, file, view):
    run_id = lab.run("hare", num_epochs=1)
    lab.record(run_id).record_event("learning_rate", step=3, factor=0.5)
    path = lab.record(run_id).run_dir / file
    for content in list(damaged(path)):
        path.write_bytes(content)
        code, answer = ask(run_id, f"view={view}&with={run_id}")
        assert code in (200, 404), answer
        assert (code == 200) == ("pulse" in answer)
        assert code == 200 or file in ("status.json", "config.json")


@pytest.mark.parametrize("file", FILES)
def test_a_folder_in_place_of_a_file(lab, file):
    run_id = lab.run("hare", num_epochs=1)
    path = lab.record(run_id).run_dir / file
    path.unlink(missing_ok=True)
    path.mkdir()
    assert ask(run_id)[0] in (200, 404)


@pytest.mark.parametrize("run_id", [f"20260101-0000-{'a' * 300}-b", "20260101-0000-a-\0", "\ud800", "x" * 10_000])
def test_an_id_that_is_none_is_not_found(lab, run_id):
    assert ask(run_id)[0] == 404


def test_what_nobody_thought_of_is_told_in_json(lab, monkeypatch, caplog):
    run_id = lab.run("hare", num_epochs=1)

    def fail(*_):
        raise KeyError("surprise")

    monkeypatch.setattr("dashboard.train.feed.read_growth", fail)
    code, answer = ask(run_id)
    assert code == 503
    assert answer == {"message": f"run {run_id} cannot be shown now: 'surprise'"}
    assert "Traceback" in caplog.text


def test_a_folder_that_is_gone_is_told(lab):
    run_id = lab.run("hare", num_epochs=1)
    shutil.rmtree(lab.store.runs_dir)
    lab.store.runs_dir.touch()
    assert ask(run_id)[0] == 404


@pytest.mark.parametrize("page", ["Train", "Errors", "Explain"])
def test_a_page_says_what_was_left_out_of_a_run(open_page, lab, page):
    run_id = lab.complete("hare")
    with (lab.record(run_id).run_dir / "events.jsonl").open("a") as events:
        events.write('{"kind": "learning_rate", "factor": 0.5}\n')
    at = open_page(page, run=run_id)
    assert "Part of the record is damaged and left out: 1 line of events.jsonl." in [note.value for note in at.warning]
