"""python -m pytest tests/unit/runs/test_slimming.py. Completed runs without their optimizer's state."""

import json
from pathlib import Path

import psutil
import pytest

from cifar_core.cli import main
from cifar_core.overrides import with_overrides
from cifar_core.runs import Fork, RunError, RunStore
from cifar_core.runs.slimming import can_train_on, count_spare_bytes
from cifar_core.runs.status import change_status
from cifar_core.training.checkpoint import load_classifier
from cifar_core.training.exceptions import CheckpointError
from cifar_core.training.fit import fit
from tests.unit.runs_helpers import IdleExecutor


@pytest.fixture
def blind(tiny_config):
    return with_overrides(tiny_config, {"training.num_epochs": 2, "training.evaluate_test": False})


def train(store, config, dataset, **facts):
    """A run that was really trained, by this process."""
    record = store.record(store.submit(config, **facts))
    result = fit(config, dataset, record.files)
    change_status(record.run_dir, status=result.status, epoch=result.last_epoch, best_epoch=result.best_epoch)
    return record


def content_of(record):
    paths = (path for path in record.run_dir.rglob("*") if path.is_file())
    return {path.relative_to(record.run_dir).as_posix(): path.read_bytes() for path in paths}


def test_nothing_else_of_a_run_changes(store, blind, tiny_dataset):
    record = train(store, blind, tiny_dataset)
    before, spare = content_of(record), count_spare_bytes(record)
    freed = store.slim(record.run_id)
    after = content_of(record)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["checkpoints/last.safetensors"]
    assert len(before[changed[0]]) - len(after[changed[0]]) == freed
    assert freed >= spare > 0.4 * len(before[changed[0]])
    assert (count_spare_bytes(record), store.slim(record.run_id), can_train_on(record)) == (0, 0, False)
    load_classifier(record.checkpoint_path("last"))


def test_it_can_be_forked_and_looks_at_test_but_is_not_extended(store, blind, tiny_dataset):
    record = train(store, blind, tiny_dataset)
    store.slim(record.run_id)
    before = content_of(record)
    with pytest.raises(
        RunError, match=r"has no optimizer state any more; allowed: a fork, another run from its weights"
    ):
        store.extend(record.run_id, 2)
    assert content_of(record) == before
    with pytest.raises(CheckpointError, match="cannot be continued"):
        fit(with_overrides(blind, {"training.num_epochs": 3}), tiny_dataset, record.files)
    result = fit(with_overrides(blind, {"training.evaluate_test": True}), tiny_dataset, record.files)
    assert (result.status, result.last_epoch) == ("completed", 2)
    assert result.test_accuracy_last is not None
    forked = store.record(store.submit(blind, fork=Fork(record.run_id)))
    assert fit(blind, tiny_dataset, forked.files).last_epoch == 2


def test_no_checkpoint_is_open_when_another_takes_its_place(store, blind, tiny_dataset, monkeypatch):
    """Windows replaces no file that somebody has open."""
    record, replace, opened = train(store, blind, tiny_dataset), Path.replace, []

    def look(path, target):
        opened.extend(each.path for each in psutil.Process().open_files() if each.path.endswith(target.name))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", look)
    assert store.slim(record.run_id) > 0
    assert opened == []


@pytest.mark.parametrize("status", ["running", "stopped", "parked", "failed"])
def test_only_completed_runs_are_slimmed(store, blind, tiny_dataset, status):
    record = train(store, blind, tiny_dataset)
    change_status(record.run_dir, status=status)
    before = content_of(record)
    with pytest.raises(RunError, match=f"is {status}; allowed: a completed run"):
        store.slim(record.run_id)
    assert (content_of(record), count_spare_bytes(record)) == (before, 0)


def test_a_checkpoint_that_is_broken_is_named(store, config):
    record = store.record(store.submit(config))
    change_status(record.run_dir, status="completed", epoch=3)
    assert (count_spare_bytes(record), can_train_on(record)) == (0, True)
    with pytest.raises(RunError, match=r"last\.safetensors cannot be read.*allowed: a run with its last weights"):
        store.slim(record.run_id)


def test_the_command_says_how_much_before_and_after(tmp_path, blind, tiny_dataset, capsys):
    store = RunStore(tmp_path / "runs", IdleExecutor())
    mine, other = (train(store, blind, tiny_dataset, owner=owner) for owner in ("Ada", "Ben"))
    spare = count_spare_bytes(mine)

    def ask(*words):
        assert main(["slim", *words, "--runs-dir", str(store.runs_dir), "--json"]) == 0
        *said, facts = capsys.readouterr().out.splitlines()
        return said, json.loads(facts)

    said, facts = ask("--all-completed", "--dry-run")
    assert said == [f"Optimizer state of 2 runs: {2 * spare / 1e6:,.1f} MB."]
    assert (facts["bytes_before"], facts["bytes_freed"], can_train_on(mine)) == (2 * spare, 0, True)
    said, facts = ask("--all-completed", "--owner", "ADA")
    assert facts["runs"] == [mine.run_id]
    assert facts["bytes_freed"] >= spare
    assert said[1].endswith("MB are free now. They cannot be extended, only forked.")
    assert (can_train_on(mine), can_train_on(other)) == (False, True)
    said, facts = ask("--all-completed")
    assert facts["runs"] == [other.run_id]
    assert ask(other.run_id, "--of-others")[0] == ["Optimizer state of 1 run: 0.0 MB."]
    assert main(["slim", "--runs-dir", str(store.runs_dir)]) == 2
    assert main(["slim", other.run_id, "--all-completed", "--runs-dir", str(store.runs_dir)]) == 2
    assert "allowed: their ids, or --all-completed" in capsys.readouterr().err
