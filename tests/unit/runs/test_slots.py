"""python -m pytest tests/unit/runs/test_slots.py. Which places there are to train, and who gets one."""

import os
import socket
from collections import Counter

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunError
from cifar_core.runs import executor as executor_module
from cifar_core.runs.commands import take_commands
from cifar_core.runs.executor import LocalExecutor, local_slots, worker_environment
from cifar_core.runs.queue import dispatch
from cifar_core.runs.slots import Slot, count_runs_per_device, find_free, fitting
from cifar_core.runs.status import change_status, read_status
from cifar_core.training import device as devices
from cifar_core.training.device import DeviceError, limit_memory, resolve_device

HERE = socket.gethostname()
LAB = [Slot("a", "cuda:0"), Slot("a", "cuda:1"), Slot("a", "cpu"), Slot("b", "cpu")]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [("", LAB), ("auto", LAB[:2]), ("cuda", LAB[:2]), ("cuda:1", LAB[1:2]), ("cpu", LAB[2:]), ("mps", [])],
)
def test_a_run_fits_where_its_device_is(wanted, places):
    assert fitting(wanted, LAB) == places


def test_auto_is_the_processor_where_there_is_nothing_better():
    assert fitting("auto", LAB[2:]) == LAB[2:]


def test_the_host_with_the_most_room_comes_first():
    assert find_free(LAB[2:], Counter()) == Slot("a", "cpu")
    assert find_free(LAB[2:], Counter([Slot("a", "cpu")])) == Slot("b", "cpu")
    assert find_free(LAB[2:], Counter(LAB)) is None
    shared = [Slot("a", "cpu")] * 2 + [Slot("b", "cpu")] * 2
    assert find_free(shared, Counter([Slot("a", "cpu")])) == Slot("b", "cpu")
    assert find_free(shared, Counter(shared[:3])) == Slot("b", "cpu")


@pytest.mark.parametrize(
    ("declared", "cuda", "cpu"),
    [("", 1, 1), ("3", 3, 3), ("cuda=4", 4, 1), (" cuda=4, cpu=2 ", 4, 2), ("2,cpu=1", 2, 1)],
)
def test_how_many_share_a_device_is_declared(monkeypatch, declared, cuda, cpu):
    monkeypatch.setenv("CIFAR_RUNS_PER_DEVICE", declared)
    assert (count_runs_per_device("cuda:1"), count_runs_per_device("cpu")) == (cuda, cpu)


@pytest.mark.parametrize("declared", ["0", "65", "two", "gpu=2", "cuda=", "1.5", "-1"])
def test_a_share_that_is_none_is_refused_before_anything_is_queued(monkeypatch, store, config, declared):
    monkeypatch.setenv("CIFAR_RUNS_PER_DEVICE", declared)
    with pytest.raises(RunError, match=rf"CIFAR_RUNS_PER_DEVICE = '{declared}' is not allowed; allowed: a number"):
        store.submit(config)
    assert store.list_runs() == []


def test_runs_that_share_a_device_train_at_once(monkeypatch, store, executor, config):
    monkeypatch.setenv("CIFAR_RUNS_PER_DEVICE", "cpu=2")
    run_ids = [store.submit(config) for _ in range(3)]
    assert executor.submitted == run_ids[:2]
    change_status(store.record(run_ids[0]).run_dir, status="completed")
    store.refresh()
    assert executor.submitted == run_ids


def test_a_busy_device_of_another_host_holds_up_nobody_here(store, executor, run_dir, config):
    change_status(run_dir, hostname="elsewhere")
    waiting = store.submit(config)
    assert executor.submitted == [run_dir.name, waiting]
    assert read_status(store.record(waiting).run_dir).hostname == HERE


def test_slots_are_asked_of_the_executor(store, executor, config):
    executor.slots = lambda device="": [Slot("node", "cpu"), Slot("node", "cpu")]
    run_ids = [store.submit(config) for _ in range(3)]
    assert executor.submitted == run_ids[:2]
    assert {read_status(store.record(run_id).run_dir).hostname for run_id in run_ids[:2]} == {"node"}


def test_a_run_waits_where_its_executor_has_no_such_device_yet(store, executor, config):
    executor.slots = lambda device="": []
    run_id = store.submit(config)
    dispatch(store.runs_dir, executor)
    assert read_status(store.record(run_id).run_dir).status == "queued"


# Several GPUs of one machine


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(executor_module, "_look_for_devices", lambda: ("cuda:0", "cuda:1", "cpu"))


