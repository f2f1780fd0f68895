"""python -m pytest tests/unit/faults/test_damaged_record.py. A run's files, each damaged in every way there is."""

import json
import shutil

import numpy as np
import pytest

from cifar_core.evaluation import Predictions, save_predictions
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunRecord, RunStore, describe_damage, read_learning_rate_changes
from cifar_core.runs.journal import append_row
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

DEEP = b"[" * 100_000
FILES = ["config.json", "meta.json", "status.json", "environment.json", "metrics.jsonl", "events.jsonl", "log.txt"]
FILES += ["predictions/val-0002.npz", "predictions/test-best.npz", "commands/1-stop.json"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run's folder as its worker left it, with an event of each kind."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("finished")
        patch.setenv("CIFAR_DATA_DIR", str(folder / "data"))
        store = RunStore(folder / "runs", IdleExecutor())
        config = with_overrides(PRESETS["notebook"].config, {"training.device": "cpu", "training.num_epochs": 3})
        record = store.record(store.submit(config))
        for kind, facts in {"learning_rate": {"step": 2, "factor": 0.5}, "paused": {"step": 3}}.items():
            record.record_event(kind, **facts)
        assert run_worker(record.run_dir, pretend_fit(), IdleExecutor()) == 0
    scores = Predictions(np.zeros((4, 10), np.float32), np.zeros(4, np.int64), np.arange(4, dtype=np.int64))
    for split, which in (("val", 1), ("val", 2), ("val", 3), ("test", "best")):
        save_predictions(record.files.predictions_path(split, which), scores)
    record.files.log.write_text("hello\n")
    return record.run_dir


@pytest.fixture
def store(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "runs" / finished.name)
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture
def record(store, finished):
    return store.record(finished.name)


def each_value(value):
    """Put this in place of each value of each object in a file, one at a time; yields the whole contents."""

    def contents(path):
        for number, line in enumerate(lines := objects(path)):
            for key in line:
                yield whole(path, [*lines[:number], {**line, key: value}, *lines[number + 1 :]])

    return contents


def each_key_dropped(path):
    for number, line in enumerate(lines := objects(path)):
        for key in line:
            less = {name: value for name, value in line.items() if name != key}
            yield whole(path, [*lines[:number], less, *lines[number + 1 :]])


def objects(path):
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()][-8:]
    return [json.loads(path.read_text())] if path.suffix == ".json" else []


def whole(path, lines):
    if path.suffix == ".jsonl":
        return "".join(json.dumps(line) + "\n" for line in lines).encode()
    return json.dumps(lines[0]).encode()


def as_one(content):
    return lambda path: [content]


