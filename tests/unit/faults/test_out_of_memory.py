"""python -m pytest tests/unit/faults/test_out_of_memory.py. Memory that runs out, here and on a GPU."""

import errno
import os
import signal
import subprocess
import sys

import pytest
import torch

from cifar_core import processes
from cifar_core.failures import is_out_of_memory
from cifar_core.runs import LocalExecutor, RunStore
from cifar_core.runs import executor as executor_module
from cifar_core.runs.status import change_status, read_status
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import IdleExecutor, wait_until


def raised_by_torch():
    """What torch says on a CPU that cannot give so much."""
    try:
        torch.empty(2**60, dtype=torch.uint8)
    except RuntimeError as error:
        return error
    raise AssertionError("torch found an exbibyte")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 4 GiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("std::bad_alloc"),
        pytest.param(None, id="what torch says here"),
    ],
)
def test_a_run_that_finds_no_memory_fails_with_advice(run_dir, error):
    error = error or raised_by_torch()

    def fit(*_):
        raise ValueError("a step did not work") from error

    assert run_worker(run_dir, fit, IdleExecutor()) == 1
    status = read_status(run_dir)
    assert status.status == "failed"
    assert "memory" in status.message
    assert "smaller batch or width" in status.message
    assert "last finished epoch" not in status.message


def test_other_errors_are_no_want_of_memory():
    for error in (
        ValueError("batch_size 0"),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        OSError(2, "x"),
    ):
        assert not is_out_of_memory(error)


@pytest.mark.parametrize(
    ("epoch", "words"), [(0, "starts again from the beginning"), (2, "continues from its last finished epoch")]
)
def test_a_killed_worker_says_by_whom_and_promises_only_what_there_is(store, executor, run_dir, epoch, words):
    change_status(run_dir, epoch=epoch)
    executor.alive = False
    executor.was_killed = lambda _run_dir: True
    [run] = store.refresh()
    assert run.status.status == "lost"
    assert "killed by the system, probably out of memory" in run.status.message
    assert "smaller batch or width" in run.status.message
    assert words in run.status.message


def test_a_worker_that_ends_otherwise_is_not_said_to_be_killed(store, executor, run_dir):
    executor.alive = False
    [run] = store.refresh()
    assert "without a word" in run.status.message
    assert "memory" not in run.status.message
    assert "starts again from the beginning" in run.status.message


def test_a_child_that_was_killed_is_told_from_one_that_left(tmp_path, config, monkeypatch):
    commands = iter(["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit(3)"])

    def start(_module, _arguments, _log, _environment):
        return subprocess.Popen([sys.executable, "-c", next(commands)])

    monkeypatch.setattr(executor_module, "start_detached", start)
    monkeypatch.delattr(signal, "SIGKILL")  # as on Windows
    local = LocalExecutor()
    store = RunStore(tmp_path, local)
    for is_killed in (True, False):
        run_dir = store.record(store.submit(config)).run_dir
        wait_until(lambda run_dir=run_dir: not local.poll(run_dir))
        assert local.was_killed(run_dir) is is_killed
        store.refresh()
        assert ("killed by the system" in read_status(run_dir).message) is is_killed


@pytest.mark.parametrize(
    ("before", "by_now", "hostname", "is_killed"),
    [
        (3, 4, None, True),
        (3, 3, None, False),
        (None, 4, None, False),
        (3, None, None, False),
        (3, 4, "elsewhere", False),
    ],
)
def test_who_did_not_start_the_worker_asks_what_the_system_has_killed(
    run_dir, monkeypatch, before, by_now, hostname, is_killed
):
    change_status(run_dir, oom_kills=before, **({"hostname": hostname} if hostname else {}))
    monkeypatch.setattr(executor_module, "count_oom_kills", lambda: by_now)
    assert LocalExecutor().was_killed(run_dir) is is_killed


def test_kills_are_counted_for_the_machine_and_the_container(tmp_path, monkeypatch):
    machine, container = tmp_path / "vmstat", tmp_path / "memory.events"
    monkeypatch.setattr(processes, "_OOM_COUNTS", (str(machine), str(container)))
    assert processes.count_oom_kills() is None
    machine.write_text("pgfault 12\noom_kill 2\n")
    container.write_text("low 0\noom 4\noom_kill 1\noom_group_kill 9\n")
    assert processes.count_oom_kills() == 3


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_a_real_worker_that_may_have_no_more_memory_says_so(tmp_path, config, monkeypatch):
    config = config.model_copy(
        update={"training": config.training.model_copy(update={"batch_size": 4096, "num_threads": 1})}
    )
    limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, (5 << 30, 5 << 30)); "
    module = "sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    children = []

    def start(module_name, arguments, log, environment):
        command = [sys.executable, "-c", limited + module, module_name, *arguments]
        children.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))
        return children[-1]

    wide = config.model_copy(update={"model": config.model.model_copy(update={"width": 256})})
    monkeypatch.setattr(executor_module, "start_detached", start)
    store = RunStore(tmp_path, LocalExecutor())
    run_dir = store.record(store.submit(wide)).run_dir
    wait_until(lambda: not store.refresh()[0].status.is_active, seconds=120)
    status = read_status(run_dir)
    assert status.status == "failed", status
    assert "memory of the computer is full" in status.message
    assert children[0].wait(timeout=60) == 1
