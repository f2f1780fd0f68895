"""python -m pytest tests/unit/runs/test_store.py."""

import sqlite3
import time
from datetime import datetime

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunNotFoundError
from cifar_core.runs.index import RunIndex
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.naming import is_run_id
from cifar_core.runs.shelf import RecordShelf
from cifar_core.runs.status import change_status, now, read_status
from cifar_core.runs.submission import publish_run
from tests.unit.race import started_in_a_race


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})


def end(store, run_id, status="completed"):
    change_status(store.record(run_id).run_dir, status=status, finished_at=now())


def test_ids_sort_by_time_and_are_never_used_twice(tmp_path):
    moment = datetime(2026, 11, 22, 18, 15).timestamp()
    names = []
    for number in range(200):
        hidden = tmp_path / f".{number}"
        hidden.mkdir()
        (hidden / "status.json").touch()
        names.append(publish_run(hidden, tmp_path, moment).name)
    assert len(set(names)) == 200
    assert all(is_run_id(name) and name.startswith("20261122-1815-") for name in names)


@pytest.mark.parametrize("text", ["", "..", "../other", "20261122-1815-brave", "20261122-1815-brave-otter/..", "a/b"])
def test_nothing_else_passes_for_an_id(store, text):
    assert not is_run_id(text)
    with pytest.raises(RunNotFoundError):
        store.record(text)


def test_a_submitted_run_can_be_rebuilt_from_its_record(store, config):
    run_id = store.submit(config, name=" first ", preset="notebook")
    record = store.record(run_id)
    assert record.config() == config
    assert (record.meta().name, record.meta().preset) == ("first", "notebook")
    assert store.list_runs()[0].config == config


def test_one_run_a_device_and_the_rest_wait_in_order(store, executor, config):
    first, second, third = (store.submit(config) for _ in range(3))
    urgent = store.submit(config, priority=5)
    assert executor.submitted == [first]
    assert [store.record(run_id).status().status for run_id in (first, second, third, urgent)] == [
        "running",
        "queued",
        "queued",
        "queued",
    ]
    assert [run.run_id for run in store.waiting()] == [urgent, second, third]
    end(store, first)
    store.refresh()
    assert executor.submitted == [first, urgent]


def test_a_dead_worker_is_lost_and_the_next_run_starts(store, executor, config):
    first, second = store.submit(config), store.submit(config)
    executor.alive = False
    store.refresh()
    assert store.record(first).status().status == "lost"
    assert "resumed" in store.record(first).status().message
    assert executor.submitted == [first, second]


def test_a_missing_device_fails_the_run_and_not_the_queue(store, executor, config):
    bad = store.submit(with_overrides(config, {"training.device": "cuda:99"}))
    good = store.submit(config)
    status = store.record(bad).status()
    assert status.status == "failed"
    assert "cuda:99" in status.message
    assert executor.submitted == [good]


def test_each_attempt_has_a_higher_number(store, executor, config):
    run_id = store.submit(config)
    end(store, run_id, "stopped")
    store.resume_run(run_id)
    assert store.record(run_id).status().attempt == 2
    assert store.record(run_id).status().status == "running"
    assert [event["kind"] for event in store.record(run_id).events()] == ["resumed"]


@pytest.mark.parametrize("status", ["running", "completed", "diverged"])
def test_only_what_was_cut_short_can_be_resumed(store, config, status):
    run_id = store.submit(config)
    end(store, run_id, status)
    with pytest.raises(RunError, match=f"is {status}; allowed: parked, stopped, failed or lost"):
        store.resume_run(run_id)


def test_stopping_a_waiting_run_takes_it_out_of_the_queue(store, executor, config):
    first, second = store.submit(config), store.submit(config)
    store.stop(second)
    end(store, first)
    store.refresh()
    assert store.record(second).status().status == "stopped"
    assert executor.submitted == [first]
    with pytest.raises(RunError, match="only an active run"):
        store.stop(second)


def test_an_active_run_is_not_deleted_and_an_ended_one_is(store, config):
    run_id = store.submit(config)
    with pytest.raises(RunError, match="stop it first"):
        store.delete(run_id)
    end(store, run_id)
    store.delete(run_id)
    assert store.list_runs() == []
    assert not [path for path in store.runs_dir.iterdir() if run_id in path.name]


def test_name_and_note_are_kept_and_checked(store, config):
    run_id = store.submit(config, name="old")
    store.describe(run_id, name="new", note=" it overfits ")
    run = store.list_runs()[0]
    assert (run.name, run.note) == ("new", "it overfits")
    with pytest.raises(RunError, match="1 to 80 characters"):
        store.describe(run_id, name="  ")


