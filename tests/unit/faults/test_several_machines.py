"""python -m pytest tests/unit/faults/test_several_machines.py. One runs folder that several machines share."""

import os
import shutil
import socket

import pytest

from cifar_core.runs import RunStore, send_command
from cifar_core.runs import watch as watch_module
from cifar_core.runs.commands import obey_commands, pending_end, take_commands
from cifar_core.runs.keeper import StatusKeeper, SupersededError
from cifar_core.runs.local_disk import local_dir
from cifar_core.runs.ownership import QueueNote, may_hold_queue, read_note, write_note
from cifar_core.runs.record import RunRecord
from cifar_core.runs.status import change_status, read_status
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import IdleExecutor, pretend_fit

HERE = socket.gethostname()


@pytest.fixture
def elapse(monkeypatch):
    passed = [1000.0]
    monkeypatch.setattr(watch_module.time, "monotonic", lambda: passed[0])

    def let_pass(seconds):
        passed[0] += seconds

    return let_pass


@pytest.fixture
def move(monkeypatch):
    """Let this process believe that it runs on another machine."""
    return lambda host: monkeypatch.setattr(socket, "gethostname", lambda: host)


# Who goes on


def test_a_worker_of_an_engine_ends_without_starting_the_next_run(store, executor, run_dir, config):
    waiting = store.submit(config)
    change_status(run_dir, engine="ray")
    assert run_worker(run_dir, pretend_fit(), executor) == 0
    assert executor.submitted == [run_dir.name]
    assert read_status(store.record(waiting).run_dir).status == "queued"


def test_a_second_host_with_the_same_attempt_takes_nothing_over(run_dir, move):
    mine = StatusKeeper(run_dir)
    move("elsewhere")
    with pytest.raises(SupersededError, match=f"of {HERE} has"):
        StatusKeeper(run_dir)
    move(HERE)
    mine.update(step=4)
    assert read_status(run_dir).step == 4


def test_the_same_process_number_on_another_host_is_another_process(run_dir, move):
    change_status(run_dir, pid=os.getpid(), hostname="elsewhere")
    with pytest.raises(SupersededError):
        StatusKeeper(run_dir)


# Who decides


def test_what_a_machine_keeps_for_itself_is_not_beside_the_runs(store, run_dir, config):
    for _ in range(5):
        store.submit(config)
    RunStore(store.runs_dir, IdleExecutor()).list_runs()
    found = {path.name for path in store.runs_dir.iterdir()} - {run.run_id for run in store.list_runs()}
    assert found == {".queue.json", ".swept"}
    assert {"index.sqlite", "queue.lock"} <= {path.name for path in local_dir(store.runs_dir).iterdir()}


def test_it_is_found_by_whatever_path_leads_to_the_runs(tmp_path, store):
    (tmp_path / "link").symlink_to(store.runs_dir)
    assert local_dir(tmp_path / "link") == local_dir(store.runs_dir)
    assert local_dir(tmp_path / "other") != local_dir(store.runs_dir)


