"""python -m pytest tests/unit/runs/test_demo.py. The demo is made once, where nothing ever was, and gives way."""

import threading

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunStore
from cifar_core.runs.commands import take_commands
from cifar_core.runs.demo import is_demo_due, start_demo
from cifar_core.runs.status import change_status, now
from tests.unit.runs_helpers import IdleExecutor


@pytest.fixture(autouse=True)
def _allowed(monkeypatch):
    monkeypatch.delenv("CIFAR_DEMO", raising=False)


def summary(store, run_id):
    return next(run for run in store.list_runs() if run.run_id == run_id)


def end(store, run_id):
    change_status(store.record(run_id).run_dir, status="completed", finished_at=now())


def told(store, run_id):
    return [command.name for command in take_commands(store.record(run_id).run_dir)]


def test_it_is_a_run_of_its_preset_that_says_what_it_is(store, executor):
    run_id = start_demo(store)
    run = summary(store, run_id)
    assert (run.is_demo, run.preset, run.config) == (True, "demo", PRESETS["demo"].config)
    assert executor.submitted == [run_id]
    assert RunStore(store.runs_dir, IdleExecutor()).list_runs()[0].is_demo, "as the index has it, too"
    assert store.record(run_id).meta().is_demo


def test_there_is_never_a_second_one_not_even_after_it_was_deleted(store):
    run_id = start_demo(store)
    assert start_demo(store) is None
    end(store, run_id)
    store.delete(run_id)
    assert not store.list_runs()
    assert not is_demo_due(store)
    assert start_demo(RunStore(store.runs_dir, IdleExecutor())) is None


def test_of_many_who_ask_at_once_one_makes_it(tmp_path):
    stores = [RunStore(tmp_path / "runs", IdleExecutor()) for _ in range(8)]
    found, gate = [], threading.Barrier(len(stores))

    def ask(store):
        gate.wait()
        found.append(start_demo(store))

    threads = [threading.Thread(target=ask, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([run_id for run_id in found if run_id]) == 1
    assert len(stores[0].list_runs()) == 1


def test_where_there_is_a_run_none_is_made(store, config):
    store.submit(config)
    assert start_demo(store) is None


def test_it_can_be_switched_off(store, monkeypatch):
    monkeypatch.setenv("CIFAR_DEMO", "0")
    assert start_demo(store) is None
    assert not store.list_runs()
    monkeypatch.setenv("CIFAR_DEMO", "1")
    assert start_demo(store)


def test_none_is_made_where_nothing_can_be_started(store, monkeypatch):
    monkeypatch.setattr(store, "why_not_writable", lambda: "the runs folder is read-only")
    assert start_demo(store) is None


def test_one_that_could_not_be_started_is_tried_again(store, executor, monkeypatch):
    def refuse(*_):
        raise OSError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(executor, "submit", refuse)
        with pytest.raises(RunError):
            start_demo(store)
    assert not store.list_runs()
    assert start_demo(store)


@pytest.mark.parametrize("how", ["submit", "resume", "extend"])
def test_it_leaves_its_device_to_whatever_somebody_starts(store, config, how):
    config = with_overrides(config, {"training.device": PRESETS["demo"].config.training.device})
    demo = start_demo(store)
    assert told(store, demo) == []
    if how == "submit":
        store.submit(config)
    else:
        other = store.submit(config)
        assert told(store, demo) == ["stop"]
        ended = {"resume": "stopped", "extend": "completed"}[how]
        change_status(store.record(other).run_dir, status=ended, finished_at=now(), epoch=1, num_epochs=3)
        checkpoint = store.record(other).checkpoint_path("last")
        checkpoint.parent.mkdir()
        checkpoint.touch()
        store.resume_run(other) if how == "resume" else store.extend(other, 2)
    assert told(store, demo) == ["stop"]


def test_waiting_it_lets_all_others_pass(store, executor, config):
    config = with_overrides(config, {"training.device": PRESETS["demo"].config.training.device})
    demo = start_demo(store)
    change_status(store.record(demo).run_dir, status="queued", attempt=0)
    first, second = store.submit(config), store.submit(config)
    assert executor.submitted[-1] == first
    assert [run.run_id for run in store.waiting()] == [second, demo]


def test_a_demo_that_waits_ends_no_other(store):
    demo = start_demo(store)
    store.submit(PRESETS["demo"].config, is_demo=True, priority=-1)
    assert told(store, demo) == []