def damage_nothing(path):
    pass


def delete_index(path):
    path.unlink()


def overwrite_index(path):
    path.write_bytes(b"this is no database" * 1000)


def truncate_index(path):
    path.write_bytes(path.read_bytes()[:1000])


def empty_index(path):
    path.write_bytes(b"")


def outdate_index(path):
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE runs; CREATE TABLE runs (id); PRAGMA user_version = 0;")


@pytest.mark.parametrize(
    "damage", [damage_nothing, delete_index, overwrite_index, truncate_index, empty_index, outdate_index]
)
def test_the_index_can_be_lost(store, config, damage):
    ids = [store.submit(config, name=f"run {number}") for number in range(3)]
    before = store.list_runs()
    for leftover in local_dir(store.runs_dir).glob("index.sqlite-*"):
        leftover.unlink()
    damage(local_dir(store.runs_dir) / "index.sqlite")
    assert store.list_runs() == before
    assert {run.run_id for run in before} == set(ids)


@pytest.mark.parametrize("name", ["config.json", "status.json", "meta.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]", b'{"status": "dancing"}'])
def test_a_broken_record_says_so_and_harms_no_other(store, config, name, content):
    broken, good = store.submit(config), store.submit(config)
    path = store.record(broken).run_dir / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    if name == "meta.json" and content == b'{"status": "dancing"}':
        pytest.skip("meta data may have other fields")
    runs = {run.run_id: run for run in store.refresh()}
    assert runs[broken].status.status == ("failed" if name == "status.json" else "running"), "what is whole stands"
    assert f"record unreadable: {broken}/{name}" in runs[broken].damage
    assert runs[good].status.status in ("queued", "running")
    if name != "status.json":
        end(store, broken)
    store.delete(broken)
    assert [run.run_id for run in store.list_runs()] == [good]


def test_processes_that_dispatch_at_once_start_one_run(store, config):
    first = store.submit(config)
    waiting = [store.submit(config) for _ in range(3)]
    end(store, first)
    assert started_in_a_race(store.runs_dir) == waiting[:1]


def test_test_readings_are_counted(store, config):
    run_id = store.submit(config)
    record = store.record(run_id)
    assert record.count_test_reading(by="somebody") == 1
    assert record.count_test_reading(by="somebody") == 2
    assert store.list_runs()[0].test_readings == 2


def test_the_list_follows_changes_of_the_record(store, config):
    run_id = store.submit(config)
    assert store.list_runs()[0].status.epoch == 0
    change_status(store.record(run_id).run_dir, epoch=3, best_val_accuracy=0.5)
    assert store.list_runs()[0].status.epoch == 3


def test_reading_the_status_of_hundreds_of_runs_reads_no_file_again(store, config, monkeypatch):
    ids = [store.submit(config) for _ in range(30)]
    store.list_runs()
    reads = []
    monkeypatch.setattr("cifar_core.runs.index.summarize_run", lambda record: reads.append(record.run_id))
    assert len(RunIndex(store.runs_dir).summaries()) == len(ids)
    assert reads == []


def test_a_run_that_reports_is_read_without_the_index(store, config, monkeypatch):
    run_id = store.submit(config)
    store.list_runs()
    monkeypatch.delattr(RunIndex, "_lookup")
    change_status(store.record(run_id).run_dir, epoch=3)
    assert store.list_runs()[0].status.epoch == 3


def test_status_survives_unknown_fields_of_a_later_version(store, config):
    run_id = store.submit(config)
    path = store.record(run_id).run_dir / "status.json"
    path.write_text(path.read_text().replace("{", '{"mood": "good",', 1))
    assert read_status(path.parent).status == "running"
    assert time.time() - read_status(path.parent).submitted_at < 60


def test_a_record_is_the_same_one_while_its_run_is_there(store, config):
    run_id = store.submit(config)
    record = store.record(run_id)
    assert store.record(run_id) is record
    change_status(record.run_dir, status="completed")
    store.delete(run_id)
    with pytest.raises(RunNotFoundError):
        store.record(run_id)
    (store.runs_dir / run_id).mkdir()
    assert store.record(run_id) is not record


def test_no_more_records_stay_open_than_are_needed(tmp_path):
    shelf = RecordShelf(most=2)
    first, second = shelf.get(tmp_path / "1"), shelf.get(tmp_path / "2")
    assert shelf.get(tmp_path / "1") is first
    shelf.get(tmp_path / "3")  # the second was used longest ago
    assert shelf.get(tmp_path / "1") is first
    assert shelf.get(tmp_path / "2") is not second
