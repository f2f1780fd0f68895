"""Training and steering by commands alone: python -m pytest tests/unit/test_cli_steering.py."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from cifar_core.cli import main
from cifar_core.cli.arguments import parse_overrides, protect_overrides
from cifar_core.interrupts import counted_interrupts, signals_interrupt
from cifar_core.runs import RunError, RunStatus, RunStore
from tests.unit.runs_helpers import IdleExecutor
from tests.unit.test_cli import TINY

BLOCKS = [{"kind": "conv", "channels": 4}, {"kind": "pool"}]


@pytest.fixture
def folders(tmp_path):
    return ["--runs-dir", str(tmp_path / "runs"), "--data-dir", str(tmp_path / "data"), "--json"]


def answer(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(BLOCKS),
        json.dumps(BLOCKS, separators=(",", ":")),
        json.dumps(BLOCKS, indent=1),
        str(BLOCKS),  # double quotes eaten by a shell, or single ones typed
    ],
)
@pytest.mark.parametrize("form", ["--set={}", "--set {}"])
def test_a_list_of_blocks_can_be_typed(text, form, folders, capsys):
    typed = [part.replace("{}", f"model.blocks={text}") for part in form.split(" ")]
    settings = ["--set", "model.name=custom", *typed, "--set=training.batch_size=256", "--dry-run"]
    assert main(["train", *settings, *folders]) == 0
    # 3x3 over three colours into four channels with biases and batch norm or not: the plan counted that very network.
    plan = answer(capsys)
    assert plan["model"] == "custom"
    assert plan["macs"] > 32 * 32 * 27 * 4


def test_what_follows_set_arrives_as_it_was_typed():
    typed = ["train", "--set", "a=1,2", '--set=b=[{"c": "d,e"}]', "--name", "x,y", "--set", "f=100 %"]
    protected = protect_overrides(typed)
    assert protected[protected.index("--name") + 1] == "x,y"
    assert not any(mark in text for text in protected[2:6:2] for mark in ',"[]')
    assert parse_overrides(["a=1,2", 'b=[{"c": "d,e"}]', "f = true"]) == {"a": "1,2", "b": [{"c": "d,e"}], "f": True}


def test_a_dry_run_says_what_would_be_trained_and_leaves_nothing(tmp_path, folders, capsys):
    assert main(["train", *TINY, "--set=training.num_epochs=3", "--dry-run", *folders]) == 0
    captured = capsys.readouterr()
    plan = json.loads(captured.out.splitlines()[-1])
    assert plan["num_parameters"] == plan["num_trainable"] == 4 * 28 + 8 * 37 + (8 * 64 + 1) * 16 + 17 * 10
    assert plan["num_epochs"] == 3
    assert plan["device"] == "cpu"
    assert plan["fits"] is True
    assert 0.5e9 < plan["memory_bytes"] < 2e9
    assert 0 < plan["epoch_seconds"] < 60
    assert "parameters" in captured.out
    assert not (tmp_path / "runs").exists()


def test_what_does_not_fit_is_said_before_it_starts(folders, capsys, monkeypatch):
    monkeypatch.setattr("cifar_core.training.memory.measure_free_memory", lambda device: 400_000_000)
    monkeypatch.setattr("cifar_core.training.plan.measure_free_memory", lambda device: 400_000_000)
    assert main(["train", *TINY, "--dry-run", *folders]) == 0
    captured = capsys.readouterr()
    plan = json.loads(captured.out.splitlines()[-1])
    assert (plan["fits"], plan["epoch_seconds"], plan["free_bytes"]) == (False, None, 400_000_000)
    assert "0.4 GB are free" in captured.err
    monkeypatch.setattr("cifar_core.cli.waiting.follow", lambda *_: RunStatus(status="completed"))
    monkeypatch.setattr("cifar_core.runs.RunStore.submit", lambda *_, **__: "20261122-1815-brave-otter")
    assert main(["train", *TINY, *folders]) == 0
    assert "A smaller batch or width needs less" in capsys.readouterr().err


def test_the_disk_that_every_epochs_weights_take_is_said_before_the_start(folders, capsys, monkeypatch):
    settings = ["train", *TINY, "--set=training.num_epochs=3", "--set=training.save_every_epoch=true", "--dry-run"]
    assert main([*settings, *folders]) == 0
    captured = capsys.readouterr()
    plan = json.loads(captured.out.splitlines()[-1])
    assert 0 < plan["weights_bytes"] - 3 * 2 * plan["num_parameters"] < 50_000
    assert "MB of disk for every epoch's weights" in captured.out
    assert captured.err.count("MB of the disk are free") == 0
    monkeypatch.setattr("cifar_core.training.epoch_weights.measure_room", lambda path: 10**6)
    assert main([*settings, *folders]) == 0
    assert "1 MB of the disk are free" in capsys.readouterr().err


def test_seeds_are_runs_of_their_own(folders, capsys, monkeypatch):
    submitted = []

    def submit(_store, config, **rest):
        submitted.append((config.training.seed, rest["name"]))
        return f"20261122-1815-brave-otter{len(submitted)}"

    monkeypatch.setattr("cifar_core.runs.RunStore.submit", submit)
    ends = iter(
        [RunStatus(status="completed", best_val_accuracy=0.5), RunStatus(status="failed", message="Disk full.")]
    )
    monkeypatch.setattr("cifar_core.cli.waiting.follow", lambda *_: next(ends))
    assert main(["train", *TINY, "--set=training.seed=7", "--seeds=2", *folders]) == 1
    captured = capsys.readouterr()
    assert submitted == [(7, "notebook, seed 7"), (8, "notebook, seed 8")]
    runs = json.loads(captured.out.splitlines()[-1])["runs"]
    assert [run["status"] for run in runs] == ["completed", "failed"]
    assert "otter2 failed: Disk full." in captured.err


@pytest.mark.slow
def test_a_run_is_extended_forked_and_deleted_by_commands(tmp_path, folders, capsys):
    runs = folders[:2]
    assert main(["train", *TINY, *folders]) == 0
    run_id = answer(capsys)["run_id"]
    assert main(["extend", run_id, "--epochs", "1", *runs, "--json"]) == 0
    assert answer(capsys)["status"] == "completed"
    record = RunStore(tmp_path / "runs").record(run_id)
    assert record.status().epoch == 2
    assert main(["fork", run_id, "--which", "last", "--set=training.num_epochs=1", "--detach", *folders]) == 0
    captured = capsys.readouterr()
    fork_id = json.loads(captured.out.splitlines()[-1])["run_id"]
    assert f"stop {fork_id}" in captured.out
    assert RunStore(tmp_path / "runs").record(fork_id).meta().forked_from == run_id
    assert main(["delete", fork_id, *runs]) == 2  # it is active
    assert "stop it first" in capsys.readouterr().err
    assert main(["stop", fork_id, *runs, "--json"]) == 0
    _wait_until(lambda: not RunStore(tmp_path / "runs").record(fork_id).status().is_active)
    for command, words in (("stop", "only an active run"), ("pause", "only an active run")):
        assert main([command, fork_id, *runs]) == 2
        assert words in capsys.readouterr().err
    assert main(["resume", run_id, *runs]) == 2
    assert "stopped, failed or lost" in capsys.readouterr().err
    assert main(["delete", fork_id, run_id, *runs, "--json"]) == 0
    assert answer(capsys) == {"deleted": [fork_id, run_id]}
    assert RunStore(tmp_path / "runs").list_runs() == []


@pytest.fixture
def heeded():
    """Who starts the tests may ignore signals, as `nohup` and a shell's `&` do, and all that they start would, too."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handling in before.items():
        signal.signal(number, handling)


