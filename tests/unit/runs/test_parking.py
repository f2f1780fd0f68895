"""python -m pytest tests/unit/runs/test_parking.py. Runs that free their device and are taken up again."""

import json
import threading

import pytest
from safetensors.torch import load_file

from cifar_core.cli import main
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunError, RunStore
from cifar_core.runs.commands import send_command, take_commands
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.reporter import Reporter
from cifar_core.runs.status import change_status, now, read_status
from cifar_core.runs.worker import run_experiment, run_worker
from tests.unit.runs_helpers import STEPS_PER_EPOCH, IdleExecutor, pretend_fit, wait_until


@pytest.fixture(autouse=True)
def few_images(monkeypatch, tiny_dataset):
    """Workers of this process pretend to train: they need no images to speak of."""
    monkeypatch.setattr("cifar_core.runs.worker.load_dataset", lambda _: tiny_dataset)


@pytest.fixture
def record(store, config):
    """A run of three epochs whose worker has been asked for."""
    return store.record(store.submit(config))


def work(record, seconds_per_step=0.05):
    thread = threading.Thread(target=run_worker, args=(record.run_dir, pretend_fit(seconds_per_step)), daemon=True)
    thread.start()
    return thread


def take_up(store, record):
    """Resume, as another worker would find it."""
    store.resume_run(record.run_id)
    assert record.status().status == "running"
    assert run_worker(record.run_dir, pretend_fit(), IdleExecutor()) == 0


def test_a_run_is_parked_after_its_epoch_and_goes_on_to_its_end(store, record):
    thread = work(record)
    wait_until(lambda: record.status().step >= 1)
    store.park(record.run_id)
    wait_until(lambda: record.status().message.startswith("Parking: it ends after this epoch"))
    thread.join(20)
    status = record.status()
    assert (status.status, status.message, status.epoch) == ("parked", "Parked after 1 of 3 epochs.", 1)
    assert (status.is_active, status.is_resumable) == (False, True)
    assert record.test_readings() == 0
    assert [summary.status.status for summary in RunStore(store.runs_dir).list_runs()] == ["parked"]
    take_up(store, record)
    status = record.status()
    assert (status.status, status.epoch, status.num_epochs, status.step) == ("completed", 3, 3, 3 * STEPS_PER_EPOCH)
    assert [row["epoch"] for row in record.epoch_rows()] == [1, 2, 3]
    assert record.test_readings() == 1


def test_a_parked_run_frees_its_device_for_who_waits(store, executor, config, record):
    waiting = store.submit(config)
    store.park(record.run_id)
    assert run_worker(record.run_dir, pretend_fit(), executor) == 0
    assert (record.status().status, record.status().epoch) == ("parked", 0)
    assert executor.submitted == [record.run_id, waiting]
    store.resume_run(record.run_id)
    assert record.status().status == "queued"


def test_one_that_waits_is_parked_at_once(store, executor, config, record):
    waiting = store.record(store.submit(config))
    store.park(waiting.run_id)
    status = waiting.status()
    assert (status.status, status.message, status.attempt) == ("parked", "Removed from the queue.", 0)
    assert status.finished_at <= now()
    assert store.waiting() == []
    store.resume_run(waiting.run_id)
    assert [run.run_id for run in store.waiting()] == [waiting.run_id]


def test_in_its_last_epoch_a_run_just_ends(store, record):
    thread = work(record)
    wait_until(lambda: record.status().step > 2 * STEPS_PER_EPOCH)
    store.park(record.run_id)
    thread.join(20)
    assert (record.status().status, record.status().epoch) == ("completed", 3)
    with pytest.raises(RunError, match="is completed"):
        store.park(record.run_id)


def test_a_paused_run_goes_on_to_the_end_of_its_epoch(store, record):
    thread = work(record)
    wait_until(lambda: record.status().step >= 1)
    store.pause(record.run_id)
    wait_until(lambda: record.status().status == "paused")
    store.park(record.run_id)
    thread.join(20)
    assert (record.status().status, record.status().epoch) == ("parked", 1)


def test_a_pause_that_is_read_between_two_epochs_holds_the_next_step(record):
    keeper = StatusKeeper(record.run_dir)
    reporter = Reporter(record.run_dir, keeper)
    send_command(record.run_dir, "pause")
    assert reporter.before_epoch(2)
    thread = threading.Thread(target=reporter.before_step, args=(5,))
    thread.start()
    wait_until(lambda: record.status().status == "paused")
    send_command(record.run_dir, "resume")
    thread.join(10)
    assert record.status().status == "running"


@pytest.mark.parametrize(
    ("commands", "end"),
    [
        (("park", "resume"), "completed"),
        (("park", "stop"), "stopped"),
        (("stop", "park"), "stopped"),
        (("stop", "park", "resume"), "stopped"),
        (("pause", "park"), "parked"),
        (("park", "resume", "park"), "parked"),
        (("park", "park"), "parked"),
    ],
)
def test_the_last_word_counts_and_a_stop_is_never_taken_back(record, commands, end):
    for command in commands:
        send_command(record.run_dir, command)
    run_worker(record.run_dir, pretend_fit(), IdleExecutor())
    assert record.status().status == end
    assert "Parking" not in record.status().message


def test_one_whose_worker_is_gone_is_parked_as_it_is(store, executor, record):
    change_status(record.run_dir, epoch=2)
    executor.alive = False
    store.park(record.run_id)
    assert (record.status().status, record.status().message) == ("parked", "Its worker had ended before.")


