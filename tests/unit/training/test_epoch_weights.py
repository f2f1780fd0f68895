"""python -m pytest tests/unit/training/test_epoch_weights.py. The weights of every epoch, in float16."""

import errno
import os
import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open

from cifar_core.config import ConvNeXtConfig, MLPConfig, ResNetConfig, SimpleCNNConfig, SpeedCNNConfig, VGGConfig
from cifar_core.evaluation.predictions import load_predictions, read_saved_epoch
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunRecord
from cifar_core.runs.layout import RunFiles
from cifar_core.training import epoch_weights
from cifar_core.training.checkpoint import Progress, load_classifier, read_checkpoint_header, take_checkpoint
from cifar_core.training.epoch_weights import (
    RESERVE_BYTES,
    EpochWeights,
    estimate_weights_bytes,
    explain_little_room,
    round_weights,
)
from cifar_core.training.events import EpochDone, WeightsRefused
from tests.unit.training.watching import run


@pytest.fixture
def config(tiny_config):
    return with_overrides(tiny_config, {"training.save_every_epoch": True})


def weights(run_dir, which):
    return load_classifier(RunFiles(run_dir).checkpoint_path(which)).state_dict()


def save(config, path):
    classifier = create_classifier(config, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4))
    EpochWeights(take_checkpoint(config, classifier, Progress(epoch=2))).write(path)


def test_each_epoch_says_nearly_what_it_said_in_training(tmp_path, tiny_dataset, config):
    run(config, tiny_dataset, tmp_path)
    files = RunFiles(tmp_path)
    assert files.weights_epochs() == [1, 2, 3]
    for epoch in files.weights_epochs():
        saved = load_predictions(files.predictions_path("val", epoch))
        model = load_classifier(files.checkpoint_path(epoch))
        now = predict(model, tiny_dataset.images, tiny_dataset.labels, saved.indices)
        assert np.abs(now.probs - saved.probs).max() < 2e-3
        assert read_checkpoint_header(files.checkpoint_path(epoch)).progress.epoch == epoch


def test_training_itself_is_not_touched(tmp_path, tiny_dataset, tiny_config, config):
    run(tiny_config, tiny_dataset, tmp_path / "without")
    run(config, tiny_dataset, tmp_path / "with")
    assert RunFiles(tmp_path / "without").weights_epochs() == []
    for name, tensor in weights(tmp_path / "without", "last").items():
        assert torch.equal(tensor, weights(tmp_path / "with", "last")[name]), name


def test_a_run_that_goes_on_keeps_on_with_them(tmp_path, tiny_dataset, config):
    run(config, tiny_dataset, tmp_path / "straight")
    run(config, tiny_dataset, tmp_path / "twice", stop_after=9)
    assert RunFiles(tmp_path / "twice").weights_epochs() == [1]
    run(config, tiny_dataset, tmp_path / "twice")
    for epoch in (1, 2, 3):
        left, right = (weights(tmp_path / name, epoch) for name in ("straight", "twice"))
        assert all(torch.equal(tensor, right[name]) for name, tensor in left.items())


def test_the_averaged_weights_are_kept_where_these_are_evaluated(tmp_path, tiny_dataset, config):
    config = with_overrides(config, {"training.ema_decay": 0.9})
    run(config, tiny_dataset, tmp_path)
    kept, last = weights(tmp_path, 3), weights(tmp_path, "last")  # of `last` the average is loaded, too
    assert all(torch.allclose(tensor, last[name], rtol=2e-3, atol=1e-6) for name, tensor in kept.items())
    with safe_open(RunFiles(tmp_path).checkpoint_path(3), framework="pt") as file:
        assert {name.split("/")[0] for name in file.keys()} == {"model"}  # noqa: SIM118


def test_kernels_are_halved_and_vectors_kept_whole(tmp_path, config):
    save(config, tmp_path / "epoch-0002.safetensors")
    with safe_open(tmp_path / "epoch-0002.safetensors", framework="pt") as file:
        types = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        assert "optimizer" not in file.metadata()
    assert {tensor.dtype for tensor in types.values() if tensor.ndim > 1} == {torch.float16}
    assert torch.float16 not in {tensor.dtype for tensor in types.values() if tensor.ndim < 2}


@pytest.mark.parametrize("variance", [1e6, 3e-8])
def test_statistics_that_float16_cannot_hold_come_back_as_they_were(tmp_path, config, variance):
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    running = next(tensor for name, tensor in classifier.named_buffers() if name.endswith("running_var"))
    running.fill_(variance)
    EpochWeights(take_checkpoint(config, classifier, Progress(1))).write(tmp_path / "w.safetensors")
    loaded = load_classifier(tmp_path / "w.safetensors")
    found = next(tensor for name, tensor in loaded.named_buffers() if name.endswith("running_var"))
    assert torch.equal(found, running)
    assert not torch.isfinite(torch.tensor(1e6).half())


