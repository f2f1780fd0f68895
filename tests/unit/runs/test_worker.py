"""python -m pytest tests/unit/runs/test_worker.py. Workers as threads with a pretended fit, and as real processes."""

import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from safetensors.torch import load_file

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import LocalExecutor, RunStore, worker
from cifar_core.runs.commands import send_command
from cifar_core.runs.executor import worker_environment
from cifar_core.runs.precision import describe_precision
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from cifar_core.training.events import TrainingStarted
from tests.unit.runs_helpers import IdleExecutor, pretend_fit, result, wait_until

SMALL = {
    "model.width": 4,
    "model.hidden_size": 16,
    "training.device": "cpu",
    "training.num_threads": 1,
    "training.precision": "float32",
    "training.batch_size": 128,
}


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, SMALL | {"training.num_epochs": 3})


@pytest.fixture
def started(store, config):
    """A run whose worker has been asked for, and does not exist yet."""
    return store.record(store.submit(config))


def work_in_thread(record, fit):
    thread = threading.Thread(target=run_worker, args=(record.run_dir, fit), daemon=True)
    thread.start()
    return thread


def test_a_run_ends_with_a_whole_record(started):
    assert run_worker(started.run_dir, pretend_fit()) == 0
    status = started.status()
    assert (status.status, status.message) == ("completed", "Completed 3 epochs.")
    assert (status.epoch, status.step, status.num_steps, status.progress) == (3, 15, 15, 1.0)
    assert (status.best_epoch, status.best_val_accuracy, status.test_accuracy_best) == (3, 0.23, 0.23)
    assert status.finished_at >= status.started_at
    assert [row["val/accuracy"] for row in started.epoch_rows()] == pytest.approx([0.21, 0.22, 0.23])
    assert len(started.step_rows()) == 15
    assert started.test_readings() == 1
    environment = started.environment()
    assert environment["data_source"] == "practice"
    assert environment["device"] == "cpu"
    assert environment["num_threads"] == 1
    assert {"torch", "torchvision", "numpy", "python", "data_fingerprint"} <= environment.keys()


def test_a_run_records_its_number_format_and_keeps_it_when_it_goes_on(started):
    timing = {"float32": 16.0, "bfloat16": 10.0}

    def fit(config, dataset, outputs, monitor):
        steps = next(measured)
        monitor.on_event(TrainingStarted("cpu", "bfloat16", 1, 10, 15, 5, 1, precision_timing=steps))
        outputs.checkpoint_path("last").parent.mkdir(exist_ok=True)
        outputs.checkpoint_path("last").touch()
        raise MemoryError

    measured = iter([timing, {}])
    for attempt in (1, 2):
        change_status(started.run_dir, status="running", attempt=attempt, pid=os.getpid())
        run_worker(started.run_dir, fit, IdleExecutor())
        environment = started.environment()
        assert (environment["precision"], environment["precision_timing"]) == ("bfloat16", timing)
        assert environment["data_source"] == "practice"


@pytest.mark.parametrize(
    ("precision", "float32", "bfloat16", "expected"),
    [
        ("bfloat16", 16.0, 10.0, "bfloat16, chosen here: 1.6 times as fast as float32"),
        ("float32", 10.0, 14.6, "float32, chosen here: 1.5 times as fast as bfloat16"),
        ("float32", 10.0, 9.9, "float32, chosen here: about as fast as bfloat16"),
        ("bfloat16", 10.3, 10.0, "bfloat16, chosen here: about as fast as float32"),
    ],
)
def test_a_measured_format_is_described_by_how_much_faster_it_is(precision, float32, bfloat16, expected):
    timing = {"float32": float32, "bfloat16": bfloat16}
    assert describe_precision({"precision": precision, "precision_timing": timing}) == expected


def test_a_format_that_was_not_measured_is_only_named():
    assert describe_precision({"precision": "float32"}) == "float32"
    assert describe_precision({}) == describe_precision({"precision_timing": {"a": 1.0, "b": 2.0}}) == ""
    damaged = {"precision": "float32", "precision_timing": {"a": 1.0, "b": 2.0}}
    assert describe_precision(damaged) == "float32"


@pytest.mark.parametrize("timing", [3, "x", {"float32": "fast"}, {"float32": 0}, {"float32": -1.0}])
def test_a_damaged_timing_in_the_record_is_left_out(started, timing):
    started.files.environment.write_text(json.dumps({"precision": "float32", "precision_timing": timing}))
    assert started.environment() == {"precision": "float32"}