def test_killed_while_parking_it_is_lost_and_resumed_it_is_not_parked_again(store, executor, record):
    store.park(record.run_id)  # a worker that never reads it
    executor.alive = False
    store.refresh()
    assert record.status().status == "lost"
    executor.alive = True
    take_up(store, record)
    assert record.status().status == "completed"
    assert take_commands(record.run_dir) == []


def test_a_run_knows_by_itself_after_which_epoch_to_park(store, config):
    run_ids = store.submit_experiment("abc", [(str(seed), config) for seed in range(3)], park_after=1)
    records = [store.record(run_id) for run_id in run_ids]

    def train():
        run_experiment([record.run_dir for record in records], pretend_fit(), IdleExecutor())
        return [(record.status().status, record.status().epoch) for record in records]

    assert train() == [("parked", 1)] * 3  # by one process
    store.resume_runs(run_ids, until=2)
    assert train() == [("parked", 2)] * 3
    store.resume_run(run_ids[0])
    store.resume_runs(run_ids[1:], until=3)
    assert train() == [("completed", 3)] * 3
    assert store.record(run_ids[0]).meta().park_after is None


def test_several_are_resumed_all_or_none(store, executor, config):
    run_ids = [store.submit(config) for _ in range(3)]
    for run_id in run_ids[:2]:
        change_status(store.record(run_id).run_dir, status="parked")
    with pytest.raises(RunError, match=r"is queued; allowed: parked, stopped, failed or lost"):
        store.resume_runs(run_ids)
    assert [read_status(store.runs_dir / run_id).status for run_id in run_ids] == ["parked", "parked", "queued"]


def test_a_completed_run_looks_at_test_once(store, executor, config):
    blind = with_overrides(config, {"training.evaluate_test": False})
    record = store.record(store.submit(blind))
    with pytest.raises(RunError, match="is running; allowed: a completed run"):
        store.look_at_test(record.run_id)
    change_status(record.run_dir, status="completed")
    store.look_at_test(record.run_id)
    assert record.config().training.evaluate_test
    assert record.status().status == "running"
    change_status(record.run_dir, status="completed", test_accuracy_last=0.5)
    with pytest.raises(RunError, match="has looked at test"):
        store.look_at_test(record.run_id)


def test_who_cannot_start_it_leaves_it_parked(store, executor, record, monkeypatch):
    def refuse(run_dir, then=()):
        raise OSError(28, "No space left on device")

    change_status(record.run_dir, status="parked", message="Parked after 1 of 3 epochs.", epoch=1)
    monkeypatch.setattr(executor, "submit", refuse)
    with pytest.raises(RunError, match="disk is full"):
        store.resume_run(record.run_id)
    assert (record.status().status, record.status().message) == ("parked", "Parked after 1 of 3 epochs.")


def test_a_release_that_knows_no_parking_sees_a_stopped_run(record, monkeypatch):
    change_status(record.run_dir, status="parked")
    assert json.loads(record.files.status.read_text())["format"] == 2
    known = tuple(name for name in ("queued", "running", "paused", "stopped", "completed", "failed", "lost"))
    monkeypatch.setattr("cifar_core.runs.status.get_args", lambda _: known)
    monkeypatch.setattr("cifar_core.runs.status._FORMAT", 1)
    assert record.status().status == "stopped"


def test_the_command_parks_and_says_what_became_of_it(store, config, record, capsys):
    waiting = store.submit(config)
    assert main(["park", waiting, "--json", "--runs-dir", str(store.runs_dir)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"Run {waiting} is told to park."
    assert json.loads(out[-1])["status"] == "parked"
    assert main(["park", waiting, "--runs-dir", str(store.runs_dir)]) == 2
    assert "is parked; allowed: only an active run can be told to park" in capsys.readouterr().err


@pytest.mark.slow
def test_parked_and_resumed_it_is_the_whole_run_to_the_bit(tmp_path):
    settings = {
        "data.train_fraction": 0.3,
        "model.name": "simple_cnn",
        "model.width": 4,
        "model.hidden_size": 16,
        "model.dropout": 0.3,
        "model.batch_norm": True,
        "training.num_epochs": 3,
        "training.device": "cpu",
        "training.num_threads": 1,
        "training.precision": "float32",
    }
    config = with_overrides(PRESETS["quick"].config, settings)
    store = RunStore(tmp_path / "real", LocalExecutor())
    whole, parked = store.submit(config), store.submit(config)
    record = store.record(parked)
    store.record(parked).change_meta(park_after=1)

    def has_ended(run_id):
        return bool(store.refresh()) and not store.record(run_id).status().is_active

    wait_until(lambda: has_ended(parked), 120)
    assert (record.status().status, record.status().epoch, record.test_readings()) == ("parked", 1, 0)
    store.resume_run(parked)
    wait_until(lambda: has_ended(parked), 60)
    assert record.status().status == "completed", record.log_tail()
    for which in ("last", "best"):
        expected, found = (load_file(store.record(run_id).checkpoint_path(which)) for run_id in (whole, parked))
        assert all(expected[name].equal(found[name]) for name in expected)
    losses = [[row["val/loss"] for row in store.record(run_id).epoch_rows()] for run_id in (whole, parked)]
    assert losses[0] == losses[1]
    tests = [store.record(run_id).status().test_accuracy_last for run_id in (whole, parked)]
    assert tests[0] == tests[1]