@pytest.mark.parametrize("value", [7e4, 1e-9, float("nan")])
def test_kernels_outside_the_range_of_float16_are_kept_whole(value):
    kernel = torch.full((4, 3, 3, 3), value)
    assert round_weights(kernel) is kernel
    assert round_weights(torch.randn(4, 3)).dtype == torch.float16


MODELS = [
    SimpleCNNConfig(),
    SpeedCNNConfig(width=16),
    ResNetConfig(depth=20, width=8),
    VGGConfig(),
    MLPConfig(),
    ConvNeXtConfig(),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_their_size_is_known_before_the_start(tmp_path, config, model):
    config = config.model_copy(update={"model": model})
    save(config, tmp_path / "w.safetensors")
    expected = config.training.num_epochs * (tmp_path / "w.safetensors").stat().st_size
    assert estimate_weights_bytes(config) == pytest.approx(expected, rel=0.15)


def test_nothing_is_needed_where_nothing_is_kept(tiny_config, tmp_path):
    assert estimate_weights_bytes(tiny_config) == 0
    assert explain_little_room(tiny_config, tmp_path) == ""


def test_presets_keep_them_where_that_costs_little():
    kept = {name: estimate_weights_bytes(preset.config) for name, preset in PRESETS.items()}
    assert {name for name, num_bytes in kept.items() if num_bytes} == {"demo", "minute"}
    assert max(kept.values()) < 4e6


def test_little_room_is_told_before_the_start(config, tmp_path, monkeypatch):
    assert explain_little_room(config, tmp_path / "runs" / "later") == ""
    monkeypatch.setattr(epoch_weights, "measure_room", lambda path: RESERVE_BYTES)
    words = explain_little_room(config, tmp_path)
    assert words.startswith("The weights of every epoch need about ")
    assert "200 MB of the disk are free" in words


def refused(events):
    return [event for event in events if isinstance(event, WeightsRefused)]


def test_a_disk_that_gets_short_ends_the_keeping_and_not_the_training(tmp_path, tiny_dataset, config, monkeypatch):
    rooms = iter([RESERVE_BYTES + 10**9, RESERVE_BYTES])
    monkeypatch.setattr(epoch_weights, "measure_room", lambda path: next(rooms))
    result, events = run(config, tiny_dataset, tmp_path)
    assert (result.status, result.last_epoch) == ("completed", 3)
    assert RunFiles(tmp_path).weights_epochs() == [1]
    assert [(event.epoch, event.reason) for event in refused(events)] == [(2, "less than 200 MB of the disk were free")]
    assert result.message.endswith(
        "Weights of every epoch are kept before epoch 2 alone: less than 200 MB of the disk were free."
    )


def test_a_refusal_of_the_last_epoch_is_told_too(tmp_path, tiny_dataset, config, monkeypatch):
    rooms = iter([10**12, 10**12, 0])
    monkeypatch.setattr(epoch_weights, "measure_room", lambda path: next(rooms))
    result, events = run(config, tiny_dataset, tmp_path)
    assert [event.epoch for event in refused(events)] == [3]
    assert "before epoch 3 alone" in result.message


def test_a_full_disk_is_named_and_leaves_no_half_file(tmp_path, tiny_dataset, config, monkeypatch):
    from cifar_core import files

    sync = files._sync

    def refuse(path):
        if "epoch-" in path.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(path)

    monkeypatch.setattr(files, "_sync", refuse)
    result, events = run(config, tiny_dataset, tmp_path)
    assert result.status == "completed"
    assert [(event.epoch, event.reason) for event in refused(events)] == [(1, "the disk is full")]
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {"best.safetensors", "last.safetensors"}
    assert len([event for event in events if isinstance(event, EpochDone)]) == 3


def test_a_copied_run_takes_them_along(tmp_path, tiny_dataset, config):
    run(config, tiny_dataset, tmp_path / "run")
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    assert RunRecord(tmp_path / "copy").files.weights_epochs() == [1, 2, 3]
    assert weights(tmp_path / "copy", 2).keys() == weights(tmp_path / "run", 2).keys()


def test_predictions_of_test_say_of_which_epoch_they_are(tmp_path, tiny_dataset, config):
    result, _ = run(config, tiny_dataset, tmp_path)
    files = RunFiles(tmp_path)
    assert read_saved_epoch(files.predictions_path("test", "best")) == result.best_epoch
    assert read_saved_epoch(files.predictions_path("test", "last")) == 3
    assert read_saved_epoch(files.predictions_path("val", 1)) is None
