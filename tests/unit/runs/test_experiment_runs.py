"""Runs of one experiment: queued together, trained by one process, and never in anybody's way."""

import psutil
import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunError, RunStore
from cifar_core.runs.commands import send_command
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_experiment
from tests.unit.runs_helpers import IdleExecutor, pretend_fit, wait_until

SMALL = {
    "data.train_fraction": 0.05,
    "model.width": 4,
    "model.hidden_size": 16,
    "training.num_epochs": 1,
    "training.device": "cpu",
    "training.num_threads": 1,
    "training.precision": "float32",
}
CONFIG = with_overrides(PRESETS["notebook"].config, SMALL)
ARMS = [(f"arm, seed {seed}", with_overrides(CONFIG, {"training.seed": seed})) for seed in range(3)]


class ListeningExecutor(IdleExecutor):
    """Notes which runs workers were told to go on with."""

    def __init__(self):
        super().__init__()
        self.told = []

    def submit(self, run_dir, then=()):
        super().submit(run_dir)
        self.told.append((run_dir.name, [path.name for path in then]))


@pytest.fixture
def executor():
    return ListeningExecutor()


@pytest.fixture
def store(tmp_path, executor):
    return RunStore(tmp_path / "runs", executor)


def states(store, run_ids):
    return [store.record(run_id).status().status for run_id in run_ids]


def paths(store, run_ids):
    return [store.record(run_id).run_dir for run_id in run_ids]


def test_one_worker_is_told_of_all_runs_in_their_order(store, executor):
    run_ids = store.submit_experiment("abc", ARMS)
    assert executor.told == [(run_ids[0], run_ids[1:])]
    assert states(store, run_ids) == ["running", "queued", "queued"]
    found = {run.run_id: (run.name, run.experiment) for run in store.list_runs()}
    assert found == {run_id: (name, "abc") for run_id, (name, _) in zip(run_ids, ARMS, strict=True)}
    assert [run.run_id for run in store.waiting()] == run_ids[1:]


def test_one_process_trains_them_all(store, executor):
    run_ids = store.submit_experiment("abc", ARMS)
    assert run_experiment(paths(store, run_ids), pretend_fit(), executor) == 0
    assert states(store, run_ids) == ["completed"] * 3
    assert executor.submitted == run_ids[:1]


def test_who_comes_first_by_priority_is_not_kept_waiting(store, executor):
    run_ids = store.submit_experiment("abc", ARMS)
    urgent = store.submit(CONFIG, priority=1)
    run_experiment(paths(store, run_ids), pretend_fit(), executor)
    assert states(store, [*run_ids, urgent]) == ["completed", "queued", "queued", "running"]
    assert executor.told[1:] == [(urgent, [])]
    change_status(store.record(urgent).run_dir, status="completed")
    store.refresh()
    assert executor.told[2:] == [(run_ids[1], run_ids[2:])]


def test_after_a_run_that_failed_another_process_goes_on(store, executor):
    def fit(*_):
        raise MemoryError

    run_ids = store.submit_experiment("abc", ARMS)
    assert run_experiment(paths(store, run_ids), fit, executor) == 1
    assert states(store, run_ids) == ["failed", "running", "queued"]
    assert executor.told[1:] == [(run_ids[1], run_ids[2:])]


def test_a_run_that_was_taken_out_of_the_queue_is_passed_over(store, executor):
    run_ids = store.submit_experiment("abc", ARMS)
    store.stop(run_ids[1])
    assert run_experiment(paths(store, run_ids), pretend_fit(), executor) == 0
    assert states(store, run_ids) == ["completed", "stopped", "completed"]


def test_a_waiting_run_that_another_machine_has_told_to_stop_is_passed_over(store, executor):
    run_ids = store.submit_experiment("abc", ARMS)
    send_command(paths(store, run_ids)[1], "stop")  # it may not write the status: this machine decides
    assert run_experiment(paths(store, run_ids), pretend_fit(), executor) == 0
    assert states(store, run_ids) == ["completed", "stopped", "running"]
    assert store.record(run_ids[1]).status().message == "Removed from the queue."
    assert executor.submitted == [run_ids[0], run_ids[2]]


def test_all_or_none_are_written(store, executor, monkeypatch):
    def refuse(run_dir, then=()):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(executor, "submit", refuse)
    with pytest.raises(RunError, match="disk is full"):
        store.submit_experiment("abc", ARMS)
    assert store.list_runs() == []
    assert not list(store.runs_dir.glob(".*begun*"))


@pytest.mark.slow
def test_a_killed_process_loses_one_run_and_the_others_go_on(tmp_path):
    long = with_overrides(CONFIG, {"training.num_epochs": 200})
    store = RunStore(tmp_path / "runs", LocalExecutor())
    run_ids = store.submit_experiment("abc", [ARMS[0], ("long", long), ARMS[2]])
    record = store.record(run_ids[1])
    wait_until(lambda: record.status().status == "running" and record.status().epoch > 0, 60)
    worker = record.status().pid
    assert worker == store.record(run_ids[0]).status().pid
    psutil.Process(worker).kill()
    wait_until(lambda: store.refresh() and states(store, run_ids) == ["completed", "lost", "completed"], 60)
    assert store.record(run_ids[2]).status().pid != worker
    store.resume_run(run_ids[1])
    wait_until(lambda: record.status().status == "running" and record.status().attempt == 2, 60)
    store.stop(run_ids[1])
    wait_until(lambda: record.status().status == "stopped", 60)
