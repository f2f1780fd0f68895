"""python -m pytest tests/unit/cluster. What a page sees of an engine, and what it says where there is none."""

import socket
import subprocess
import sys

import pytest

from cifar_core.processes import PACKAGE_ROOT
from cifar_core.runs import LocalExecutor, RunError, RunStore
from cifar_core.runs.cluster import choose_engine, front
from cifar_core.runs.cluster.front import EngineExecutor
from cifar_core.runs.ownership import read_note
from tests.unit.cluster.engine import turn


@pytest.mark.parametrize("address", ["", " ", "local"])
def test_this_machine_trains_unless_an_engine_is_named(tmp_path, monkeypatch, address):
    monkeypatch.setenv("CIFAR_EXECUTOR", address)
    assert choose_engine(tmp_path) is None
    assert isinstance(RunStore(tmp_path)._executor, LocalExecutor)


@pytest.mark.parametrize("address", ["auto", "ray://head:10001", "head.example.org:6379", "10.0.0.1:6379"])
def test_an_engine_is_named_by_its_address(tmp_path, monkeypatch, address):
    monkeypatch.setenv("CIFAR_EXECUTOR", address)
    store = RunStore(tmp_path)
    assert isinstance(store._executor, EngineExecutor)
    assert store._executor.address == address


@pytest.mark.parametrize("address", ["ray", "slurm://head:1", "head", "ray://head", "head:port", "http://head:1/x"])
def test_an_address_that_is_none_is_refused_by_name(tmp_path, monkeypatch, address):
    monkeypatch.setenv("CIFAR_EXECUTOR", address)
    with pytest.raises(RunError, match=r"CIFAR_EXECUTOR = .* is not allowed; allowed: local, auto"):
        RunStore(tmp_path)


@pytest.fixture
def silent_port():
    """A port that nobody listens at."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@pytest.mark.parametrize("address", ["ray://127.0.0.1:{}", "127.0.0.1:{}"])
def test_an_address_that_does_not_answer_is_named_and_nothing_is_lost(
    tmp_path, config, silent_port, address, monkeypatch
):
    monkeypatch.setattr(front, "begin_dispatcher", lambda *_: None)
    address = address.format(silent_port)
    store = RunStore(tmp_path, EngineExecutor(tmp_path, address))
    with pytest.raises(RunError, match=rf"CIFAR_EXECUTOR = '{address}' does not answer: connection refused"):
        store.submit(config)
    assert store.list_runs() == []
    assert store.refresh() == []
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".new")]


def test_without_ray_it_says_how_to_have_it():
    hide = "import sys, runpy; sys.modules['ray'] = None; sys.argv[1:] = ['.']; "
    run = "runpy.run_module('cifar_core.runs.cluster.ray_start', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", hide + run], capture_output=True, text=True, cwd=PACKAGE_ROOT)
    assert done.returncode == 1
    assert done.stderr == "Ray is not installed here, but `pip install 'cifar-lab[cluster]'` brings it\n"


def test_a_page_starts_and_marks_nothing_itself(page, dispatcher, tasks, config):
    run_id = page.submit(config)
    for _ in range(3):
        page.refresh()
    assert [run.status.status for run in page.list_runs()] == ["queued"]
    turn(dispatcher)
    tasks.started[0].begin("node-a")
    for _ in range(3):
        page.refresh()
    assert page.record(run_id).status().status == "running"


def test_a_page_looks_for_a_dispatcher_that_has_fallen_silent(page, dispatcher, monkeypatch):
    begun, now = [], [1000.0]
    monkeypatch.setattr(front, "begin_dispatcher", begun.append)
    monkeypatch.setattr(front.time, "monotonic", lambda: now[0])
    page._executor._tried_at = 0.0

    def look_for(seconds, beats):
        for _ in range(seconds):
            now[0] += 1
            if beats:
                dispatcher.beat()
            page.refresh()

    look_for(60, beats=True)
    begun.clear()
    look_for(60, beats=True)
    assert begun == []
    assert page._executor.problem() == ""
    look_for(60, beats=False)
    assert len(begun) == 2, "at first, and half a minute later"
    assert "CIFAR_EXECUTOR = 'ray://10.0.0.1:10001' has said nothing for 60 seconds" in page._executor.problem()


def test_a_machine_without_the_setting_leaves_an_engines_queue_alone(page, dispatcher, executor, config, monkeypatch):
    waiting = page.submit(config)
    alone = RunStore(page.runs_dir, executor)
    alone.refresh()
    alone.submit(config)
    assert executor.submitted == []
    assert [run.status.status for run in alone.list_runs()] == ["queued"] * 2
    alone.stop(waiting)
    assert alone.record(waiting).status().status == "queued", "whoever decides obeys"
    turn(dispatcher)
    assert alone.record(waiting).status().status == "stopped"


def test_the_slots_of_all_nodes_are_listed(page, tasks):
    assert page._executor.slots() == tasks.places
    assert page._executor.slots("cuda") == []
    assert {slot.host for slot in read_note(page.runs_dir).slots} == {"node-a", "node-b"}
