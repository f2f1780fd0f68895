"""python -m pytest tests/unit/sweeps/test_sweep_commands.py. Sweeps from the command line."""

import json

import pytest

from cifar_core.cli import main
from cifar_core.interrupts import Interrupts
from cifar_core.runs import RunStore
from cifar_core.sweeps import SweepStore
from tests.unit.runs_helpers import IdleExecutor
from tests.unit.sweeps.test_sweeps import Trainers

pytest.importorskip("optuna")

RATE = ["--set", "optimizer.learning_rate=log:1e-4:1"]


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture(autouse=True)
def driven_here(request, monkeypatch, store):
    """What a process of its own would do: a step each time that the command looks."""
    if request.node.get_closest_marker("slow"):
        return
    monkeypatch.setattr("cifar_core.cli.sweeping.RunStore", lambda runs_dir: store)
    monkeypatch.setattr("cifar_core.cli.sweeping._DRIVE_SECONDS", 0.0)
    monkeypatch.setattr("cifar_core.cli.sweeping._LOOK_SECONDS", 0.0)

    def drive(self, sweep_id):
        Trainers(self).train_all()
        self.advance(sweep_id)

    monkeypatch.setattr(SweepStore, "drive", drive)


def answer(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_sweep_promote_extend_and_list_agree(capsys):
    options = ["--budget", "6", "--halving", "--set", "training.num_epochs=9", "--set", "model.width=8,16"]
    assert main(["sweep", *RATE, *options, "--name", "rate", "--json"]) == 0
    captured = capsys.readouterr()
    facts = json.loads(captured.out.splitlines()[-1])
    assert captured.out.startswith("6 configurations, ")
    assert "The best of 6 looks better than it is" in captured.out
    assert "0 of 6 configurations are trained for 1 epoch." in captured.err
    assert [len(trial["val_accuracy"]) for trial in facts["trials"]].count(3) == 1
    assert facts["trials"][facts["best"][0]]["settings"].keys() == {"optimizer.learning_rate", "model.width"}
    assert facts["importance"] is None
    assert "from 20 configurations on" in facts["importance_says"]

    assert main(["sweep", facts["sweep"], "--extend", "3", "--json"]) == 0
    assert len(answer(capsys)["trials"]) == 9
    assert main(["promote", facts["sweep"], "--top", "2", "--seeds", "3", "--json"]) == 0
    captured = capsys.readouterr()
    promoted = json.loads(captured.out.splitlines()[-1])["promotion"]
    assert (len(promoted["fresh"]), promoted["test_accuracy"], promoted["is_over"]) == (2, 0.6, True)
    assert "Trained again with 3 fresh seeds" in captured.out
    assert "Test, looked at once, with run" in captured.out
    assert main(["sweeps", "--json"]) == 0
    (row,) = answer(capsys)
    assert (row["sweep"], row["state"], row["num_trials"], row["is_promoted"]) == (facts["sweep"], "over", 9, True)
    assert main(["promote", facts["sweep"]]) == 2
    assert "promoted already" in capsys.readouterr().err


def test_interrupted_it_stops_and_says_how_to_go_on(capsys, store, monkeypatch):
    monkeypatch.setattr(SweepStore, "drive", lambda self, sweep_id: None)
    monkeypatch.setattr("cifar_core.cli.sweeping.counted_interrupts", lambda: _Interrupted())
    assert main(["sweep", *RATE, "--budget", "3", "--json"]) == 0
    captured = capsys.readouterr()
    facts = json.loads(captured.out.splitlines()[-1])
    assert facts["state"] == "stopped"
    assert f"it goes on with: python -m cifar_core sweep {facts['sweep']}" in captured.err
    assert SweepStore(store).get(facts["sweep"]).state == "stopped"


class _Interrupted:
    def __enter__(self):
        return Interrupts(1)

    def __exit__(self, *_):
        return None


def test_one_that_nobody_can_drive_says_why(capsys, monkeypatch):
    monkeypatch.setattr(SweepStore, "drive", lambda self, sweep_id: None)
    monkeypatch.setattr(SweepStore, "log_tail", lambda self, sweep_id: "the driver's last words")
    assert main(["sweep", *RATE, "--budget", "3"]) == 1
    assert "does not go on: the driver's last words" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "optimizer.learning_rate=log:1e-4:100"], ["optimizer.learning_rate = 100", "at most 10"]),
        (["--set", "model.width=16"], ["nothing is searched", "--set"]),
        (["--set", "model.width"], ["--set 'model.width'", "section.field=value"]),
        ([*RATE, "--budget", "soon"], ["budget = 'soon'", "2000 runs"]),
        ([*RATE, "--sampler", "grid"], ["sampler = 'grid'", "tpe"]),
        ([*RATE, "--preset", "lenet"], ["preset = 'lenet'", "notebook"]),
        ([*RATE, "--halving", "--budget", "5 min"], ["budget = 5 min", "halving"]),
        ([*RATE, "--halving", "--factor", "1"], ["halving.factor = 1"]),
        (["nowhere.yaml"], ["nowhere.yaml cannot be read"]),
        (["nowhere.yaml", *RATE], ["nowhere.yaml says what is searched"]),
        (["nowhere", *RATE], ["sweep 'nowhere' is no file", "--extend"]),
        (["20990101-0000-none-0000"], ["sweep '20990101-0000-none-0000' does not exist", "`sweeps`"]),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, words, capsys, store):
    assert main(["sweep", *arguments]) == 2
    captured = capsys.readouterr()
    assert len(captured.err.strip().splitlines()) == 1
    for word in words:
        assert word in captured.err
    assert store.list_runs() == []
    assert SweepStore(store).list_sweeps() == []


@pytest.mark.slow
def test_a_real_sweep_is_halved_by_real_workers(capsys, tmp_path):
    (tmp_path / "tiny.yaml").write_text("""
settings: {data.train_fraction: 0.02, model.width: 4, model.hidden_size: 16, training.num_epochs: 2,
           training.device: cpu, training.num_threads: 1, training.precision: float32}
search: {optimizer.learning_rate: "log:1e-4:1e-1"}
budget: 3
halving: {}
""")
    assert main(["sweep", str(tmp_path / "tiny.yaml"), "--runs-dir", str(tmp_path / "r"), "--json"]) == 0
    facts = answer(capsys)
    assert sorted(len(trial["val_accuracy"]) for trial in facts["trials"]) == [1, 1, 2]
    store = RunStore(tmp_path / "r", IdleExecutor())
    assert sorted((run.status.status, run.status.epoch) for run in store.list_runs()) == [
        ("completed", 2),
        ("parked", 1),
        ("parked", 1),
    ]
    assert [run.test_readings for run in store.list_runs()] == [0] * 3
    assert not list((tmp_path / "r").glob("*/predictions/test*"))
