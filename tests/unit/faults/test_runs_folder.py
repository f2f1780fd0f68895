"""python -m pytest tests/unit/faults/test_runs_folder.py. Folders that are read-only, locked, or no folders."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from cifar_core.cli.waiting import await_runs
from cifar_core.interrupts import Interrupts
from cifar_core.locks import exclusive
from cifar_core.runs import Fork, RunError, RunStore, register
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from pathlib import Path
from cifar_core.locks import exclusive
with exclusive(Path(sys.argv[1]), 1):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def course(tmp_path, config):
    """A folder with a finished run, a stopped one and one that waits, and no index."""
    store = RunStore(tmp_path / "course", IdleExecutor())
    done, stopped, _ = (store.submit(config, name=name) for name in ("done", "stopped", "waiting"))
    run_worker(store.record(done).run_dir, pretend_fit(), IdleExecutor())
    change_status(store.record(stopped).run_dir, status="stopped", finished_at=1.0)
    for path in local_dir(store.runs_dir).glob("index*"):
        path.unlink()
    return store.runs_dir


def changes(store, done, stopped, waiting, config):
    """Everything that would change something."""
    return {
        "submit": lambda: store.submit(config),
        "fork": lambda: store.submit(config, fork=Fork(done)),
        "stop": lambda: store.stop(waiting),
        "discard": lambda: store.discard(waiting),
        "resume": lambda: store.resume_run(stopped),
        "put first": lambda: store.put_first(waiting),
        "describe": lambda: store.describe(done, note="new"),
        "delete": lambda: store.delete(done),
        "pause": lambda: store.pause(waiting),
        "rate": lambda: store.change_learning_rate(waiting, 0.5),
    }


def ids(store):
    by_name = {run.name: run.run_id for run in store.list_runs()}
    return by_name["done"], by_name["stopped"], by_name["waiting"]


def contents(folder):
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_read_only_folder_can_be_looked_at_and_says_why_no_more(course, config, freeze):
    freeze(course)
    before = contents(course)
    store = RunStore(course, IdleExecutor())
    done, stopped, waiting = ids(store)
    assert {run.status.status for run in store.refresh()} == {"completed", "stopped", "queued"}
    assert len(store.record(done).epoch_rows()) == 3
    assert "is read-only" in store.why_not_writable()
    for change in changes(store, done, stopped, waiting, config).values():
        with pytest.raises(RunError, match=r"is read-only|has no best weights"):
            change()
    assert contents(course) == before


def test_a_look_at_test_in_a_read_only_folder_is_counted_while_it_lasts(course, freeze):
    freeze(course)
    store = RunStore(course, IdleExecutor())
    record = store.record(ids(store)[0])
    before = record.test_readings()
    assert record.count_test_reading(by="a page") == before + 1 == record.test_readings()


def test_where_nothing_may_be_written_each_refusal_is_a_sentence(course, config, monkeypatch):
    store = RunStore(course, IdleExecutor())
    done, stopped, waiting = ids(store)

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "x")

    monkeypatch.setattr(os, "access", lambda *_: False)
    for name in ("mkdir", "open", "write_text", "rename", "replace"):
        monkeypatch.setattr(Path, name, refuse)
    assert "is read-only" in RunStore(course, IdleExecutor()).why_not_writable()
    for name, change in changes(store, done, stopped, waiting, config).items():
        if name not in ("fork", "discard"):
            with pytest.raises(RunError, match="is read-only"):
                change()


def test_a_folder_that_is_not_there_and_cannot_be_made_is_empty(course, freeze, config):
    freeze(course)
    store = RunStore(course / "mine", IdleExecutor())
    assert store.refresh() == []
    assert "is read-only" in store.why_not_writable()
    with pytest.raises(RunError, match="is read-only"):
        store.submit(config)


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_place_of_the_folder_is_named(tmp_path, below):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"notes.txt is a file; allowed: a folder that can be written"):
        RunStore(tmp_path / "notes.txt" / below, IdleExecutor())
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_goes_while_one_looks_is_empty_and_comes_again(store, run_dir, config):
    shutil.rmtree(store.runs_dir)
    assert store.refresh() == []
    run_id = store.submit(config)
    assert [run.run_id for run in store.refresh()] == [run_id]


def test_a_folder_that_becomes_a_file_is_named(store, run_dir, config):
    shutil.rmtree(store.runs_dir)
    store.runs_dir.touch()
    for call in (store.list_runs, store.refresh, lambda: store.submit(config)):
        with pytest.raises(RunError, match="is a file"):
            call()


@contextmanager
def halted_holder(path):
    """A process that was stopped (Ctrl-Z) while it held a lock."""
    command = [sys.executable, "-c", HOLD, str(path)]
    holder = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="processes are not halted there")
def test_a_lock_held_by_a_halted_process_is_named_and_reading_goes_on(store, run_dir, config, monkeypatch):
    waiting = store.submit(config)
    monkeypatch.setattr("cifar_core.runs.index.LOCK_SECONDS", 0.1)
    monkeypatch.setattr(register, "_LOOK_LOCK_SECONDS", 0.1)
    monkeypatch.setattr(store._index.locked.__wrapped__, "__defaults__", (0.1,))
    with halted_holder(local_dir(store.runs_dir) / "queue.lock"):
        before = contents(store.runs_dir)
        with pytest.raises(RunError, match="another process has held the lock of the runs folder"):
            store.submit(config)
        assert [path for path, _ in contents(store.runs_dir)] == [path for path, _ in before]
        began = time.monotonic()
        assert {run.run_id for _ in range(20) for run in store.refresh()} == {run_dir.name, waiting}
        assert time.monotonic() - began < 2, "who only looks does not wait each time"
        store.stop(run_dir.name)  # a message to the worker needs no lock
        with pytest.raises(RunError, match="held the lock"):
            store.stop(waiting)
    assert len(store.refresh()) == 2
    store.stop(waiting)


def test_something_else_in_place_of_the_lock_is_replaced(store, config):
    (local_dir(store.runs_dir) / "queue.lock").write_bytes(b"no lock" * 1000)
    assert store.submit(config)


def test_a_folder_in_place_of_the_lock_is_named(store, config):
    (local_dir(store.runs_dir) / "queue.lock").mkdir()
    with pytest.raises(RunError, match=r"queue\.lock cannot be used as a lock"):
        store.submit(config)
    assert store.refresh() == []


def test_an_index_that_somebody_holds_is_done_without(store, run_dir, monkeypatch):
    monkeypatch.setattr("cifar_core.runs.index._INDEX_SECONDS", 0.1)
    with exclusive(local_dir(store.runs_dir) / "index.sqlite", 1):
        assert [run.run_id for run in RunStore(store.runs_dir, IdleExecutor()).list_runs()] == [run_dir.name]


def test_a_folder_below_one_that_may_not_be_looked_into_is_read_only(tmp_path, monkeypatch):
    def exists(path, exists=Path.exists):
        if path.name == "mine":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", exists)
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    assert "is read-only" in RunStore(tmp_path / "mine", IdleExecutor()).why_not_writable()


def test_an_interrupt_just_when_the_run_ended_is_no_error(store, run_dir, monkeypatch, capsys):
    stop = store.stop

    def end_and_stop(run_id):
        change_status(run_dir, status="completed")
        stop(run_id)

    monkeypatch.setattr(store, "stop", end_and_stop)
    await_runs(store, [run_dir.name], Interrupts(count=1), as_json=False)
    assert "Completed" in capsys.readouterr().out