def test_two_runs_take_two_gpus_and_each_sees_its_own(monkeypatch, two_gpus, store, executor, config):
    anywhere = with_overrides(config, {"training.device": "auto"})
    run_ids = [store.submit(anywhere) for _ in range(3)]
    devices = [read_status(store.record(run_id).run_dir).device for run_id in run_ids]
    assert devices == ["cuda:0", "cuda:1", ""]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    seen = worker_environment("cuda:1")
    assert (seen["CUDA_VISIBLE_DEVICES"], seen["CIFAR_DEVICE"]) == ("1", "cuda:1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-3,GPU-7")
    assert worker_environment("cuda:1")["CUDA_VISIBLE_DEVICES"] == "GPU-7"
    assert worker_environment("cpu").get("CUDA_VISIBLE_DEVICES") == "GPU-3,GPU-7"


def test_a_demo_trains_on_while_another_device_is_free(two_gpus, store, config):
    anywhere = with_overrides(config, {"training.device": "auto"})
    demo = store.submit(anywhere, is_demo=True)
    store.submit(anywhere)
    assert take_commands(store.record(demo).run_dir) == []
    store.submit(anywhere)
    assert [command.name for command in take_commands(store.record(demo).run_dir)] == ["stop"]


@pytest.mark.parametrize(("before", "first"), [(None, "0"), ("GPU-3,GPU-7", "GPU-3")])
def test_a_worker_that_sees_one_gpu_starts_the_next_run_on_any(monkeypatch, two_gpus, before, first):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if before is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", before)
    outside = worker_environment("cpu")
    for name, text in worker_environment("cuda:1").items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(executor_module, "_look_for_devices", lambda: ("cuda:0", "cpu"))  # as torch has it there
    assert local_slots() == [Slot(HERE, name) for name in ("cuda:0", "cuda:1", "cpu")]
    following = worker_environment("cuda:0")
    assert (following["CUDA_VISIBLE_DEVICES"], following["CIFAR_DEVICE"]) == (first, "cuda:0")
    assert worker_environment("cpu") == outside


def test_the_one_device_that_a_worker_sees_is_its_first(monkeypatch):
    monkeypatch.setattr("cifar_core.training.device.list_devices", lambda: [Named("cuda:0"), Named("cpu")])
    with pytest.raises(DeviceError):
        resolve_device("cuda:1")
    monkeypatch.setenv("CIFAR_DEVICE", "cuda:1")
    assert [resolve_device(name) for name in ("cuda:1", "cuda", "auto", "cpu")] == ["cuda:0"] * 3 + ["cpu"]


def test_a_device_that_is_not_here_is_refused_with_those_that_are(two_gpus):
    with pytest.raises(DeviceError, match="is not on this machine; allowed: auto"):
        local_slots("mps")
    assert LocalExecutor().slots() == [Slot(HERE, name) for name in ("cuda:0", "cuda:1", "cpu")]


def test_a_run_that_shares_a_gpu_is_kept_to_its_part_of_the_memory(monkeypatch):
    kept = []
    monkeypatch.setattr("torch.cuda.set_per_process_memory_fraction", lambda *told: kept.append(told))
    for device, num_sharing in (("cuda:0", 4), ("cuda:0", 1), ("cpu", 4)):
        limit_memory(device, num_sharing)
    assert kept == [(0.25, "cuda:0")]


def test_the_worker_declares_it(monkeypatch, store, config):
    from cifar_core.runs import worker
    from tests.unit.runs_helpers import IdleExecutor, pretend_fit

    told = []
    for share_out in ("limit_memory", "share_cores"):
        monkeypatch.setattr(worker, share_out, lambda *asked: told.append(asked))
    monkeypatch.setenv("CIFAR_RUNS_PER_DEVICE", "3")
    run_dir = store.record(store.submit(config)).run_dir
    worker.run_worker(run_dir, pretend_fit(), IdleExecutor())
    assert told == [("cpu", 3)] * 2
    assert os.environ.get("CIFAR_DEVICE") is None


@pytest.mark.parametrize(("shares", "configured", "expected"), [("1", 0, 8), ("3", 0, 2), ("64", 0, 1), ("3", 5, 5)])
def test_runs_that_share_a_processor_have_a_part_of_its_cores_each(
    monkeypatch, store, config, shares, configured, expected
):
    from cifar_core.runs import worker
    from tests.unit.runs_helpers import IdleExecutor, pretend_fit

    monkeypatch.setenv("CIFAR_THREADS", "")  # put back at the end
    monkeypatch.setenv("CIFAR_RUNS_PER_DEVICE", shares)
    monkeypatch.setattr(devices, "count_cores", lambda: 8)
    asked = with_overrides(config, {"training.num_threads": configured})
    record = store.record(store.submit(asked))
    worker.run_worker(record.run_dir, pretend_fit(), IdleExecutor())
    assert devices.count_threads(configured) == expected
    assert record.environment()["num_threads"] == expected
    assert "CIFAR_THREADS" not in worker_environment(), "the next run may have another device"


class Named:
    def __init__(self, name):
        self.name = self.title = name
