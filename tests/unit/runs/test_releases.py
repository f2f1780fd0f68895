"""python -m pytest tests/unit/runs/test_releases.py. Runs that other releases wrote: looked at, not changed."""

import json
import shutil

import pytest
from safetensors import safe_open
from safetensors.torch import save_file

from cifar_core.formats import FORMAT
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import Fork, RunError, RunStore
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.status import change_status
from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header
from cifar_core.training.exceptions import CheckpointError
from tests.unit.runs_helpers import IdleExecutor
from tests.unit.training.watching import run as train


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs", executor=IdleExecutor())


@pytest.fixture
def config():
    return with_overrides(PRESETS["notebook"].config, {"training.device": "cpu"})


def rewrite(path, change):
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))


def rewrite_header(path, change):
    with safe_open(path, framework="pt") as file:
        metadata = dict(file.metadata())
        tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118
    tree = json.loads(metadata["config"])
    change(tree)
    save_file(tensors, path, metadata | {"config": json.dumps(tree)})


def of_a_newer_release(store, config, status="stopped"):
    run_id = store.submit(config, name="tomorrow")
    files = RunFiles(store.record(run_id).run_dir)
    change_status(files.run_dir, status=status, epoch=3, best_epoch=3)
    rewrite(files.config, lambda tree: tree.update(format=FORMAT + 1, optimizer={"name": "lion"}))
    return run_id


def test_a_newer_releases_run_is_listed_with_what_is_not_known_of_it(store, config):
    run_id = of_a_newer_release(store, config)
    (summary,) = store.refresh()
    assert (summary.name, summary.status.status) == ("tomorrow", "stopped")
    assert summary.is_read_only
    assert summary.unknown_settings == ("optimizer.name = 'lion'",)
    assert summary.config.model == config.model
    assert f"format {FORMAT + 1}" in summary.read_only_because
    assert RunStore(store.runs_dir, executor=IdleExecutor()).list_runs() == [summary]  # from the index, too
    assert store.record(run_id).epoch_rows() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda store, run_id, config: store.resume_run(run_id),
        lambda store, run_id, config: store.extend(run_id, 3),
        lambda store, run_id, config: store.describe(run_id, name="mine"),
        lambda store, run_id, config: store.submit(config, fork=Fork(run_id)),
        lambda store, run_id, config: store.record(run_id).config(),
    ],
)
def test_it_cannot_be_changed_and_the_reason_is_said(store, config, change):
    run_id = of_a_newer_release(store, config)
    files = RunFiles(store.record(run_id).run_dir)
    before = [path.read_bytes() for path in (files.config, files.status, files.meta)]
    with pytest.raises(RunError, match=r"only be looked at.*lion"):
        change(store, run_id, config)
    assert [path.read_bytes() for path in (files.config, files.status, files.meta)] == before


@pytest.mark.parametrize("steer", ["pause", "unpause", "stop"])
def test_one_that_trains_is_left_to_its_own_release(store, config, steer):
    run_id = of_a_newer_release(store, config, status="running")
    with pytest.raises(RunError, match="only be looked at"):
        getattr(store, steer)(run_id)
    with pytest.raises(RunError, match="only be looked at"):
        store.change_learning_rate(run_id, 0.5)


def test_one_that_waits_is_not_started_here(store, config):
    run_id = of_a_newer_release(store, config, status="queued")
    store._executor.submitted.clear()
    store.refresh()
    assert store._executor.submitted == []
    assert store.waiting() == []
    assert store.record(run_id).status().status == "queued"


def test_a_status_of_tomorrow_is_no_damage(store, config):
    run_id = store.submit(config)
    files = RunFiles(store.record(run_id).run_dir)
    rewrite(files.status, lambda tree: tree.update(format=9, status="asleep", new_field=[1]))
    status = store.record(run_id).status()
    assert not status.is_active
    assert "'asleep'" in status.message
    rewrite(files.status, lambda tree: tree.update(format=FORMAT))
    with pytest.raises(RunError, match="record unreadable"):
        store.record(run_id).status()


def test_a_run_of_the_first_release_opens_and_goes_on(tmp_path, tiny_dataset, tiny_config):
    """Format 0: the checkpoint's config has no number, and says nothing of what came later."""
    config = with_overrides(tiny_config, {"training.num_epochs": 4, "schedule.name": "constant"})
    whole, _ = train(config, tiny_dataset, tmp_path / "whole")
    shorter = with_overrides(config, {"training.num_epochs": 2})
    train(shorter, tiny_dataset, tmp_path / "old")

    def age(tree):
        for section, field in (("data", "train_fraction"), ("data", "label_noise"), ("training", "ema_decay")):
            del tree[section][field]
        del tree["format"]

    paths = [RunFiles(tmp_path / "old").checkpoint_path(which) for which in ("best", "last")]
    for path in paths:
        rewrite_header(path, age)
        assert read_checkpoint_header(path).config == shorter
        assert load_classifier(path).training is False
    continued, _ = train(config, tiny_dataset, tmp_path / "old")
    assert continued.last_epoch == 4
    assert continued.test_accuracy_last == whole.test_accuracy_last


def test_a_newer_checkpoint_gives_its_network_unless_that_is_what_is_new(tmp_path, tiny_dataset, tiny_config):
    train(with_overrides(tiny_config, {"training.num_epochs": 1}), tiny_dataset, tmp_path)
    path, copy = RunFiles(tmp_path).checkpoint_path("best"), tmp_path / "copy.safetensors"
    shutil.copy(path, copy)
    rewrite_header(copy, lambda tree: tree.update(format=FORMAT + 1, optimizer={"name": "lion"}))
    theirs, ours = load_classifier(copy).state_dict(), load_classifier(path).state_dict()
    assert all((theirs[name] == tensor).all() for name, tensor in ours.items())
    rewrite_header(copy, lambda tree: tree.update(model={"name": "mamba"}))
    with pytest.raises(CheckpointError, match=r"another release.*model.name = 'mamba'"):
        load_classifier(copy)
