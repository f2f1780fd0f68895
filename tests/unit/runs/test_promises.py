"""python -m pytest tests/unit/runs/test_promises.py. What stopping, extending, naming and deleting leave behind."""

import threading
import time

import pytest

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunError, RunStore, SavedPresets, send_command
from cifar_core.runs.keeper import StatusKeeper
from cifar_core.runs.reporter import Reporter, read_learning_rate_changes
from cifar_core.runs.status import change_status
from cifar_core.training.events import EpochDone, StepsDone, TrainingStarted
from tests.unit.runs_helpers import IdleExecutor, wait_until


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs", executor=IdleExecutor())


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})


def ended(store, config, status="completed", epoch=4, has_weights=True):
    run_id = store.submit(config)
    record = store.record(run_id)
    if has_weights:
        path = record.checkpoint_path("last")
        path.parent.mkdir()
        path.touch()
    change_status(record.run_dir, status=status, message="before", epoch=epoch, finished_at=1.0)
    return run_id


def test_a_run_taken_out_of_the_queue_says_so_and_when(store, config):
    store.submit(config)
    waiting = store.submit(config)
    before = time.time()
    store.stop(waiting)
    status = store.record(waiting).status()
    assert (status.status, status.message) == ("stopped", "Removed from the queue.")
    assert before <= status.finished_at <= time.time()


def test_the_one_put_first_is_before_all_others_whatever_was_put_first_before(store, config):
    store.submit(config)
    first, second, third = (store.submit(config) for _ in range(3))
    for chosen in (third, second, third, first):
        store.put_first(chosen)
        assert store.waiting()[0].run_id == chosen
    assert [summary.run_id for summary in store.waiting()] == [first, third, second]


def test_the_one_put_first_is_before_all_others_of_its_owner_whoever_is_next(store, config):
    store.submit(config, owner="ada")
    first, second = (store.submit(config, owner="ada") for _ in range(2))
    others = store.submit(config, owner="ben")
    for chosen in (second, first, second):
        store.put_first(chosen)
        assert [run.run_id for run in store.waiting()][:2] == [others, chosen]


def test_waiting_runs_are_stopped_before_the_one_that_trains(store, config, monkeypatch):
    running, *waiting = (store.submit(config) for _ in range(3))
    order = []
    monkeypatch.setattr(store, "stop", order.append)
    assert store.stop_all() == 3
    assert set(order[:2]) == set(waiting)
    assert order[2] == running


def test_one_that_ends_meanwhile_keeps_none_of_the_others_from_being_stopped(store, config, monkeypatch):
    runs = [store.submit(config) for _ in range(3)]
    stop, told = store.stop, []

    def stop_or_fail(run_id):
        told.append(run_id)
        if len(told) == 1:
            raise RunError("it ended")
        stop(run_id)

    monkeypatch.setattr(store, "stop", stop_or_fail)
    assert store.stop_all() == 3
    assert set(told) == set(runs)


def test_an_extended_run_waits_again_for_more_epochs_and_the_record_says_so(store, config):
    store.submit(config)
    run_id, before = ended(store, config, epoch=4), time.time()
    store.extend(run_id, 3)
    record = store.record(run_id)
    status = record.status()
    assert (status.status, status.message, status.num_epochs, status.finished_at) == ("queued", "", 7, None)
    assert status.submitted_at >= before
    assert record.config().training.num_epochs == 7
    (event,) = [event for event in record.events() if event["kind"] == "extended"]
    assert (event["epoch"], event["num_epochs"]) == (4, 7)


@pytest.mark.parametrize(
    ("status", "has_weights", "is_allowed"),
    [
        ("completed", True, True),
        ("stopped", True, True),
        ("completed", False, False),
        ("stopped", False, False),
        ("diverged", True, False),
        ("failed", True, False),
        ("running", True, False),
    ],
)
def test_only_an_ended_run_with_weights_is_extended(store, config, status, has_weights, is_allowed):
    store.submit(config)
    run_id = ended(store, config, status, has_weights=has_weights)
    if is_allowed:
        store.extend(run_id, 1)
        assert store.record(run_id).status().status == "queued"
        return
    with pytest.raises(RunError, match="can be extended"):
        store.extend(run_id, 1)
    assert store.record(run_id).status().status == status


@pytest.mark.parametrize(
    ("name", "is_allowed"), [("a", True), ("a" * 80, True), ("", False), ("a" * 81, False), (" ", False)]
)
def test_a_name_has_one_to_eighty_characters(store, config, name, is_allowed):
    run_id = store.submit(config, name="before")
    if is_allowed:
        store.describe(run_id, name=name)
    else:
        with pytest.raises(RunError, match="1 to 80 characters"):
            store.describe(run_id, name=name)
    assert store.record(run_id).meta().name == (name if is_allowed else "before")