DAMAGES = {
    "empty": as_one(b""),
    "garbage": as_one(bytes(range(256)) * 8),
    "deep": as_one(DEEP),
    "deep line": as_one(DEEP + b"\n" + b'{"a":' * 100_000 + b"\n"),
    "not an object": as_one(b"[1]\n5\nnull\n"),
    "zeros": as_one(bytes(4096)),
    "cut": lambda path: [path.read_bytes()[: len(path.read_bytes()) * part // 4] for part in (1, 2, 3)],
    "twice": lambda path: [path.read_bytes() * 2],
    "dropped": each_key_dropped,
    "NaN": each_value(float("nan")),
    "infinity": each_value(float("-inf")),
    "huge": each_value(10**400),
    "large": each_value(10**18),
    "negative": each_value(-(10**12)),
    "words": each_value("twelve"),
    "surrogate": each_value("\ud800"),
    "surrogate within": each_value({"\ud800": ["\udfff"]}),
    "none": each_value(None),
    "list": each_value([{}]),
    "object": each_value({"a": [1]}),
    "bool": each_value(True),
}


def read_everything(store, run_id):
    """Call every reader; what is not a RunError goes through."""
    readers = [store.list_runs, store.refresh, store.waiting, RunStore(store.runs_dir, IdleExecutor()).list_runs]
    for record in (store.record(run_id), RunRecord(store.runs_dir / run_id)):
        readers += [record.stored_config, record.config, record.meta, record.status, record.environment]
        readers += [record.epoch_rows, record.step_rows, record.compile_seconds, record.events, record.test_readings]
        readers += [record.log_tail, record.prediction_epochs, lambda record=record: describe_damage(record)]
        readers += [lambda record=record: read_learning_rate_changes(record)]
        readers += [
            lambda record=record, split=split, epoch=epoch: record.predictions_path(split, epoch)
            for split in ("val", "test")
            for epoch in (2, "best", "last", "strange", None)
        ]
    answers = []
    for read in readers:
        try:
            answers.append(read())
        except RunError as error:
            answers.append(error)
    return answers


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_reading_a_damaged_run_raises_nothing_but_run_errors(store, record, file, damage):
    path = record.run_dir / file
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text('{"command": "stop"}')
    for content in list(DAMAGES[damage](path)):
        path.write_bytes(content)
        answers = read_everything(store, record.run_id)
        assert not [answer for answer in answers if isinstance(answer, RunError) and "\n" in str(answer)]
        for runs in answers[:2]:
            assert [run.run_id for run in runs] == [record.run_id]
            runs[0].model_dump_json()
        json.dumps([record.epoch_rows(), record.step_rows(), record.compile_seconds()], allow_nan=False)


@pytest.mark.parametrize("file", FILES)
def test_a_folder_in_place_of_a_file_is_no_more_than_a_refusal(store, record, file):
    path = record.run_dir / file
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    (path / "inside").touch()
    assert len(read_everything(store, record.run_id)) > 20


def test_what_is_whole_is_shown_and_one_sentence_says_what_is_not(record):
    rows = record.files.metrics.read_text().splitlines()
    rows[1] = '{"kind":"step","epoch":1}'  # lacks its step
    rows[2] = "[" * 100_000
    record.files.metrics.write_text("\n".join(rows) + "\n")
    status = json.loads(record.files.status.read_text()) | {"seconds_left": float("nan"), "pid": -5, "epoch": "x"}
    record.files.status.write_text(json.dumps(status))
    record.files.predictions_path("val", 2).write_bytes(b"PK")
    assert len(record.epoch_rows()) == 3
    assert len(record.step_rows()) == 13
    assert (record.status().status, record.status().seconds_left, record.status().step) == ("completed", None, 15)
    assert record.prediction_epochs() == [1, 3]
    assert describe_damage(record) == (
        "Part of the record is damaged and left out: status.json (epoch, pid, seconds_left); "
        "2 lines of metrics.jsonl; val predictions of epoch 2."
    )


def test_a_whole_record_has_no_damage(store, record):
    assert describe_damage(record) == ""
    assert store.list_runs()[0].damage == ""


@pytest.mark.parametrize(
    "line",
    ['{"kind":"learning_rate","factor":0.5}', '{"kind":"learning_rate","step":2,"factor":"x"}', "{", "[" * 90_000],
)
def test_a_run_is_continued_past_a_damaged_event_and_says_so(record, line):
    change_status(record.run_dir, status="running", attempt=2)
    with record.files.events.open("a") as file:
        file.write(line + "\n")
    append_row(record.files.events, {"kind": "learning_rate", "step": 4, "factor": 0.5})
    reporter = Reporter(record.run_dir, StatusKeeper(record.run_dir))
    assert reporter.learning_rate_factor(5) == 0.25
    assert run_worker(record.run_dir, pretend_fit(), IdleExecutor()) == 0
    completed, remark = record.status().message.split(". ", 1)
    assert completed == "Completed 3 epochs"
    assert remark == "Left out as damaged: 1 line of events.jsonl, so a change of the learning rate may be missing."


def test_a_run_whose_settings_are_damaged_does_not_wait_for_ever(store, record):
    change_status(record.run_dir, status="queued")
    record.files.config.write_text("{")
    (run,) = store.refresh()
    assert run.status.status == "failed"
    assert run.status.message.startswith(f"record unreadable: {record.run_id}/config.json")
    store.delete(run.run_id)


def test_a_name_too_long_for_the_file_system_is_no_run(store):
    for run_id in (f"20260101-0000-{'a' * 300}-b", "20260101-0000-a-\0", "٢٠٢٦٠١٠١-0000-a-b"):
        with pytest.raises(RunError, match="does not exist"):
            store.record(run_id)
