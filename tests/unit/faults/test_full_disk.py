"""python -m pytest tests/unit/faults/test_full_disk.py. No room left, when runs start, train and end."""

import errno
import os
import shutil
import subprocess
import sys
import threading

import pytest
from safetensors import SafetensorError

from cifar_core.failures import is_disk_full
from cifar_core.runs import RunError, RunStore
from cifar_core.runs import keeper as keeper_module
from cifar_core.runs.journal import append_row, parse_row, read_lines_from
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status, read_status
from cifar_core.runs.worker import run_worker
from cifar_core.training.events import StepsDone
from tests.unit.runs_helpers import IdleExecutor, pretend_fit, result, wait_until

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def beating():
    return [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def left_behind(store):
    """What lies in the folder besides its locks and its index."""
    return [path.name for path in store.runs_dir.iterdir() if not path.name.startswith((".", "index"))]


@pytest.mark.parametrize("num_files", range(8))  # config, meta, status and the mark, each with its folder
def test_a_run_is_submitted_wholly_or_not_at_all(store, executor, config, full_disk, num_files):
    full_disk(num_files)
    with pytest.raises(RunError, match="the disk is full"):
        store.submit(config)
    assert left_behind(store) == []
    assert executor.submitted == []
    assert store.refresh() == []


def test_a_run_for_which_there_is_just_room_is_submitted(store, executor, config, full_disk):
    full_disk(8)
    run_id = store.submit(config)
    assert left_behind(store) == [run_id] == executor.submitted
    assert store.record(run_id).status().status == "running"


def test_a_worker_that_finds_no_room_for_its_log_leaves_no_run(store, executor, config):
    def refuse(*_):
        raise FULL

    executor.submit = refuse
    with pytest.raises(RunError, match="the disk is full"):
        store.submit(config)
    assert left_behind(store) == []


def test_a_waiting_run_that_cannot_be_started_fails_with_the_reason(store, executor, run_dir, config):
    waiting = store.submit(config)
    change_status(run_dir, status="completed")

    def refuse(*_):
        raise FULL

    executor.submit = refuse
    assert len(store.refresh()) == 2
    status = store.record(waiting).status()
    assert status.status == "failed"
    assert "the disk is full" in status.message
    assert status.attempt == 0


def test_a_waiting_run_waits_on_while_the_disk_is_full(store, executor, run_dir, config, full_disk):
    waiting = store.submit(config)
    change_status(run_dir, status="completed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cifar_core.files._sync", lambda _path: (_ for _ in ()).throw(FULL))
        assert {run.status.status for run in store.refresh()} == {"queued", "completed"}
    store.refresh()
    assert executor.submitted[-1] == waiting


def test_a_dead_worker_is_noted_though_the_disk_is_full(store, executor, run_dir, full_disk):
    full_disk()
    executor.alive = False
    assert [run.status.status for run in store.refresh()] == ["lost"]


def test_a_heartbeat_outlives_a_full_disk_and_complains_once(run_dir, monkeypatch, caplog):
    wait_until(lambda: not beating())  # those of other tests
    keeper, tries = StatusKeeper(run_dir), []

    def refuse(*_):
        tries.append(1)
        raise FULL

    write = keeper_module.write_status
    monkeypatch.setattr(keeper_module, "_HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(keeper_module, "write_status", refuse)
    keeper.start_heartbeat()
    keeper.update(step=7)
    wait_until(lambda: len(tries) > 5)
    monkeypatch.setattr(keeper_module, "write_status", write)
    wait_until(lambda: read_status(run_dir).step == 7)
    change_status(run_dir, attempt=99)
    wait_until(lambda: not beating())
    assert len([record for record in caplog.records if "tried again" in record.message]) == 1


def test_a_training_waits_for_no_slow_disk_to_tell_how_far_it_is(run_dir, monkeypatch):
    keeper, is_there = StatusKeeper(run_dir), threading.Event()
    reporter, write, began = Reporter(run_dir, keeper), keeper_module.write_status, []

    def write_slowly(*status):
        began.append(1)
        assert is_there.wait(60)
        write(*status)

    monkeypatch.setattr(keeper_module, "write_status", write_slowly)
    keeper.start_heartbeat()
    reporter.on_event(StepsDone(1, 5, 2.0, 0.25, 0.1, 1000.0))
    wait_until(lambda: began, 1)  # at once, and not with the next heartbeat
    assert reporter.before_step(5)
    assert (keeper.status.step, read_status(run_dir).step) == (5, 0)
    is_there.set()
    wait_until(lambda: read_status(run_dir).step == 5)
    change_status(run_dir, attempt=99)  # so that its heartbeat ends


def test_how_a_run_ended_is_written_though_the_disk_is_full(run_dir, full_disk):
    def fit(*_):
        full_disk()
        return result("completed", "Completed 3 epochs.", 3)

    assert run_worker(run_dir, fit, IdleExecutor()) == 0
    status = read_status(run_dir)
    assert (status.status, status.message, status.epoch) == ("completed", "Completed 3 epochs.", 3)


def test_how_a_run_ended_is_tried_again(run_dir, monkeypatch):
    insist, tries = keeper_module.insist_on_status, []

    def refuse_twice(*arguments):
        tries.append(1)
        if len(tries) < 3:
            raise OSError(errno.EIO, "Input/output error")
        insist(*arguments)

    monkeypatch.setattr(keeper_module, "insist_on_status", refuse_twice)
    monkeypatch.setattr(keeper_module, "_AGAIN_SECONDS", 0.01)
    assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 0
    assert read_status(run_dir).status == "completed"


def test_what_never_could_be_written_is_in_the_log(run_dir, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(keeper_module, "insist_on_status", refuse)
    monkeypatch.setattr(keeper_module, "_END_SECONDS", 0.0)
    assert run_worker(run_dir, pretend_fit(), IdleExecutor()) == 1
    assert "How the run ended could not be written: input/output error" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        FULL,
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        OSError("1000 requested and 12 written"),  # numpy
    ],
    ids=["full", "quota", "safetensors", "numpy"],
)
def test_a_run_that_finds_no_room_says_so_in_words(run_dir, error, caplog):
    def fit(*_):
        raise RuntimeError("a step failed") from error

    assert run_worker(run_dir, fit, IdleExecutor()) == 1
    status = read_status(run_dir)
    assert status.status == "failed"
    assert status.message.startswith("The disk is full. Free some space, then resume")
    assert "Traceback" not in caplog.text


def test_other_errors_are_not_taken_for_a_full_disk():
    assert not is_disk_full(ValueError("12 of 40 written"))
    assert not is_disk_full(OSError(errno.EIO, "Input/output error"))


def test_a_line_that_was_cut_by_a_full_disk_harms_no_other(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    append_row(path, {"step": 1})
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, content, write=os.write: write(descriptor, content[:5]))
        with pytest.raises(OSError, match="No space left") as caught:
            append_row(path, {"step": 2})
    assert is_disk_full(caught.value)
    append_row(path, {"step": 3})
    assert [parse_row(line) for line in read_lines_from(path, 0)[0]] == [{"step": 1}, None, {"step": 3}]


SUBMIT = """
import sys
from pathlib import Path
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunStore
from tests.unit.runs_helpers import IdleExecutor
config = with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})
store, number = RunStore(Path(sys.argv[1]), IdleExecutor()), 0
try:
    while number < 200:
        store.submit(config)
        number += 1
except RunError as error:
    print(number, len(store.refresh()), len(list(store.runs_dir.glob(".new-*"))), error)
"""


def test_a_disk_that_is_really_full_takes_whole_runs_only(tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("no file system of its own here")
    mount = f"mount -t tmpfs -o size=400k tmpfs {tmp_path} && exec {sys.executable} -c '{SUBMIT}' {tmp_path}/runs"
    done = subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, text=True, check=False)
    if "ermi" in done.stderr or "unshare" in done.stderr:
        pytest.skip("no file system of its own here")
    submitted, listed, half, words = done.stdout.split(maxsplit=3)
    assert 0 < int(submitted) == int(listed), done.stderr
    assert half == "0"
    assert "the disk is full" in words


def test_a_store_is_opened_on_a_full_disk(store, run_dir, full_disk):
    full_disk()
    assert [run.run_id for run in RunStore(store.runs_dir, IdleExecutor()).list_runs()] == [run_dir.name]


@pytest.mark.parametrize("num_files", range(6))
@pytest.mark.parametrize("action", ["resume", "extend"])
def test_a_run_is_queued_again_wholly_or_stays_as_it_was(store, executor, run_dir, full_disk, action, num_files):
    record = store.record(run_dir.name)
    record.checkpoint_path("last").parent.mkdir()
    record.checkpoint_path("last").touch()
    before, config = change_status(run_dir, status="stopped", epoch=2), record.config()
    full_disk(num_files)
    act = {"resume": lambda: store.resume_run(run_dir.name), "extend": lambda: store.extend(run_dir.name, 4)}[action]
    if num_files >= {"resume": 4, "extend": 6}[action]:
        act()
        return
    with pytest.raises(RunError, match="the disk is full"):
        act()
    assert record.status() == before
    assert record.config() == config
    assert executor.submitted == [run_dir.name]
