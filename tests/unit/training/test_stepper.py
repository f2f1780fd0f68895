"""python -m pytest tests/unit/training/test_stepper.py. What needs an NVIDIA GPU is skipped without one."""

import logging

import pytest
import torch

from cifar_core.overrides import with_overrides
from cifar_core.training import stepper as stepping
from cifar_core.training.optimizer import make_recordable
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on
from cifar_core.training.stepper import Stepper
from tests.unit.training.watching import run

NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")

CHANGES = {
    "sgd": {},
    "adam": {"optimizer.name": "adam"},
    "adamw": {"optimizer.name": "adamw", "optimizer.head_multiplier": 2.0},
    "rmsprop": {"optimizer.name": "rmsprop", "optimizer.momentum": 0.5},
    "muon": {"optimizer.name": "muon", "optimizer.bias_multiplier": 10.0},
    "mixup": {"augmentation.mixup_alpha": 0.2},
    "clipping": {"training.gradient_clipping": 0.5, "training.precision": "bfloat16"},
    "speed": {"model.name": "speed_cnn", "model.width": 8, "optimizer.name": "muon", "optimizer.fixed_length": True},
}


def _tolerance(config):
    """Muon computes in bfloat16, which enlarges the last digit of a gradient."""
    return {"rtol": 0.02, "atol": 0.02} if config.optimizer.name == "muon" else {"rtol": 1e-3, "atol": 1e-4}


def train(config, dataset, device, is_recorded):
    """Two epochs with a changing learning rate; the losses and the weights at the end."""
    state = create_training_state(config, dataset, device, config.training.precision)
    made = Stepper(state)
    made._is_recording = made._is_recording and is_recorded
    losses = []
    for epoch in (1, 2):
        torch.manual_seed(epoch)
        state.model.train()
        losses += [made.step(batch, 0.01 / (1 + len(losses)))[0] for batch in iterate_batches(state, epoch)]
    return torch.stack(losses).cpu(), state.classifier.state_dict(), made


@NEEDS_CUDA
@pytest.mark.parametrize("changes", CHANGES)
def test_a_recorded_update_is_the_plain_one(tiny_dataset, tiny_config, changes):
    config = with_overrides(tiny_config, {"training.device": "cuda:0", **CHANGES[changes]})
    plain, weights, _ = train(config, tiny_dataset, "cuda:0", is_recorded=False)
    recorded, replayed, made = train(config, tiny_dataset, "cuda:0", is_recorded=True)
    assert made._recorded is not None
    torch.testing.assert_close(recorded, plain, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(replayed, weights, **_tolerance(config))


@NEEDS_CUDA
@pytest.mark.parametrize("changes", ["sgd", "adam", "muon"])
def test_a_continued_run_on_a_gpu_gives_the_same_numbers(tmp_path, tiny_dataset, tiny_config, changes):
    config = with_overrides(tiny_config, {"training.device": "cuda:0", **CHANGES[changes]})
    whole, _ = run(config, tiny_dataset, tmp_path / "whole")
    run(config, tiny_dataset, tmp_path / "parts", stop_after=13)
    parts, _ = run(config, tiny_dataset, tmp_path / "parts")
    assert (parts.last_val_accuracy, parts.test_accuracy_last) == (whole.last_val_accuracy, whole.test_accuracy_last)


@pytest.mark.parametrize("changes", CHANGES)
def test_learning_rates_as_tensors_change_nothing(tiny_dataset, tiny_config, changes):
    """What a recorded update computes with, on the CPU."""
    config = with_overrides(tiny_config, CHANGES[changes])
    ends = []
    for is_recordable in (False, True):
        state = create_training_state(config, tiny_dataset, "cpu", "float32")
        if is_recordable:
            make_recordable(state.optimizer, "cpu")
            for group in state.optimizer.param_groups:
                group["capturable"] = False  # torch refuses it on a CPU
        made = Stepper(state)
        torch.manual_seed(0)
        for batch in list(iterate_batches(state, 1))[:4]:
            made.step(batch, 0.01)
        ends.append(state.classifier.state_dict())
    torch.testing.assert_close(*ends, **_tolerance(config))


class _Recorded:
    """In the place of a CUDA graph: it steps plainly, and notes on what."""

    def __init__(self, state, batch):
        self.state, self.size, self.seen = state, len(batch.targets), []

    def fits(self, batch):
        return len(batch.targets) == self.size

    def replay(self, batch):
        self.seen.append(len(batch.targets))
        return train_on(self.state, batch)


def test_whole_batches_are_replayed_once_three_were_stepped_on(monkeypatch, tiny_dataset, tiny_config):
    monkeypatch.setattr(stepping, "_RecordedStep", _Recorded)
    state = create_training_state(tiny_config, tiny_dataset, "cpu")
    made = Stepper(state)
    made._is_recording = True
    sizes = []
    for epoch in (1, 2):
        for batch in iterate_batches(state, epoch):
            made.step(batch, 0.01)
            sizes.append(len(batch.targets))
    assert sizes[-1] < tiny_config.training.batch_size
    whole = [size for size in sizes if size == tiny_config.training.batch_size]
    assert made._recorded.seen == whole[3:]


def test_what_cannot_be_recorded_is_stepped_on_plainly(monkeypatch, tiny_dataset, tiny_config, caplog):
    def refuse(state, batch):
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(stepping, "_RecordedStep", refuse)
    state = create_training_state(tiny_config, tiny_dataset, "cpu")
    made = Stepper(state)
    made._is_recording = True
    with caplog.at_level(logging.WARNING):
        losses = [made.step(batch, 0.01)[0] for batch in iterate_batches(state, 1)]
    assert torch.stack(losses).isfinite().all()
    assert [record.message for record in caplog.records] == [
        "Updates are not recorded, which is slower: operation not permitted when stream is capturing"
    ]


def test_on_a_cpu_nothing_is_recorded(tiny_dataset, tiny_config):
    _, _, made = train(tiny_config, tiny_dataset, "cpu", is_recorded=True)
    assert made._recorded is None
