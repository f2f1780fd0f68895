"""python -m pytest tests/unit/runs/test_forked_runs.py. Trainings that begin with their imports done, as processes."""

import sys
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file

from cifar_core import forking
from cifar_core.forking import client
from cifar_core.forking.server import find_drivers
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunStore
from cifar_core.runs.executor import keep_imports
from cifar_core.runs.workers import find_worker
from tests.unit.runs_helpers import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")

SMALL = {
    "model.width": 4,
    "model.hidden_size": 16,
    "training.device": "cpu",
    "training.num_threads": 2,
    "training.precision": "float32",
    "training.batch_size": 64,
    "training.num_epochs": 2,
    "data.train_fraction": 0.2,
}


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, SMALL)


@pytest.fixture(scope="module")
def server():
    """The process that has imported what trainings need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")  # pytest changes it on the way
        patch.setenv(forking.VARIABLE, "")
        patch.setattr(client, "_keeper", client._Keeper())
        keep_imports()
        wait_until(forking.is_ready, 120)
        process = client._keeper._process
        yield psutil.Process(process.pid)
        process.stdin.close()
        process.wait(10)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my runs"  # its name is part of a worker's command line


def train(folder, config):
    store = RunStore(folder, LocalExecutor())
    record = store.record(store.submit(config))
    wait_until(lambda: not record.status().is_active, 120)
    return record


def test_a_run_is_the_same_to_the_bit(server, folder, config, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    forked = train(folder / "forked", config)
    monkeypatch.setenv(forking.VARIABLE, "off")
    plain = train(folder / "plain", config)
    assert forked.status().status == plain.status().status == "completed"
    weights, plainly = (load_file(record.checkpoint_path("last")) for record in (forked, plain))
    assert weights.keys() == plainly.keys()
    assert all(weights[name].equal(plainly[name]) for name in weights)


def has_its_imports(process):
    """Behind a copy's command line is the room for longer ones; a process that began anew has none."""
    return process.cmdline()[-1] == ""


def test_it_is_found_and_stopped_and_the_next_one_begins_likewise(server, folder, config, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    store = RunStore(folder, LocalExecutor())
    long = with_overrides(config, {"training.num_epochs": 1000})
    first, second = (store.record(store.submit(long)) for _ in range(2))
    another = RunStore(folder, LocalExecutor())  # has not started it
    wait_until(lambda: another.record(first.run_dir.name).status().step > 5, 60)
    worker = find_worker(first.run_dir, first.status())
    assert worker.parent() == server
    assert has_its_imports(worker)
    assert worker.pid == first.status().pid
    another.stop(first.run_dir.name)
    wait_until(lambda: second.status().step > 5, 60)
    assert first.status().status == "stopped"
    following = find_worker(second.run_dir, second.status())
    assert following.parent() == server
    assert has_its_imports(following), "it has begun anew"
    following.kill()
    wait_until(lambda: find_worker(second.run_dir, second.status()) is None)
    another.refresh()
    assert second.status().status == "lost"


def test_what_is_copied_has_touched_no_gpu_and_begun_no_threads_of_its_own(server):
    assert find_drivers(Path(f"/proc/{server.pid}/maps").read_text()) == []
    assert server.num_threads() <= torch.get_num_threads(), "more than BLAS has, which sees to its own"
    wait_until(lambda: not server.children())  # it sees to those that have ended


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_copy_trains_on_a_gpu(server, folder, config, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    record = train(folder, with_overrides(config, {"training.device": "cuda", "training.precision": "bfloat16"}))
    assert record.status().status == "completed", record.log_tail()
    assert record.environment()["device"] == "cuda:0"
