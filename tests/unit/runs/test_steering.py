"""python -m pytest tests/unit/runs/test_steering.py. What is done to runs after their start."""

import threading

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import Fork, RunError, fork_like
from cifar_core.runs.commands import send_command, take_commands
from cifar_core.runs.continuation import is_test_taken_back
from cifar_core.runs.queue import end_unstarted
from cifar_core.runs.reporter import read_learning_rate_changes
from cifar_core.runs.status import change_status, now
from cifar_core.runs.worker import run_worker
from tests.unit.runs_helpers import STEPS_PER_EPOCH, pretend_fit, wait_until

SMALL = {"training.device": "cpu", "training.num_epochs": 3}


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, SMALL)


def end(record, epoch=3):
    record.checkpoint_path("last").parent.mkdir()
    for which in ("last", "best"):
        record.checkpoint_path(which).write_bytes(which.encode())
    change_status(record.run_dir, status="completed", epoch=epoch, finished_at=now())


def find(store, run_id):
    return next(run for run in store.list_runs() if run.run_id == run_id)


def test_a_new_learning_rate_holds_from_the_next_step_and_is_recorded(store, config):
    record = store.record(store.submit(config))
    worker = threading.Thread(target=run_worker, args=(record.run_dir, pretend_fit(0.3)), daemon=True)
    worker.start()
    wait_until(lambda: record.status().step >= 2)
    store.change_learning_rate(record.run_id, 0.5)
    wait_until(lambda: not record.status().is_active)
    ((step, factor),) = read_learning_rate_changes(record)
    assert factor == 0.5
    assert 2 <= step < 3 * STEPS_PER_EPOCH
    rates = {row["step"]: row["learning_rate"] for row in record.step_rows()}
    # Rows count updates from 1, the schedule's steps from 0.
    assert all(rate == pytest.approx(0.1 if number <= step else 0.05) for number, rate in rates.items())
    assert len(set(rates.values())) == 2


def test_a_continued_run_steers_as_before(store, config):
    record = store.record(store.submit(config))
    record.record_event("learning_rate", step=4, factor=0.5)
    record.record_event("learning_rate", step=8, factor=0.1)
    run_worker(record.run_dir, pretend_fit())
    last = record.step_rows()[-1]
    assert last["learning_rate"] == pytest.approx(0.1 * 0.05)
    assert read_learning_rate_changes(record) == [(4, 0.5), (8, 0.1)]


@pytest.mark.parametrize("factor", [0.0, -1.0, 101.0, float("nan")])
def test_an_impossible_factor_is_refused(store, config, factor):
    run_id = store.submit(config)
    with pytest.raises(RunError, match=r"factor .* is not allowed; allowed: above 0, up to 100"):
        store.change_learning_rate(run_id, factor)
    assert take_commands(store.record(run_id).run_dir) == []


def test_an_ended_run_can_be_extended(store, executor, config):
    record = store.record(store.submit(config))
    end(record)
    store.extend(record.run_id, 4)
    assert record.config().training.num_epochs == 7
    assert record.status().num_epochs == 7
    assert executor.submitted == [record.run_id, record.run_id]
    assert any(event["kind"] == "extended" and event["num_epochs"] == 7 for event in record.events())


@pytest.mark.parametrize("status", ["completed", "stopped"])
@pytest.mark.parametrize("is_told", [False, True], ids=["by who decides", "by a command"])
def test_an_extension_that_waits_can_be_taken_back(store, config, is_told, status):
    record = store.record(store.submit(config))
    end(record)
    change_status(record.run_dir, status=status, message="After 3 epochs.", epoch=3, finished_at=5.0)
    before = record.status()
    other = store.record(store.submit(config))  # has the device
    for _ in range(2):
        store.extend(record.run_id, 4)
        assert (record.status().status, record.config().training.num_epochs) == ("queued", 7)
        if is_told:
            send_command(record.run_dir, "stop")
            assert end_unstarted(record.run_dir)
        else:
            store.stop(record.run_id)
        assert record.config() == config
        kept = {"status", "message", "finished_at", "num_epochs", "epoch"}
        assert record.status().model_dump(include=kept) == before.model_dump(include=kept)
    end(other)
    store.extend(record.run_id, 4)
    assert record.status().status == "running"
    change_status(record.run_dir, status="lost")
    change_status(other.run_dir, status="running")
    store.resume_run(record.run_id)
    store.stop(record.run_id)
    assert (record.status().status, record.config().training.num_epochs) == ("stopped", 7), "it had begun"