def test_a_factor_goes_up_to_a_hundred(store, config):
    run_id = store.submit(config)
    store.change_learning_rate(run_id, 100.0)
    for factor in (0.0, -1.0, 100.1):
        with pytest.raises(RunError, match="above 0, up to 100"):
            store.change_learning_rate(run_id, factor)


def test_active_runs_are_not_deleted_and_unreadable_ones_are(store, config):
    running, waiting, broken = (store.submit(config) for _ in range(3))
    for run_id in (running, waiting):
        with pytest.raises(RunError, match="stop it first"):
            store.delete(run_id)
    store.record(broken).files.status.write_text("{")
    store.delete(broken)
    assert {summary.run_id for summary in store.list_runs()} == {running, waiting}
    assert not list(store.runs_dir.glob(".deleted-*"))


def test_a_discarded_runs_worker_is_the_one_that_is_cancelled(store, config, monkeypatch):
    run_id = store.submit(config)
    run_dir, cancelled = store.record(run_id).run_dir, []
    monkeypatch.setattr(store._executor, "cancel", cancelled.append)
    monkeypatch.setattr(store._executor, "poll", lambda asked: asked != run_dir)
    store.discard(run_id)
    assert cancelled == [run_dir]
    assert not run_dir.exists()


@pytest.mark.parametrize(
    ("name", "is_allowed"), [("x", True), ("x" * 40, True), ("x" * 41, False), ("", False), ("quick", False)]
)
def test_a_presets_name_has_one_to_forty_characters_and_is_not_the_projects(tmp_path, config, name, is_allowed):
    presets = SavedPresets(tmp_path)
    if not is_allowed:
        with pytest.raises(RunError, match="1 to 40 characters"):
            presets.save(name, config)
        return
    saved = presets.save(name, config)
    assert (saved.name, saved.title, saved.config) == (name, name, config)


def test_a_deleted_preset_leaves_the_others(tmp_path, config):
    presets = SavedPresets(tmp_path)
    for name in ("one", "two", "drei mit Umläuten: äöü"):
        presets.save(name, config)
    presets.delete("one")
    assert list(SavedPresets(tmp_path).all()) == ["two", "drei mit Umläuten: äöü"]


def test_a_pause_is_told_and_does_not_count_as_training(store, config):
    run_id = store.submit(config)
    record = store.record(run_id)
    keeper = StatusKeeper(record.run_dir)
    reporter = Reporter(record.run_dir, keeper)
    reporter.on_event(TrainingStarted("cpu", "float32", 1, 10, 100, 10, 1))
    reporter.on_event(StepsDone(1, 5, 2.0, 0.25, 0.1, 1000.0))
    for _ in range(2):
        send_command(record.run_dir, "pause")
        reporter._commands_at = 0.0

        thread = threading.Thread(target=reporter.before_step, args=(5,))
        thread.start()
        wait_until(lambda: record.status().status == "paused")
        paused = record.status()
        assert (paused.message, paused.images_per_second, paused.seconds_left) == ("Paused.", None, None)
        time.sleep(0.4)
        send_command(record.run_dir, "resume")
        thread.join(10)
        assert (record.status().status, record.status().message) == ("running", "")
    assert reporter._paused_seconds >= 0.8
    reporter.on_event(EpochDone(1, 10, 2.0, 0.25, 1.9, 0.3, 0.1, 0.5, 1000.0, True))
    elapsed = time.perf_counter() - reporter._started_at
    assert record.status().seconds_left < 9 * (elapsed - 0.7)
    kinds = [(event["kind"], event["step"]) for event in record.events() if event["kind"] in ("paused", "continued")]
    assert kinds == [("paused", 5), ("continued", 5)] * 2
    assert record.events()[0]["time"] == pytest.approx(time.time(), abs=30)


@pytest.mark.parametrize("factor", [0, -2, "3", None])
def test_a_factor_that_is_none_changes_nothing(store, config, factor):
    record = store.record(store.submit(config))
    reporter = Reporter(record.run_dir, StatusKeeper(record.run_dir))
    send_command(record.run_dir, "learning_rate", factor=factor)
    assert reporter.before_step(0)
    assert reporter.learning_rate_factor(5) == 1
    assert record.events() == []


def test_a_new_rate_told_before_a_run_goes_on_counts_from_there(store, config):
    record = store.record(store.submit(config))
    reporter = Reporter(record.run_dir, StatusKeeper(record.run_dir))
    reporter.on_event(TrainingStarted("cpu", "float32", 1, 10, 15, 5, 3))
    send_command(record.run_dir, "learning_rate", factor=0.5)
    assert reporter.before_epoch(3)
    assert read_learning_rate_changes(record) == [(10, 0.5)]
    assert (reporter.learning_rate_factor(9), reporter.learning_rate_factor(10)) == (1, 0.5)