def test_what_belonged_to_runs_that_are_gone_goes_too(tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_LOCAL_DIR", str(tmp_path / "local"))
    gone, there = tmp_path / "gone", tmp_path / "there"
    for folder in (gone, there):
        folder.mkdir()
        local_dir(folder)
    shutil.rmtree(gone)
    local_dir(tmp_path / "new")
    assert [path.name.partition("-")[0] for path in sorted((tmp_path / "local").iterdir())] == ["new", "there"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="who owns a folder is not told there")
def test_a_folder_that_somebody_else_made_is_not_used(tmp_path, monkeypatch, store, config):
    monkeypatch.delenv("CIFAR_LOCAL_DIR")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"cifar-lab-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match=r"cannot be locked: .* belongs to somebody else"):
        store.submit(config)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_earlier_releases_left_beside_the_runs_is_removed_once_it_is_old(store):
    for name, age in (("index.sqlite", 7200), ("index.sqlite-wal", 7200), (".queue.lock", 0)):
        (store.runs_dir / name).touch()
        moment = (store.runs_dir / name).stat().st_mtime - age
        os.utime(store.runs_dir / name, (moment, moment))
    RunStore(store.runs_dir, IdleExecutor())
    assert {path.name for path in store.runs_dir.iterdir()} == {".queue.lock", ".swept"}


def test_a_host_without_the_queue_starts_and_loses_nothing(store, executor, run_dir, config, move):
    """The laptop trains; a second machine opens the same folder, and waits its turn."""
    waiting = store.submit(config)
    move("second")
    other = IdleExecutor()
    other.alive = False
    second = RunStore(store.runs_dir, other)
    second.refresh()
    asked = second.submit(config)
    assert other.submitted == []
    assert [read_status(second.record(each).run_dir).status for each in (run_dir.name, waiting, asked)] == [
        "running",
        "queued",
        "queued",
    ]


def test_a_queue_whose_owner_trains_nothing_is_taken_at_once(store, run_dir, config, move):
    change_status(run_dir, status="completed")
    move("second")
    other = IdleExecutor()
    run_id = RunStore(store.runs_dir, other).submit(config)
    assert other.submitted == [run_id]
    assert read_note(store.runs_dir).owner == "second"


def test_a_queue_whose_owner_is_silent_is_taken_after_a_minute(store, run_dir, config, move, elapse):
    waiting = store.submit(config)
    move("second")
    other = IdleExecutor()
    second = RunStore(store.runs_dir, other)
    second.refresh()
    elapse(59)
    second.refresh()
    assert other.submitted == []
    elapse(1)
    second.refresh()
    assert other.submitted == [waiting]
    assert read_status(run_dir).status == "running", "the first one's run is alive, as far as can be told"


def test_an_engines_queue_is_its_own_for_as_long_as_it_says_so(store, run_dir, elapse):
    note = QueueNote(engine="ray", owner="10.0.0.1:6379")
    for beat in range(1, 200, 30):
        write_note(store.runs_dir, note.model_copy(update={"beat": beat}))
        assert not may_hold_queue(store.runs_dir, store.list_runs())
        elapse(30)
    elapse(31)
    assert may_hold_queue(store.runs_dir, store.list_runs())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"owner": 5}', '{"owner": "x", "slots": [[1]]}'])
def test_a_note_that_cannot_be_read_was_never_made(store, config, executor, content):
    (store.runs_dir / ".queue.json").write_text(content)
    store.submit(config)
    assert len(executor.submitted) == 1 or read_note(store.runs_dir).owner == "x"


# What was asked of a run holds on


def test_a_worker_that_follows_another_one_does_what_that_one_was_told(run_dir):
    for command, arguments in (("pause", {}), ("resume", {}), ("park", {}), ("learning_rate", {"factor": 0.5})):
        send_command(run_dir, command, **arguments)
    assert [command.name for command in obey_commands(run_dir)] == ["pause", "resume", "park", "learning_rate"]
    assert [command.name for command in obey_commands(run_dir)] == ["park"]
    assert pending_end(run_dir) == "parked"
    send_command(run_dir, "stop")
    send_command(run_dir, "resume")
    obey_commands(run_dir)
    assert [command.name for command in obey_commands(run_dir)] == ["stop", "resume"]
    assert pending_end(run_dir) == "stopped"
    assert [command.name for command in take_commands(run_dir)] == ["stop", "resume"]
    assert pending_end(run_dir) is None


# Whose data


@pytest.fixture
def loaded(monkeypatch, tiny_dataset):
    """Which folders workers load."""
    folders = []

    def load(data_dir):
        folders.append(data_dir)
        return tiny_dataset

    monkeypatch.setattr("cifar_core.runs.worker.load_dataset", load)
    return folders


@pytest.mark.parametrize(("host", "is_own"), [("elsewhere", True), (HERE, False)])
def test_a_nodes_own_data_folder_wins_over_that_of_who_submitted(
    store, config, loaded, monkeypatch, move, host, is_own, tmp_path
):
    run_dir = store.record(store.submit(config, data_dir=tmp_path / "theirs")).run_dir
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path / "own"))
    move(host)
    change_status(run_dir, hostname=host)
    assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 0
    assert loaded == [None if is_own else (tmp_path / "theirs").resolve()]


def test_a_node_without_a_folder_of_its_own_takes_the_same_path(store, config, loaded, monkeypatch, move, tmp_path):
    run_dir = store.record(store.submit(config, data_dir=tmp_path / "theirs")).run_dir
    monkeypatch.delenv("CIFAR_DATA_DIR")
    move("elsewhere")
    assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 0
    assert loaded == [(tmp_path / "theirs").resolve()]


def test_no_node_trains_on_the_practice_set_in_place_of_the_real_images(store, config, loaded):
    run_dir = store.record(store.submit(config)).run_dir
    RunRecord(run_dir).change_meta(data_kind="folder")
    assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 1
    assert f"holds no CIFAR-10 on {HERE}; allowed: the same path" in read_status(run_dir).message