def test_a_failing_fit_is_said_and_its_log_kept(started, caplog):
    def fail(*_):
        raise KeyError("a weight is missing")

    assert run_worker(started.run_dir, fail) == 1
    status = started.status()
    assert (status.status, status.message) == ("failed", "KeyError: 'a weight is missing'")
    assert "Traceback" in caplog.text


def test_pause_holds_resume_goes_on_and_stop_keeps(store, started):
    thread = work_in_thread(started, pretend_fit(0.2))
    wait_until(lambda: started.status().step >= 2)
    store.pause(started.run_id)
    wait_until(lambda: started.status().status == "paused")
    rows = len(started.step_rows())
    time.sleep(0.5)
    assert len(started.step_rows()) == rows
    store.unpause(started.run_id)
    wait_until(lambda: started.status().status == "running" and len(started.step_rows()) > rows)
    store.stop(started.run_id)
    thread.join(10)
    assert started.status().status == "stopped"
    assert [event["kind"] for event in started.events()][:2] == ["paused", "continued"]


def test_a_paused_run_can_be_stopped(store, started):
    thread = work_in_thread(started, pretend_fit(0.02))
    wait_until(lambda: started.status().step >= 1)
    store.pause(started.run_id)
    wait_until(lambda: started.status().status == "paused")
    store.stop(started.run_id)
    thread.join(10)
    assert started.status().status == "stopped"


@pytest.mark.parametrize("when", ["before", "load_dataset", "limit_memory"])
@pytest.mark.parametrize(("command", "code"), [("stop", 0), ("discard", 2)])
def test_an_end_is_obeyed_before_the_first_step(started, monkeypatch, when, command, code):
    """Wherever it comes in what a worker does first, the next piece of that is left out."""
    after = {"before": "load_dataset", "load_dataset": "limit_memory", "limit_memory": None}[when]
    if when == "before":
        send_command(started.run_dir, command)
    else:
        work = getattr(worker, when)
        monkeypatch.setattr(worker, when, lambda *given: (send_command(started.run_dir, command), work(*given))[1])
    if after is not None:
        monkeypatch.setattr(worker, after, lambda *_: pytest.fail("nobody wants that any more"))

    def prepare(config, dataset, outputs, monitor):
        monitor.while_preparing()
        pytest.fail("nobody wants that any more")

    assert run_worker(started.run_dir, prepare) == code
    status = started.status()
    assert started.epoch_rows() == started.step_rows() == []
    if command == "stop":
        assert (status.status, status.message) == ("stopped", "Stopped on request, before its first step.")
        assert status.finished_at >= status.started_at


def test_stopped_before_it_goes_on_a_run_has_what_it_had(started):
    had = {"epoch": 2, "best_epoch": 1, "best_val_accuracy": 0.4, "test_accuracy_best": 0.3, "seconds": 9.0}
    change_status(started.run_dir, **had)
    send_command(started.run_dir, "pause")
    send_command(started.run_dir, "stop")
    assert run_worker(started.run_dir, pretend_fit()) == 0
    assert started.status().status == "stopped"
    assert started.status().model_dump(include=had.keys()) == had


def test_a_completed_run_that_only_looks_at_test_stays_completed(store, config):
    record = store.record(store.submit(with_overrides(config, {"training.evaluate_test": False})))
    record.checkpoint_path("last").parent.mkdir()
    record.checkpoint_path("last").write_bytes(b"last")
    change_status(record.run_dir, status="completed", epoch=3)
    store.look_at_test(record.run_id)
    store.stop(record.run_id)

    def look(config, dataset, outputs, monitor):
        monitor.while_preparing()
        return result("completed", "Completed 3 epochs.", 3)

    assert run_worker(record.run_dir, look) == 0
    assert (record.status().status, record.status().test_accuracy_best) == ("completed", pytest.approx(0.23))


def test_a_newer_attempt_silences_the_older_worker(started):
    thread = work_in_thread(started, pretend_fit(0.05))
    wait_until(lambda: started.status().step >= 1)
    change_status(started.run_dir, attempt=7, hostname="elsewhere", message="mine now")
    rows = len(started.step_rows())
    thread.join(10)
    assert not thread.is_alive()
    assert (started.status().attempt, started.status().message) == (7, "mine now")
    assert len(started.step_rows()) <= rows + 1


def test_a_run_is_not_continued_on_other_data(started):
    (started.run_dir / "environment.json").write_text(json.dumps({"data_fingerprint": "x", "data_source": "cifar10"}))
    assert run_worker(started.run_dir, pretend_fit()) == 1
    assert "other data (cifar10)" in started.status().message


