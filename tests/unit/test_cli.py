"""python -m pytest tests/unit/test_cli.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cifar_core import __version__
from cifar_core.cli import command_line, main
from cifar_core.evaluation.predictions import Predictions, load_predictions, save_predictions
from cifar_core.experiments import Question, list_lessons
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStatus, RunStore, SavedPresets
from cifar_core.runs.status import change_status
from tests.unit.runs_helpers import IdleExecutor

ROOT = Path(__file__).parents[2]
TINY = [
    "--set=model.width=4",
    "--set=model.hidden_size=16",
    "--set=training.num_epochs=1",
    "--set=training.batch_size=256",
    "--set=training.device=cpu",
    "--set=training.num_threads=1",
]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--preset", "lenet"], ["--preset", "'lenet'", "notebook"]),
        (["train", "--set", "optimizer.learning_rate=50"], ["optimizer.learning_rate = 50", "at most 10"]),
        (["train", "--set", "optimizer.learning_rate"], ["--set", "section.field=value"]),
        (["train", "--set", "model.depth=20"], ["model.depth", "simple_cnn", "width"]),
        (["train", "--set", "training.device=tpu"], ["training.device = 'tpu'", "cuda"]),
        (["train", "--epochs", "3"], ["--epochs"]),
        (["train", "--set", "optimizer.learning_rate=NaN"], ["optimizer.learning_rate = nan", "more than 0"]),
        (
            ["train", "--set", "optimizer.learning_rate=0,05"],
            ["optimizer.learning_rate = '0,05'", "a number more than 0"],
        ),
        (["train", "--set", 'model.blocks=[{"kind":"conv"'], ["--set model.blocks", "JSON"]),
        (["train", "--set", "model.blocks=" + "[" * 5000], ["--set model.blocks", "JSON"]),
        (["train", "--set", 'model.name=["custom"]'], ["model.name", "custom"]),
        (["train", "--seeds", "0"], ["--seeds", "'0'", "greater than or equal to 1"]),
        (["train", "--name", "x" * 81], ["--name", "80"]),
        (["extend", "some-run", "--epochs", "0"], ["--epochs", "'0'"]),
        (["stop"], ["RUN-IDS"]),
        (["fork", "some-run", "--which", "first"], ["--which", "'first'", "'best' or 'last'"]),
        *[
            ([command, "20990101-0000-no-run"], ["20990101-0000-no-run"])
            for command in ("stop", "park", "pause", "resume", "fork", "delete")
        ],
        (["evaluate"], ["RUN-ID"]),
        (["evaluate", "20990101-0000-no-run"], ["20990101-0000-no-run"]),
        (["evaluate", "some-run", "--split", "train"], ["--split", "'train'", "'val' or 'test'"]),
        (["compare", "some-run"], ["SECOND"]),
        (["compare", "20990101-0000-no-run", "some-run"], ["20990101-0000-no-run"]),
        (["dance"], ["dance", "train"]),
        (["app", "--port", "99999"], ["--port", "'99999'", "65535"]),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert len(captured.err.strip().splitlines()) == 1
    for word in words:
        assert word in captured.err
    assert captured.out == ""


def test_what_is_wrong_with_fields_together_is_one_line_too(monkeypatch, capsys):
    def disagree(*_, **__):
        Question.model_validate(list_lessons()["luck"].model_dump() | {"preset": "lenet"})

    monkeypatch.setattr(command_line.CliApp, "run", disagree)
    assert main(["runs"]) == 2
    assert "preset = 'lenet' is not allowed" in capsys.readouterr().err


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in [
        "app",
        "data",
        "train",
        "evaluate",
        "compare",
        "influence",
        "labels",
        "verdict",
        "people",
        "robustness",
        "selections",
        "selection",
        "runs",
        "stop",
        "park",
        "pause",
        "sweep",
        "sweeps",
        "promote",
        "resume",
        "extend",
        "fork",
        "delete",
        "export",
    ]:
        assert command in text


def test_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"CIFAR Lab {__version__}\n"


class _BecomesAnotherProgramError(Exception):
    """What `exec` would do: nothing behind it is reached."""


@pytest.fixture
def become(monkeypatch):
    """What `serve` would have become: the command and its environment."""
    seen = []

    def execve(program, command, environment):
        assert program == command[0] == sys.executable
        seen.append((command[1:], environment))
        raise _BecomesAnotherProgramError

    monkeypatch.setattr("cifar_core.serving._CAN_BECOME", True)
    monkeypatch.setattr("cifar_core.serving.os.execve", execve)
    return seen


def test_app_becomes_the_server_of_the_checkouts_dashboard(become, tmp_path):
    with pytest.raises(_BecomesAnotherProgramError):
        main(["app", "--port", "8600", "--data-dir", str(tmp_path / "a"), "--runs-dir", str(tmp_path / "b")])
    [(command, environment)] = become
    assert command == ["-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", "8600"]
    assert environment["CIFAR_DATA_DIR"] == str(tmp_path / "a")
    assert environment["CIFAR_RUNS_DIR"] == str(tmp_path / "b")
    assert set(os.environ) <= set(environment)


def test_app_leaves_port_and_folders_to_the_settings(become):
    with pytest.raises(_BecomesAnotherProgramError):
        main(["app"])
    [(command, environment)] = become
    assert "--server.port" not in command
    assert environment == dict(os.environ)


def test_where_no_process_becomes_another_app_waits_for_the_server(monkeypatch):
    monkeypatch.setattr("cifar_core.serving._CAN_BECOME", False)
    monkeypatch.setattr("cifar_core.serving.find_app", lambda: "no-app.py")
    monkeypatch.setattr("cifar_core.serving.sys.executable", "python")
    seen = []

    def run(command, env, check):
        seen.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr("cifar_core.serving.subprocess.run", run)
    assert main(["app", "--port", "8600"]) == 3
    assert seen == [["python", "-m", "streamlit", "run", "no-app.py", "--server.port", "8600"]]


def test_a_core_without_its_dashboard_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("cifar_core.serving._HERE", tmp_path)
    assert main(["app"]) == 2
    assert "dashboard is not installed" in capsys.readouterr().err


def test_no_runs_is_an_empty_list(capsys):
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []


@pytest.mark.slow
def test_train_evaluate_and_list_agree(capsys):
    assert main(["train", "--preset", "notebook", *TINY, "--name", "first try", "--json"]) == 0
    captured = capsys.readouterr()
    assert "practice set" in captured.err
    trained = json.loads(captured.out.splitlines()[-1])
    assert set(trained) == {"run_id", "status", "val_accuracy", "test_accuracy", "seconds"}
    assert trained["status"] == "completed"
    assert trained["seconds"] > 0

    assert main(["evaluate", trained["run_id"], "--split", "test", "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert evaluated["accuracy"] == trained["test_accuracy"]
    assert evaluated["num_images"] == 1000
    assert main(["evaluate", trained["run_id"], "--split", "test", "--json"]) == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert again["test_readings"] == evaluated["test_readings"] + 1
    assert main(["evaluate", trained["run_id"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["accuracy"] == trained["val_accuracy"]

    assert main(["runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(run["run_id"], run["name"], run["status"]) for run in listed] == [
        (trained["run_id"], "first try", "completed")
    ]


def test_a_run_that_diverges_is_exit_code_1(capsys, monkeypatch):
    diverged = RunStatus(status="diverged", message="Diverged: the loss became nan at step 7.")
    monkeypatch.setattr("cifar_core.cli.waiting.follow", lambda *_: diverged)
    monkeypatch.setattr("cifar_core.runs.RunStore.submit", lambda *_, **__: "20261122-1815-brave-otter")
    assert main(["train", *TINY, "--json"]) == 1
    captured = capsys.readouterr()
    assert "diverged: Diverged: the loss became nan at step 7." in captured.err
    assert json.loads(captured.out.splitlines()[-1])["status"] == "diverged"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    command = [sys.executable, "-m", "cifar_core", "runs", "--json", "--runs-dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 1


def test_a_preset_saved_beside_the_runs_can_be_named(tmp_path, capsys):
    changes = {"model.width": 4, "model.hidden_size": 16, "training.num_epochs": 1, "training.batch_size": 256}
    config = with_overrides(PRESETS["notebook"].config, changes | {"training.device": "cpu"})
    SavedPresets(tmp_path).save("mine", config)
    arguments = ["train", "--runs-dir", str(tmp_path), "--data-dir", str(tmp_path / "data"), "--json"]
    assert main([*arguments, "--preset", "mine", "--set=optimizer.learning_rate=0.002"]) == 0
    run_id = json.loads(capsys.readouterr().out.splitlines()[-1])["run_id"]
    record = RunStore(tmp_path).record(run_id)
    assert record.config() == with_overrides(config, {"optimizer.learning_rate": 0.002})
    assert record.meta().preset == "mine"
    assert main([*arguments, "--preset", "yours"]) == 2
    assert "speed, mine" in capsys.readouterr().err


def finish(store, settings, classes):
    """A completed run whose val predictions name the given classes; the true ones are 0, 1, 0, 1, ..."""
    config = with_overrides(PRESETS["notebook"].config, settings)
    record = store.record(store.submit(config))
    targets = np.arange(len(classes)) % 2
    logits = np.full((len(classes), 10), -5, np.float32)
    logits[np.arange(len(classes)), classes] = 0
    path = record.files.predictions_path("val", 1)
    path.parent.mkdir(exist_ok=True)
    save_predictions(path, Predictions(logits, targets.astype(np.int64), np.arange(len(classes))))
    change_status(record.run_dir, status="completed", epoch=1, best_epoch=1)
    return record.run_id


def test_compare_tells_settings_piles_and_chance(capsys, tmp_path):
    store = RunStore(tmp_path, executor=IdleExecutor())
    first = finish(store, {}, [0, 1, 0, 1, 5, 5, 5, 1])
    second = finish(store, {"training.seed": 3}, [0, 1, 0, 1, 0, 1, 6, 5])
    assert main(["compare", first, second, "--runs-dir", str(tmp_path), "--json"]) == 0
    out = capsys.readouterr().out
    assert "training.seed: 0 -> 3" in out
    assert "nothing about the settings" in out
    facts = json.loads(out.splitlines()[-1])
    assert facts["settings"] == {"training.seed": [0, 3]}
    assert facts["piles"] == {"fixed": 2, "broken": 1, "wrong_alike": 0, "wrong_differently": 1, "right": 4}
    assert (facts["accuracies"], facts["difference"], facts["mcnemar_p"]) == ([0.625, 0.75], 0.125, 1.0)
    assert facts["interval"][0] < 0.125 < facts["interval"][1]
    assert store.record(first).test_readings() == store.record(second).test_readings() == 0


def test_compare_tells_accuracies_of_the_images_that_both_hold_out(capsys, tmp_path):
    store = RunStore(tmp_path, executor=IdleExecutor())
    first = finish(store, {}, [0, 1, 0, 1, 5, 5])
    second = finish(store, {"data.val_fraction": 0.02}, [0, 5])
    assert main(["compare", first, second, "--runs-dir", str(tmp_path), "--json"]) == 0
    out = capsys.readouterr().out
    assert "val accuracy 100.00% -> 50.00% of the 2 images in both:" in out
    facts = json.loads(out.splitlines()[-1])
    assert (facts["accuracies"], facts["difference"], facts["num_images"]) == ([1.0, 0.5], -0.5, 2)


def test_runs_about_other_images_are_not_compared(capsys, tmp_path):
    store = RunStore(tmp_path, executor=IdleExecutor())
    first, second = finish(store, {}, [0, 1]), finish(store, {}, [0, 1])
    path = store.record(second).files.predictions_path("val", 1)
    moved = load_predictions(path)
    save_predictions(path, Predictions(moved.logits, moved.targets, moved.indices + 10))
    assert main(["compare", first, second, "--runs-dir", str(tmp_path)]) == 2
    assert f"runs {first} and {second} cannot be compared" in capsys.readouterr().err
    assert main(["compare", first, second, "--split", "test", "--runs-dir", str(tmp_path)]) == 2
    assert "no test predictions" in capsys.readouterr().err
    files = store.record(first).files
    save_predictions(files.predictions_path("test", "best"), moved)
    assert main(["compare", first, second, "--split", "test", "--runs-dir", str(tmp_path)]) == 2
    assert store.record(first).test_readings() == 0, "a look that came to nothing"


def test_a_scorecard_looks_at_test_only_where_it_is_asked(capsys, tmp_path):
    store = RunStore(tmp_path, executor=IdleExecutor())
    run_id = finish(store, {}, [0, 1, 0, 5])
    record = store.record(run_id)
    save_predictions(record.files.predictions_path("test", "best"), load_predictions(record.predictions_path("val", 1)))
    assert main(["scorecard", run_id, "--runs-dir", str(tmp_path), "--json"]) == 0
    card = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (card["val_best"]["value"], card["test"], card["num_test_readings"]) == (0.75, None, 0)
    assert card["expected_inflation"] == pytest.approx(0)
    assert main(["scorecard", run_id, "--with-test", "--runs-dir", str(tmp_path), "--json"]) == 0
    card = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (card["test"]["value"], card["num_test_readings"]) == (0.75, 1)