@pytest.mark.slow
@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_however_the_command_is_ended_its_run_stops_and_keeps_what_it_has(tmp_path, folders, number):
    settings = ["--set=training.num_epochs=1000", "--set=training.batch_size=2"]
    command = [sys.executable, "-m", "cifar_core", "train", *TINY, *settings, *folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        run_id = process.stdout.readline().split()[-1]
        process.send_signal(number)
        out, _ = process.communicate(timeout=100)
        assert process.returncode == 0
    assert json.loads(out.splitlines()[-1])["status"] == "stopped"
    assert RunStore(tmp_path / "runs").record(run_id).status().status == "stopped"


def test_a_second_interrupt_says_how_to_end_what_goes_on(folders, capsys, monkeypatch):
    def interrupted_twice(_store, _run_id, _interrupts, _stop):
        raise KeyboardInterrupt

    monkeypatch.setattr("cifar_core.cli.waiting.follow", interrupted_twice)
    monkeypatch.setattr("cifar_core.runs.RunStore.submit", lambda *_, **__: "20261122-1815-brave-otter")

    class Active:
        def status(self):
            return RunStatus(status="running")

    monkeypatch.setattr("cifar_core.runs.RunStore.record", lambda *_: Active())
    assert main(["train", *TINY, *folders]) == 130
    assert "stop 20261122-1815-brave-otter" in capsys.readouterr().err


def test_an_interrupt_ends_all_seeds_the_waiting_ones_first(folders, capsys, monkeypatch):
    stopped = []

    def stop(_store, run_id):
        stopped.append(run_id)
        if run_id == "run-2":
            raise RunError("it ended by itself")

    def follow(_store, _run_id, _interrupts, stop):
        stop()
        return RunStatus(status="stopped")

    ids = iter(["run-1", "run-2", "run-3"])
    monkeypatch.setattr("cifar_core.runs.RunStore.submit", lambda *_, **__: next(ids))
    monkeypatch.setattr("cifar_core.runs.RunStore.stop", stop)
    monkeypatch.setattr("cifar_core.cli.waiting.follow", follow)
    assert main(["train", *TINY, "--seeds=3", *folders]) == 0
    assert stopped[:3] == ["run-3", "run-2", "run-1"]


@pytest.mark.usefixtures("heeded")
def test_interrupts_are_counted_where_something_is_begun_and_raised_elsewhere():
    with signals_interrupt():
        with counted_interrupts() as interrupts:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(os.getpid(), number)
        assert interrupts.count == 3
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_an_ignored_hangup_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_interrupt():
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def _wait_until(is_true):
    until = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_run_is_of_who_starts_it_and_stopped_by_others_only_if_they_mean_it(tmp_path, folders, capsys, monkeypatch):
    executor = "cifar_core.runs.register.LocalExecutor"
    monkeypatch.setattr(executor, IdleExecutor)
    train = ["train", *TINY, "--detach", *folders]
    run_ids = []
    for mine, words in (("Ada", []), ("Ada", ["--owner", " Ben  B. "]), ("", [])):
        monkeypatch.setenv("CIFAR_OWNER", mine)
        assert main([*train, *words]) == 0
        run_ids.append(answer(capsys)["run_id"])
    runs = ["runs", "--runs-dir", folders[1], "--json"]
    assert main(runs) == 0
    assert {row["run_id"]: row["owner"] for row in answer(capsys)} == dict(
        zip(run_ids, ("Ada", "Ben B.", ""), strict=True)
    )
    for words, found in ((["--owner", "ben b."], run_ids[1:2]), (["--owner", ""], run_ids[2:])):
        assert main([*runs, *words]) == 0
        assert [row["run_id"] for row in answer(capsys)] == found
    store = RunStore(tmp_path / "runs")
    for command in ("stop", "park", "delete", "slim"):
        monkeypatch.setenv("CIFAR_OWNER", "ada")
        assert main([command, run_ids[1], "--runs-dir", folders[1]]) == 2
        assert f"run {run_ids[1]} belongs to 'Ben B.'; allowed: your own" in capsys.readouterr().err
    assert store.record(run_ids[1]).status().is_active
    assert main(["stop", run_ids[1], "--of-others", "--runs-dir", folders[1]]) == 0
    assert store.record(run_ids[1]).status().status == "stopped"
    assert main(["train", *TINY, "--owner", "x" * 41, *folders]) == 2
    assert "--owner = 'xxx" in capsys.readouterr().err
