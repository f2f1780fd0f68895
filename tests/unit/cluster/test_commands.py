"""python -m pytest tests/unit/cluster. The command line against an engine, and what it says of what trains."""

import json
import socket

import pytest

from cifar_core.cli import main
from cifar_core.runs import RunStore, register
from tests.unit.cluster.engine import turn
from tests.unit.runs_helpers import IdleExecutor

HERE = socket.gethostname()


@pytest.fixture
def ask(page, runs_dir, monkeypatch, capsys):
    """Run a command against the cluster; return its exit code and what it printed as JSON, or complained of."""
    monkeypatch.setenv("CIFAR_EXECUTOR", "ray://10.0.0.1:10001")

    def ask_it(*words):
        capsys.readouterr()
        code = main([*words, "--runs-dir", str(runs_dir), "--json"])
        told = capsys.readouterr()
        return (code, json.loads(told.out.splitlines()[-1])) if code == 0 else (code, told.err)

    return ask_it


def test_train_stop_and_resume_leave_word_and_the_dispatcher_acts(ask, page, dispatcher, tasks):
    code, told = ask("train", "--set", "training.device=cpu", "--detach")
    assert (code, told["status"]) == (0, "queued")
    run_id = told["run_id"]
    turn(dispatcher)
    _, seen = ask("executor")
    assert (seen["engine"], seen["address"], seen["num_waiting"]) == ("ray", "ray://10.0.0.1:10001", 0)
    assert [(slot["host"], slot["run_id"]) for slot in seen["slots"]] == [("node-a", run_id), ("node-b", None)]
    assert ask("pause", run_id)[0] == 0
    assert ask("stop", run_id)[0] == 0
    tasks.started[0].finish()
    turn(dispatcher)
    assert page.record(run_id).status().status == "stopped"
    assert ask("resume", run_id, "--detach")[1]["status"] == "queued"
    turn(dispatcher)
    assert [task.run_dir.name for task in tasks.started] == [run_id] * 2


def test_a_gpu_that_this_machine_lacks_is_asked_for(ask):
    code, told = ask("train", "--set", "training.device=cuda", "--detach")
    assert (code, told["status"]) == (0, "queued")


def test_a_cluster_that_does_not_answer_is_an_error_of_one_line(ask, monkeypatch, runs_dir):
    (runs_dir / ".queue.json").unlink()
    monkeypatch.undo()
    monkeypatch.setenv("CIFAR_EXECUTOR", "127.0.0.1:1")
    code, words = ask("executor")
    assert code == 2
    assert words.startswith("CIFAR_EXECUTOR = '127.0.0.1:1' does not answer: ")
    assert len(words.splitlines()) == 1


def test_this_machine_says_what_it_trains_on(tmp_path, monkeypatch, capsys, config):
    monkeypatch.setattr(register, "LocalExecutor", IdleExecutor)
    run_id = RunStore(tmp_path).submit(config)
    assert main(["executor", "--runs-dir", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["engine"], told["address"], told["problem"]) == ("local", None, None)
    taken = [slot for slot in told["slots"] if slot["run_id"] == run_id]
    assert [(slot["host"], slot["device"], slot["status"]) for slot in taken] == [(HERE, "cpu", "running")]