def kill(record):
    process = psutil.Process(record.status().pid)
    process.kill()
    return process


@pytest.fixture
def real_store(tmp_path):
    store = RunStore(tmp_path / "real-runs", LocalExecutor())
    yield store
    for run in store.list_runs():
        if run.status.is_active and run.status.pid:
            LocalExecutor().cancel(store.record(run.run_id).run_dir)


def ended(store, run_id):
    store.refresh()
    return not store.record(run_id).status().is_active


@pytest.mark.slow
def test_a_killed_worker_resumes_to_bit_identical_weights(real_store):
    """Augmentation, dropout, momentum and a schedule: all that has a state must come back."""
    config = with_overrides(
        PRESETS["quick"].config,
        {"model.name": "simple_cnn", **SMALL, "model.dropout": 0.3, "model.batch_norm": True, "training.num_epochs": 4},
    )
    straight = real_store.submit(config, name="straight")
    wait_until(lambda: ended(real_store, straight), 120)
    killed = real_store.submit(config, name="killed")
    record = real_store.record(killed)
    wait_until(lambda: record.status().epoch >= 1 and record.status().step > 40, 60)
    kill(record)
    wait_until(lambda: ended(real_store, killed))
    assert record.status().status == "lost"
    finished = record.status().epoch
    real_store.resume_run(killed)
    wait_until(lambda: ended(real_store, killed), 120)
    assert record.status().status == "completed", record.log_tail()
    assert record.status().attempt == 2
    starts = [json.loads(line) for line in (record.run_dir / "metrics.jsonl").read_text().splitlines()]
    firsts = [row["first_epoch"] for row in starts if row["kind"] == "start"]
    assert firsts[0] == 1
    # The weights of an epoch are on disk a moment after it is told of: killed between, it is trained again.
    assert firsts[1] in (finished, finished + 1)
    for which in ("last", "best"):
        expected = load_file(real_store.record(straight).checkpoint_path(which))
        found = load_file(record.checkpoint_path(which))
        assert expected.keys() == found.keys()
        assert all(expected[name].equal(found[name]) for name in expected)
    losses = [[row["val/loss"] for row in real_store.record(run_id).epoch_rows()] for run_id in (straight, killed)]
    assert losses[0] == losses[1]


@pytest.mark.slow
def test_the_queue_goes_on_without_a_server_and_sigterm_stops_a_run(real_store, tmp_path):
    """Whoever submitted is killed; its two runs still train, one after the other."""
    config = with_overrides(PRESETS["notebook"].config, SMALL | {"training.num_epochs": 1})
    path = tmp_path / "config.json"
    path.write_text(config.model_dump_json())
    script = (
        "import sys, time, pathlib; from cifar_core.runs import RunStore; "
        "from cifar_core.overrides import parse_config; "
        "store = RunStore(pathlib.Path(sys.argv[1])); config = parse_config(open(sys.argv[2], 'rb').read());"
        "[store.submit(config, name=str(number)) for number in range(2)]; print('ready', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(real_store.runs_dir), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"ready\n"
        os.kill(server.pid, signal.SIGKILL)
    second, first = (run.run_id for run in real_store.list_runs())
    wait_until(lambda: real_store.record(second).status().status == "completed", 120)
    assert real_store.record(first).status().status == "completed"
    assert real_store.record(second).status().started_at >= real_store.record(first).status().finished_at - 0.1

    endless = real_store.submit(with_overrides(config, {"training.num_epochs": 1000}))
    record = real_store.record(endless)
    wait_until(lambda: record.status().epoch >= 1, 60)
    asked = time.monotonic()
    LocalExecutor().cancel(record.run_dir)
    wait_until(lambda: ended(real_store, endless))
    assert record.status().status == "stopped"
    assert time.monotonic() - asked < 20
    assert record.status().test_accuracy_best is not None


_COUNT_PAGE_FAULTS = """
import resource
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        bytearray(40 << 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def count_page_faults(environment):
    """The page faults of ten blocks of 40 MB, each written to and freed, after ten such."""
    command = [sys.executable, "-c", _COUNT_PAGE_FAULTS]
    return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="reads a setting of glibc")
def test_a_worker_keeps_the_memory_that_it_frees(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    assert count_page_faults(os.environ) > 10_000
    assert count_page_faults(worker_environment()) < 100


def test_a_workers_environment_is_ours_with_what_somebody_set(monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=1")
    environment = worker_environment()
    assert environment["GLIBC_TUNABLES"] == "glibc.malloc.check=1"
    assert environment["PATH"] == os.environ["PATH"]