def test_a_look_at_test_that_waits_can_be_taken_back_and_asked_for_again(store, config):
    blind = with_overrides(config, {"training.evaluate_test": False})
    record = store.record(store.submit(blind))
    end(record)
    before = record.status()
    other = store.record(store.submit(blind))  # has the device
    for _ in range(2):
        store.look_at_test(record.run_id)
        assert not is_test_taken_back(record)
        store.park(record.run_id)  # a completed run has nothing to be taken up again
        assert record.config() == blind
        assert record.status().model_dump(exclude={"submitted_at"}) == before.model_dump(exclude={"submitted_at"})
        assert is_test_taken_back(record)
    end(other)
    store.look_at_test(record.run_id)
    assert record.status().status == "running"
    assert not is_test_taken_back(record)


def test_what_cannot_be_extended_says_why_and_stays(store, config):
    record = store.record(store.submit(config))
    with pytest.raises(RunError, match="allowed: completed or stopped"):
        store.extend(record.run_id, 4)
    end(record)
    with pytest.raises(RunError, match=r"training.num_epochs = 100003 is not allowed"):
        store.extend(record.run_id, 100_000)
    assert record.config() == config
    assert record.status().status == "completed"


def test_a_fork_starts_from_the_chosen_weights(store, config):
    parent = store.record(store.submit(config))
    end(parent)
    changed = with_overrides(config, {"optimizer.learning_rate": 1e-4})
    for which in ("best", "last"):
        fork = store.record(store.submit(changed, fork=Fork(parent.run_id, which)))
        assert fork.checkpoint_path("start").read_bytes() == which.encode()
        assert fork.meta().forked_from == parent.run_id
        assert fork.meta().forked_epoch == getattr(parent.status(), "best_epoch" if which == "best" else "epoch")


def test_a_run_like_a_fork_starts_from_the_same_weights(store, config):
    parent = store.record(store.submit(config))
    assert fork_like(find(store, parent.run_id)) is fork_like(parent) is None
    end(parent)
    fork = store.record(store.submit(config, fork=Fork(parent.run_id)))
    store.delete(parent.run_id)
    assert fork_like(fork) == fork_like(find(store, fork.run_id)) == Fork(fork.run_id, "start")
    again = store.record(
        store.submit(with_overrides(config, {"training.seed": 9}), fork=fork_like(find(store, fork.run_id)))
    )
    assert again.checkpoint_path("start").read_bytes() == b"best"
    assert again.meta().forked_from == parent.run_id
    assert find(store, again.run_id).first_weights == find(store, fork.run_id).first_weights


def test_a_fork_needs_the_same_network_and_weights(store, config):
    parent = store.record(store.submit(config))
    with pytest.raises(RunError, match="has no best weights yet"):
        store.submit(config, fork=Fork(parent.run_id))
    end(parent)
    with pytest.raises(RunError, match="has another network"):
        store.submit(with_overrides(config, {"model.width": 8}), fork=Fork(parent.run_id))
    assert len(store.list_runs()) == 1


def test_a_waiting_run_can_be_put_first(store, config):
    running, second, third = (store.submit(config) for _ in range(3))
    store.put_first(third)
    assert [run.run_id for run in store.waiting()] == [third, second]
    with pytest.raises(RunError, match="does not wait"):
        store.put_first(running)


def test_everything_can_be_stopped_at_once(store, executor, config):
    running, *waiting = (store.submit(config) for _ in range(3))
    assert store.stop_all() == 3
    assert [command.name for command in take_commands(store.record(running).run_dir)] == ["stop"]
    assert all(store.record(run_id).status().status == "stopped" for run_id in waiting)
    assert executor.submitted == [running]


def test_a_discarded_run_is_gone_and_its_worker_writes_nothing_more(store, executor, config, monkeypatch):
    record = store.record(store.submit(config))
    worker = threading.Thread(target=run_worker, args=(record.run_dir, pretend_fit(0.1)), daemon=True)
    worker.start()
    wait_until(lambda: record.status().step >= 2)
    monkeypatch.setattr(executor, "poll", lambda run_dir: worker.is_alive())
    store.discard(record.run_id)
    assert not worker.is_alive()
    assert not record.run_dir.exists()
    assert store.list_runs() == []


def test_a_worker_that_does_not_end_keeps_its_record(store, config, monkeypatch):
    monkeypatch.setattr("cifar_core.runs.store._DISCARD_SECONDS", 0.1)
    record = store.record(store.submit(config))
    with pytest.raises(RunError, match="its worker has not ended yet"):
        store.discard(record.run_id)
    assert record.status().status == "stopped"
