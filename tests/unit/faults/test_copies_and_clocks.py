"""python -m pytest tests/unit/faults/test_copies_and_clocks.py. Whose process trains a run, and does it live?"""

import os
import shutil
import signal
import time

import psutil
import pytest

from cifar_core.runs import LocalExecutor, RunError, RunStore
from cifar_core.runs import watch as watch_module
from cifar_core.runs.commands import send_command, take_commands
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.status import change_status, now, read_status
from cifar_core.runs.workers import find_worker, is_worker_alive
from tests.unit.runs_helpers import stand_in_worker


@pytest.fixture
def elapse(monkeypatch):
    """Let so many seconds pass on this machine, whatever its clock says."""
    passed = [time.monotonic()]
    monkeypatch.setattr(watch_module.time, "monotonic", lambda: passed[0])

    def let_pass(seconds):
        passed[0] += seconds

    return let_pass


def copied(store, tmp_path):
    """A copy of the whole folder, as another store."""
    shutil.copytree(store.runs_dir, tmp_path / "copy", ignore=shutil.ignore_patterns("index*", ".*"))
    return RunStore(tmp_path / "copy", LocalExecutor())


def test_discarding_a_copy_leaves_the_originals_worker_alone(store, run_dir, tmp_path):
    with stand_in_worker(run_dir) as worker:
        copy = copied(store, tmp_path)
        copy.discard(run_dir.name)
        assert not (tmp_path / "copy" / run_dir.name).exists()
        assert worker.poll() is None
        assert LocalExecutor().poll(run_dir)


def test_a_copied_run_that_says_it_trains_becomes_lost(store, run_dir, tmp_path):
    with stand_in_worker(run_dir, status="paused"):
        copy = copied(store, tmp_path)
        assert [run.status.status for run in copy.refresh()] == ["lost"]
        assert read_status(run_dir).status == "paused"


@pytest.mark.parametrize("action", ["cancel", "poll"])
def test_a_number_that_means_another_process_by_now_means_no_worker(run_dir, action):
    me = psutil.Process()
    change_status(run_dir, pid=os.getppid(), pid_started=me.create_time(), heartbeat=now())
    if action == "poll":
        assert not LocalExecutor().poll(run_dir)
    else:
        LocalExecutor().cancel(run_dir)  # would end the tests
    assert find_worker(run_dir, read_status(run_dir)) is None


@pytest.mark.parametrize("error", [psutil.NoSuchProcess(1), psutil.AccessDenied(1)])
def test_a_worker_that_cannot_be_ended_is_no_fault(run_dir, monkeypatch, error):
    asked = []

    def refuse(_, number):
        asked.append(number)
        raise error

    monkeypatch.setattr(psutil.Process, "send_signal", refuse)
    with stand_in_worker(run_dir) as worker:
        LocalExecutor().cancel(run_dir)
        assert asked == [signal.SIGTERM]
        assert worker.poll() is None


def test_a_worker_is_known_by_whatever_path_leads_to_its_folder(store, run_dir, tmp_path):
    (tmp_path / "link").symlink_to(store.runs_dir)
    with stand_in_worker(tmp_path / "link" / run_dir.name):
        assert is_worker_alive(run_dir, read_status(run_dir))


def test_a_worker_that_has_not_told_its_number_is_found(run_dir):
    with stand_in_worker(run_dir, pid=None):
        assert LocalExecutor().poll(run_dir)
    assert not LocalExecutor().poll(run_dir)


def test_cancel_ends_the_worker_of_this_very_run(run_dir):
    with stand_in_worker(run_dir) as worker:
        LocalExecutor().cancel(run_dir)
        assert worker.wait(10) != 0


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_ends_no_living_run_and_keeps_no_dead_one(store, run_dir, jump):
    with stand_in_worker(run_dir, heartbeat=now() + jump, started_at=now() + jump, pid_started=now() + jump):
        assert LocalExecutor().poll(run_dir)
    assert not LocalExecutor().poll(run_dir)


def test_a_heartbeat_from_the_future_blocks_no_device(store, run_dir, config):
    waiting = store.submit(config)
    change_status(run_dir, heartbeat=now() + 1e6)
    store._executor = LocalExecutor()
    store._executor.submit = lambda *_: None
    runs = {run.run_id: run.status.status for run in store.refresh()}
    assert runs == {run_dir.name: "lost", waiting: "running"}


def test_a_dead_run_can_be_stopped(store, executor, run_dir):
    executor.alive = False
    store.stop(run_dir.name)
    assert (read_status(run_dir).status, read_status(run_dir).message) == ("stopped", "Its worker had ended before.")


@pytest.mark.parametrize("offset", [-1e6, 0.0, 1e6])
def test_a_worker_elsewhere_is_silent_when_its_heartbeat_stands_still_for_a_minute(run_dir, elapse, offset):
    change_status(run_dir, hostname="elsewhere", pid=1, heartbeat=now() + offset)
    executor = LocalExecutor()
    assert executor.poll(run_dir)
    elapse(59)
    assert executor.poll(run_dir)
    change_status(run_dir, heartbeat=now() + offset - 5)  # its clock was set back; it writes all the same
    assert executor.poll(run_dir)
    elapse(59)
    assert executor.poll(run_dir)
    elapse(1)
    assert not executor.poll(run_dir)


def test_processes_of_a_moment_watch_together(run_dir, elapse):
    change_status(run_dir, hostname="elsewhere", pid=1, heartbeat=5.0)
    assert LocalExecutor().poll(run_dir)
    elapse(40)
    assert LocalExecutor().poll(run_dir)
    elapse(20)
    assert not LocalExecutor().poll(run_dir)
    change_status(run_dir, heartbeat=7.0)
    assert LocalExecutor().poll(run_dir)


def test_after_a_restart_the_watch_begins_anew(run_dir, elapse):
    change_status(run_dir, hostname="elsewhere", pid=1, heartbeat=5.0)
    elapse(1000)
    assert LocalExecutor().poll(run_dir)
    elapse(100 - time.monotonic())
    assert LocalExecutor().poll(run_dir)


@pytest.mark.parametrize("notes", ["", "{", "[]", '{"x": 5}', "deep", "null"])
def test_notes_that_cannot_be_read_were_never_made(run_dir, elapse, notes):
    text = "[" * 100_000 if notes == "deep" else notes
    (local_dir(run_dir.parent) / "heartbeats.json").write_text(text)
    change_status(run_dir, hostname="elsewhere", pid=1, heartbeat=5.0)
    assert LocalExecutor().poll(run_dir)
    elapse(60)
    assert not LocalExecutor().poll(run_dir)


def test_messages_keep_their_order_when_the_clock_is_set_back(tmp_path, monkeypatch):
    send_command(tmp_path, "pause")
    monkeypatch.setattr("cifar_core.runs.commands.time.time_ns", lambda: 5)
    for command in ("resume", "stop"):
        send_command(tmp_path, command)
    assert [command.name for command in take_commands(tmp_path)] == ["pause", "resume", "stop"]


def test_an_ended_run_is_not_stopped_again(store, run_dir):
    change_status(run_dir, status="completed")
    with pytest.raises(RunError, match="is completed"):
        store.stop(run_dir.name)
