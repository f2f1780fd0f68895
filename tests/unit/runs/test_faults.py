"""python -m pytest tests/unit/runs/test_faults.py. What goes wrong on real machines, and what must come of it."""

import json
import sqlite3
import sys
import threading
import time

import psutil
import pytest

from cifar_core.runs import RunError, RunRecord, RunStore, send_command
from cifar_core.runs import keeper as keeper_module
from cifar_core.runs.journal import append_row
from cifar_core.runs.keeper import StatusKeeper, SupersededError
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.queue import dispatch
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status, read_status
from cifar_core.runs.worker import run_worker
from cifar_core.training.events import StepsDone
from tests.unit.race import started_in_a_race
from tests.unit.runs_helpers import IdleExecutor, pretend_fit, stand_in_worker, wait_until


def listed_anew(store):
    """All runs as a process sees them that has just begun."""
    return RunStore(store.runs_dir, IdleExecutor()).list_runs()


def in_thread(function):
    """Call the function beside the test; the result or the error arrives in the list."""
    outcome = []

    def call():
        try:
            outcome.append(function())
        except SupersededError as error:
            outcome.append(error)

    threading.Thread(target=call, daemon=True).start()
    return outcome


# Workers that die, and those that only seem to


def test_a_worker_that_ends_well_while_it_is_looked_at_is_not_lost(store, executor, run_dir):
    def end_now(_run_dir):
        change_status(run_dir, status="completed", message="Completed 3 epochs.")
        return False

    executor.poll = end_now
    dispatch(store.runs_dir, executor)
    assert (read_status(run_dir).status, read_status(run_dir).message) == ("completed", "Completed 3 epochs.")


