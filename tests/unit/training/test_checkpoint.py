"""python -m pytest tests/unit/training/test_checkpoint.py."""

import pytest
import torch

from cifar_core.config import AdamConfig, SGDConfig
from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import (
    CheckpointError,
    Progress,
    load_classifier,
    read_checkpoint_header,
    restore,
    save_checkpoint,
    take_checkpoint,
)
from cifar_core.training.optimizer import create_optimizer

PROGRESS = Progress(epoch=2, step=20, best_epoch=1, best_val_accuracy=0.25, last_val_accuracy=0.125, seconds=1.5)


def create(config):
    classifier = create_classifier(config, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4))
    return classifier, create_optimizer(config.optimizer, classifier)


def step(classifier, optimizer):
    generator = torch.Generator().manual_seed(1)
    optimizer.zero_grad()
    classifier(torch.rand(4, 3, 32, 32, generator=generator)).square().mean().backward()
    optimizer.step()


@pytest.mark.parametrize(
    "optimizer_config",
    [SGDConfig(), SGDConfig(momentum=0, nesterov=False), AdamConfig()],
    ids=["momentum", "plain", "adam"],
)
def test_training_continues_bit_for_bit(tmp_path, tiny_config, optimizer_config):
    config = tiny_config.model_copy(update={"optimizer": optimizer_config})
    classifier, optimizer = create(config)
    classifier.eval()
    step(classifier, optimizer)
    save_checkpoint(tmp_path / "last.safetensors", config, classifier, PROGRESS, optimizer=optimizer)
    step(classifier, optimizer)

    twin, twin_optimizer = create(config)
    twin.eval()
    assert restore(tmp_path / "last.safetensors", config, twin, twin_optimizer) == PROGRESS
    step(twin, twin_optimizer)
    for name, tensor in classifier.state_dict().items():
        assert torch.equal(tensor, twin.state_dict()[name]), name


def test_a_checkpoint_alone_rebuilds_the_network(tmp_path, tiny_config):
    classifier, _ = create(tiny_config)
    save_checkpoint(tmp_path / "best.safetensors", tiny_config, classifier, PROGRESS, environment={"torch": "x"})
    loaded = load_classifier(tmp_path / "best.safetensors")
    assert not loaded.training
    images = torch.rand(2, 3, 32, 32)
    assert torch.equal(loaded(images), classifier.eval()(images))
    header = read_checkpoint_header(tmp_path / "best.safetensors")
    assert (header.config, header.progress, header.environment) == (tiny_config, PROGRESS, {"torch": "x"})


def test_refuses_other_configs_missing_optimizers_and_broken_files(tmp_path, tiny_config):
    classifier, optimizer = create(tiny_config)
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, tiny_config, classifier, PROGRESS)
    with pytest.raises(CheckpointError, match="without its optimizer"):
        restore(path, tiny_config, classifier, optimizer)
    other = tiny_config.model_copy(update={"optimizer": AdamConfig()})
    with pytest.raises(CheckpointError, match="other settings"):
        restore(path, other, classifier, optimizer)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match=r"last\.safetensors cannot be read"):
        load_classifier(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint_header(tmp_path / "none.safetensors")


@pytest.mark.parametrize("key", ["progress", "environment", "optimizer"])
@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "null", ""])
def test_refuses_a_header_that_cannot_be_read(tmp_path, tiny_config, key, text):
    classifier, optimizer = create(tiny_config)
    checkpoint = take_checkpoint(tiny_config, classifier, PROGRESS, optimizer=optimizer)
    checkpoint.header[key] = text
    path = tmp_path / "last.safetensors"
    checkpoint.write(path)
    with pytest.raises(CheckpointError, match=f"last.safetensors has no readable {key}"):
        _ = restore(path, tiny_config, classifier, optimizer) if key == "optimizer" else read_checkpoint_header(path)


def test_refuses_a_pickle(tmp_path):
    path = tmp_path / "last.safetensors"
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError):
        load_classifier(path)


def test_overwriting_leaves_no_other_file(tmp_path, tiny_config):
    classifier, _ = create(tiny_config)
    for _ in range(2):
        save_checkpoint(tmp_path / "last.safetensors", tiny_config, classifier, PROGRESS)
    assert [path.name for path in tmp_path.iterdir()] == ["last.safetensors"]
