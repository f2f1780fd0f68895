"""python -m pytest tests/unit/training/test_optimizer_state.py. Checkpoints without their optimizer."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file

from cifar_core.config import AdamConfig, SGDConfig
from cifar_core.files import TEMPORARY
from cifar_core.training import optimizer_state
from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header, restore, save_checkpoint
from cifar_core.training.exceptions import CheckpointError
from cifar_core.training.optimizer_state import count_optimizer_bytes, drop_optimizer, has_optimizer
from tests.unit.training.test_checkpoint import PROGRESS, create, step


@pytest.fixture
def path(tmp_path, tiny_config):
    return save(tmp_path / "last.safetensors", tiny_config.model_copy(update={"optimizer": AdamConfig()}))


def save(path, config):
    classifier, optimizer = create(config)
    step(classifier, optimizer)
    save_checkpoint(path, config, classifier, PROGRESS, optimizer=optimizer, environment={"torch": "x"})
    return path


def test_everything_but_the_optimizer_stays_to_the_bit(path):
    header, before, size = read_checkpoint_header(path), load_file(path), path.stat().st_size
    weights = {name: tensor for name, tensor in before.items() if not name.startswith("optimizer/")}
    spare = count_optimizer_bytes(path)
    assert spare == sum(tensor.nbytes for name, tensor in before.items() if name not in weights)
    assert spare > sum(tensor.nbytes for tensor in weights.values())
    mode = path.stat().st_mode
    freed = drop_optimizer(path)
    after = load_file(path)
    assert list(after) == list(weights)
    assert all(torch.equal(after[name], tensor) for name, tensor in weights.items())
    assert read_checkpoint_header(path) == header
    assert (path.stat().st_size, path.stat().st_mode) == (size - freed, mode)
    assert freed >= spare
    assert (has_optimizer(path), count_optimizer_bytes(path), drop_optimizer(path)) == (False, 0, 0)


def test_it_can_be_used_but_not_trained_on(path):
    config = read_checkpoint_header(path).config
    before, images = load_classifier(path), torch.rand(2, 3, 32, 32)
    drop_optimizer(path)
    assert torch.equal(load_classifier(path)(images), before(images))
    classifier, optimizer = create(config)
    with pytest.raises(CheckpointError, match="is without its optimizer, so it cannot be continued"):
        restore(path, config, classifier, optimizer)
    assert restore(path, config, classifier, None) == PROGRESS


def test_an_optimizer_without_memory_is_left_alone(tmp_path, tiny_config):
    config = tiny_config.model_copy(update={"optimizer": SGDConfig(momentum=0, nesterov=False)})
    path = save(tmp_path / "last.safetensors", config)
    before = path.read_bytes()
    assert drop_optimizer(path) == 0
    assert (path.read_bytes(), has_optimizer(path)) == (before, True)


@pytest.mark.parametrize("when", ["before", "while copying", "after"])
def test_who_is_killed_half_way_leaves_the_old_or_the_new_file(path, monkeypatch, when):
    whole, copy = path.read_bytes(), optimizer_state._copy_without
    twin = shutil.copy(path, path.with_name("twin.safetensors"))
    drop_optimizer(twin)
    slim = twin.read_bytes()

    def copy_a_part(header, start, source, target):
        if when != "before":
            copy(header, start, source, target)
        if when == "while copying":
            target.truncate(100)
        if when != "after":
            raise KeyboardInterrupt

    monkeypatch.setattr(optimizer_state, "_copy_without", copy_a_part)
    if when == "after":
        drop_optimizer(path)
    else:
        with pytest.raises(KeyboardInterrupt):
            drop_optimizer(path)
    assert path.read_bytes() == (slim if when == "after" else whole)
    assert [each.name for each in path.parent.iterdir() if each.name.endswith(TEMPORARY)] == []


def rewrite(path, change):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("__metadata__"),
        lambda header: header.update({"model/x": 1}),
        lambda header: header.update({"model/x": {"data_offsets": [4, 1]}}),
        lambda header: header.update({"model/x": {"data_offsets": [0, 10**9]}}),
    ],
)
def test_a_header_that_lies_is_refused_and_nothing_changes(path, change):
    rewrite(path, change)
    before = path.read_bytes()
    for act in (has_optimizer, count_optimizer_bytes, drop_optimizer):
        with pytest.raises(CheckpointError, match=r"last\.safetensors"):
            act(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 8, b"\xff" * 20, (5).to_bytes(8, "little") + b"[1,2]", b"PK\x03\x04"]
)
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "last.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"last\.safetensors"):
        has_optimizer(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        has_optimizer(tmp_path / "none.safetensors")
