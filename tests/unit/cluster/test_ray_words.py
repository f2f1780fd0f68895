"""python -m pytest tests/unit/cluster. What is told of what Ray says, without a cluster, and without Ray."""

import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest

from cifar_core.runs import cluster
from cifar_core.runs.cluster import ray_start

MODULE = "cifar_core.runs.cluster.ray_tasks"


class _TaskError(Exception):
    cause: Exception = MemoryError()  # says nothing


@pytest.fixture
def ray(monkeypatch):
    """A stand-in for Ray."""
    names = ("ray", "ray.util", "ray.util.scheduling_strategies")
    ray, _, strategies = stand_ins = [ModuleType(name) for name in names]
    ray.remote = lambda function: function
    ray.wait = lambda handles, timeout: (handles, [])
    ray.exceptions = SimpleNamespace(RayTaskError=_TaskError, RayError=Exception)
    strategies.NodeAffinitySchedulingStrategy = object
    for name, stand_in in zip(names, stand_ins, strict=True):
        monkeypatch.setitem(sys.modules, name, stand_in)
    return ray


@pytest.fixture
def ray_tasks(monkeypatch, ray):
    """The module, as it is with the stand-in."""
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    yield importlib.import_module(MODULE)
    del sys.modules[MODULE], cluster.ray_tasks


@pytest.mark.parametrize(
    ("cause", "words"),
    [(MemoryError(), "MemoryError"), (ValueError("no such run\nat all"), "no such run"), (OSError(28, ""), "disk")],
)
def test_a_task_that_failed_without_a_word_is_named_all_the_same(ray, ray_tasks, cause, words):
    def get(_):
        error = _TaskError()
        error.cause = cause
        raise error

    ray.get = get
    ending = ray_tasks.RayTasks().ending("handle")
    assert ending.problem.startswith("The run could not be started: ")
    assert words in ending.problem
    assert "\n" not in ending.problem


@pytest.mark.parametrize(
    ("error", "words"), [(TimeoutError(), "TimeoutError"), (RuntimeError("Traceback:\n  ...\nno head\n"), "no head")]
)
def test_a_cluster_that_fails_without_a_word_is_named_all_the_same(ray, monkeypatch, capsys, error, words):
    def init(*_, **__):
        raise error

    ray.init = init
    monkeypatch.setenv("CIFAR_EXECUTOR", "ray://somewhere:10001")
    assert ray_start.main() == 1
    assert capsys.readouterr().err == f"{words}\n"