def test_a_child_that_dies_before_it_told_its_pid_is_lost_at_once_and_leaves_no_zombie(tmp_path, config, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    store = RunStore(tmp_path / "runs")
    run_id = store.submit(config)
    wait_until(lambda: [run.status.status for run in store.refresh()] == ["lost"])
    assert store.record(run_id).status().pid is None
    wait_until(lambda: not [c for c in psutil.Process().children() if c.status() == psutil.STATUS_ZOMBIE])


def test_a_worker_that_cannot_be_started_fails_its_run_and_frees_the_device(store, executor, run_dir, config):
    waiting = store.submit(config)
    change_status(run_dir, status="completed")

    def refuse(*_):
        raise FileNotFoundError(2, "No such file", "python")

    executor.submit = refuse
    store.refresh()
    status = store.record(waiting).status()
    assert status.status == "failed"
    assert "did not start" in status.message


def test_a_failing_run_makes_way_for_the_next(store, run_dir, config):
    waiting = store.submit(config)

    def fail(*_):
        raise RuntimeError

    starter = IdleExecutor()
    assert run_worker(run_dir, fail, starter) == 1
    assert read_status(run_dir).message == "RuntimeError"
    assert starter.submitted == [waiting]


# Who owns a run


def test_of_two_workers_on_one_attempt_only_one_writes(run_dir):
    mine = StatusKeeper(run_dir)
    change_status(run_dir, pid=1, pid_started=1.0)
    with pytest.raises(SupersededError):
        mine.update(step=5)
    assert read_status(run_dir).step == 0


def test_a_worker_leaves_a_run_alone_that_another_one_trains(run_dir):
    with stand_in_worker(run_dir):
        before = read_status(run_dir)
        assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 2
        assert read_status(run_dir) == before


def test_a_paused_worker_gives_up_when_a_newer_attempt_exists(run_dir):
    reporter = Reporter(run_dir, StatusKeeper(run_dir))
    send_command(run_dir, "pause")
    outcome = in_thread(lambda: reporter.before_step(0))
    wait_until(lambda: read_status(run_dir).status == "paused")
    time.sleep(0.1)
    change_status(run_dir, attempt=9, status="running")
    wait_until(lambda: outcome)
    assert isinstance(outcome[0], SupersededError)
    assert read_status(run_dir).attempt == 9


# Commands


@pytest.mark.parametrize("commands", [("pause", "stop"), ("stop", "pause"), ("pause", "resume", "stop")])
def test_a_stop_counts_whatever_arrives_with_it(run_dir, commands):
    reporter = Reporter(run_dir, StatusKeeper(run_dir))
    for command in commands:
        send_command(run_dir, command)
    outcome = in_thread(lambda: reporter.before_step(0))
    wait_until(lambda: outcome, 5)
    assert outcome == [False]


def test_a_pause_that_was_taken_back_in_time_does_not_hold(run_dir):
    reporter = Reporter(run_dir, StatusKeeper(run_dir))
    for command in ("pause", "resume"):
        send_command(run_dir, command)
    assert reporter.before_step(0) is True


def test_a_signal_ends_a_pause(run_dir):
    reporter = Reporter(run_dir, StatusKeeper(run_dir))
    send_command(run_dir, "pause")
    outcome = in_thread(lambda: reporter.before_step(0))
    wait_until(lambda: read_status(run_dir).status == "paused")
    reporter.ask_to_stop()
    wait_until(lambda: outcome, 5)
    assert outcome == [False]


def test_a_stop_that_came_too_late_does_not_end_the_next_attempt(store, run_dir):
    send_command(run_dir, "stop")
    change_status(run_dir, status="lost")
    store.resume_run(run_dir.name)
    assert Reporter(run_dir, StatusKeeper(run_dir)).before_step(0) is True


def test_a_run_whose_settings_are_unreadable_is_not_queued_again(store, run_dir):
    change_status(run_dir, status="lost")
    (run_dir / "config.json").write_text("{")
    with pytest.raises(RunError, match="record unreadable"):
        store.resume_run(run_dir.name)
    assert read_status(run_dir).status == "lost"


# Metrics


def test_the_status_is_written_twice_a_second_at_most_and_no_row_is_dropped(run_dir, monkeypatch):
    reporter = Reporter(run_dir, StatusKeeper(run_dir))
    written = []
    monkeypatch.setattr(keeper_module, "write_status", lambda _run_dir, status: written.append(status.step))
    began = time.perf_counter()
    for step in range(1, 101):
        reporter.on_event(StepsDone(1, step, 2.0, 0.25, 0.1, 1000.0))
    assert len(written) <= 1 + (time.perf_counter() - began) / 0.5
    assert len(RunRecord(run_dir).step_rows()) == 100


def test_following_a_run_reads_only_what_is_new(tmp_path, monkeypatch):
    append_row(tmp_path / "metrics.jsonl", {"kind": "epoch", "epoch": 1})
    record = RunRecord(tmp_path)
    assert [row["epoch"] for row in record.epoch_rows()] == [1]
    append_row(tmp_path / "metrics.jsonl", {"kind": "epoch", "epoch": 2})
    parsed = []
    monkeypatch.setattr(json, "loads", lambda line, loads=json.loads: parsed.append(line) or loads(line))
    assert [row["epoch"] for row in record.epoch_rows()] == [1, 2]
    assert len(parsed) == 1


def test_a_shorter_file_is_read_from_its_start(tmp_path):
    path = tmp_path / "metrics.jsonl"
    for epoch in (1, 2):
        append_row(path, {"kind": "epoch", "epoch": epoch, "remark": "long" * 20})
    record = RunRecord(tmp_path)
    assert len(record.epoch_rows()) == 2
    path.write_text('{"kind": "epoch", "epoch": 7}\n')
    assert [row["epoch"] for row in record.epoch_rows()] == [7]


def test_another_file_in_its_place_is_read_from_its_start_though_it_is_longer(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_row(path, {"kind": "epoch", "epoch": 1})
    record = RunRecord(tmp_path)
    assert len(record.epoch_rows()) == 1
    (tmp_path / "other").write_text('{"kind": "epoch", "epoch": 7}\n{"kind": "epoch", "epoch": 8}\n')
    (tmp_path / "other").replace(path)
    assert [row["epoch"] for row in record.epoch_rows()] == [7, 8]


def test_events_are_read_as_they_come(tmp_path, monkeypatch):
    record = RunRecord(tmp_path)
    assert record.events() == []
    record.record_event("paused", step=3)
    assert record.count_test_reading(by="a test") == 1
    parsed = []
    monkeypatch.setattr(json, "loads", lambda line, loads=json.loads: parsed.append(line) or loads(line))
    record.record_event("continued", step=3)
    assert [event["kind"] for event in record.events()] == ["paused", "test_reading", "continued"]
    assert len(parsed) == 1


def test_a_start_without_its_epoch_starts_over(tmp_path):
    (tmp_path / "metrics.jsonl").write_text(
        '{"kind":"epoch","epoch":1}\n{"kind":"start"}\n{"kind":"epoch","epoch":1}\n'
    )
    assert len(RunRecord(tmp_path).epoch_rows()) == 1


# The index


def delete(path):
    path.unlink()


def overwrite(path):
    path.write_bytes(b"this is no database" * 1000)


def cut(path):
    path.write_bytes(path.read_bytes()[:1000])


def spoil_the_end(path):
    content = bytearray(path.read_bytes())
    content[8192:] = bytes(251 for _ in content[8192:])
    path.write_bytes(content)


def other_schema(path):
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE runs; CREATE TABLE runs (id); PRAGMA user_version = 0;")
    connection.close()


def other_columns(path):
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE runs; CREATE TABLE runs (id);")
    connection.close()


def other_release(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET summary = '{\"mood\": 1}'")
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [delete, overwrite, cut, spoil_the_end, other_schema, other_columns, other_release],
    ids=lambda f: f.__name__,
)
def test_a_process_that_begins_with_a_damaged_index_sees_every_run(store, config, damage):
    for _ in range(30):
        store.submit(config)
    before = listed_anew(store)
    damage(local_dir(store.runs_dir) / "index.sqlite")
    assert listed_anew(store) == before
    assert listed_anew(store) == before  # and once more, from what the first one left
    assert len(before) == 30


@pytest.mark.parametrize(("name", "content"), [("environment.json", '{"data_source": 5}'), ("events.jsonl", None)])
def test_an_odd_file_in_one_run_hides_no_other(store, run_dir, config, name, content):
    other = store.submit(config)
    path = run_dir / name
    path.mkdir() if content is None else path.write_text(content)
    change_status(run_dir, message="changed")
    runs = {run.run_id: run for run in listed_anew(store)}
    assert runs[other].status.status == "queued"
    assert runs[run_dir.name].status.message == "changed"
    assert name in runs[run_dir.name].damage
    assert runs[run_dir.name].created_at > 0, "sorted by the time in its id"


def test_what_an_interrupted_deletion_left_is_in_nobodys_way(store, run_dir):
    change_status(run_dir, status="completed")
    leftover = store.runs_dir / f".deleted-{run_dir.name}"
    leftover.mkdir()
    (leftover / "file").touch()
    store.delete(run_dir.name)
    assert not [path for path in store.runs_dir.iterdir() if run_dir.name in path.name]


def test_processes_that_find_a_damaged_index_at_once_start_one_run(store, run_dir, config):
    for _ in range(6):
        store.submit(config)
    change_status(run_dir, status="completed")
    started = started_in_a_race(
        store.runs_dir, just_before=lambda: overwrite(local_dir(store.runs_dir) / "index.sqlite")
    )
    assert len(started) == 1
