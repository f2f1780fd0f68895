"""A runs folder that an engine's dispatcher owns, and a page's store that only leaves word."""

import pytest

from cifar_core.runs import RunStore
from cifar_core.runs.cluster import front, starting
from cifar_core.runs.cluster.front import EngineExecutor
from tests.unit.cluster.engine import FakeTasks, dispatcher_of, turn


@pytest.fixture(autouse=True)
def quick_images(monkeypatch, tiny_dataset):
    """No worker makes a practice set of its own."""
    monkeypatch.setattr("cifar_core.runs.worker.load_dataset", lambda _: tiny_dataset)


@pytest.fixture
def tasks():
    return FakeTasks(("node-a", "cpu"), ("node-b", "cpu"))


@pytest.fixture
def runs_dir(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def dispatcher(runs_dir, tasks):
    one = dispatcher_of(runs_dir, tasks)
    turn(one)
    return one


@pytest.fixture
def page(dispatcher, runs_dir, monkeypatch):
    """A store as the dashboard has it; who would start a dispatcher finds the one of the test."""
    monkeypatch.setattr(front, "_FIRST_SECONDS", 0.0)
    monkeypatch.setattr(front, "start_dispatcher", lambda *_: dispatcher.beat())
    monkeypatch.setattr(front, "begin_dispatcher", lambda *_: None)
    monkeypatch.setattr(starting, "_PROBE_SECONDS", 0.5)
    return RunStore(runs_dir, EngineExecutor(runs_dir, "ray://10.0.0.1:10001"))
