"""python -m pytest tests/unit/export/test_mlflow.py. A run in MLflow, read back with its own client."""

import json

import pytest

from cifar_core.cli import main
from cifar_core.export import ExportError, Subject, mlflow
from cifar_core.overrides import flatten


@pytest.fixture
def store(tmp_path):
    pytest.importorskip("mlflow")
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def read(uri):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(mlflow.EXPERIMENT)
    return client, client.search_runs([experiment.experiment_id])


@pytest.mark.slow  # its database's tables take seconds
@pytest.mark.filterwarnings("ignore")
def test_mlflow_has_settings_curves_and_files(store, record, runs_dir, tmp_path, capsys):
    arguments = ["export", record.run_id, f"--runs-dir={runs_dir}", "--mlflow", store, "--json"]
    assert main(arguments) == 0
    [about] = json.loads(capsys.readouterr().out.splitlines()[-1])
    client, [found] = read(store)
    assert found.info.run_id == about["mlflow_run_id"]
    assert found.info.status == "FINISHED"
    subject = Subject(record)
    assert found.data.params == {path: str(value) for path, value in flatten(subject.config).items()}
    history = client.get_metric_history(found.info.run_id, "val/accuracy")
    assert [(point.step, point.value) for point in history] == [
        (row["step"], pytest.approx(row["val/accuracy"])) for row in record.epoch_rows()
    ]
    assert found.data.metrics["best_val_accuracy"] == pytest.approx(subject.scorecard.val_best.value)
    names = {each.path for each in client.list_artifacts(found.info.run_id)}
    assert names == {"config.json", "csv", "report", "safetensors"}
    assert str(tmp_path) in found.info.artifact_uri  # beside the database, not wherever one stands
    assert main(arguments) == 0  # again: one stays
    _, [again] = read(store)
    assert again.info.run_id != found.info.run_id


@pytest.mark.filterwarnings("ignore")
def test_mlflow_takes_a_folder(record, runs_dir, tmp_path, store):
    made = mlflow.mirror_run(Subject(record), str(tmp_path / "folder"))
    _, [found] = read(str(tmp_path / "folder"))
    assert found.info.run_id == made.run_id
    assert found.data.tags["cifar_lab.run_id"] == record.run_id


def test_a_missing_package_is_named(monkeypatch, record, runs_dir, capsys):
    monkeypatch.setattr(mlflow, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"mlflow, sqlalchemy, alembic.*requirements-mlflow"):
        mlflow.check_mlflow()
    arguments = [f"--runs-dir={runs_dir}", "--mlflow", "sqlite:///x.db"]
    assert main(["train", "--dry-run", *arguments]) == 2  # before anything trains
    assert main(["export", record.run_id, *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("requirements-mlflow.txt") == 2


def test_who_does_not_wait_cannot_mirror(runs_dir, capsys):
    assert main(["train", "--detach", f"--runs-dir={runs_dir}", "--mlflow", "x"]) == 2
    assert "--detach" in capsys.readouterr().err


def test_one_thing_at_a_time(record, runs_dir, capsys):
    assert main(["export", record.run_id, f"--runs-dir={runs_dir}", "--as", "zip", "--mlflow", "x"]) == 2
    assert "one of them" in capsys.readouterr().err
