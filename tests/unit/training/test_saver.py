"""python -m pytest tests/unit/training/test_saver.py."""

import threading

import pytest
import torch

from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import Progress, load_classifier, take_checkpoint
from cifar_core.training.saver import CheckpointSaver


class HeldBack:
    """A checkpoint whose writing waits for a sign."""

    def __init__(self, written):
        self.may_go, self._written = threading.Event(), written

    def write(self, path):
        assert self.may_go.wait(10)
        self._written.append(path)


def test_training_goes_on_while_a_checkpoint_is_written_and_the_file_holds_what_was(tmp_path, tiny_config):
    classifier = create_classifier(tiny_config, mean=(0.5,) * 3, std=(0.25,) * 3)
    before = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
    checkpoint = take_checkpoint(tiny_config, classifier, Progress(1))
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.add_(1)
    path = tmp_path / "last.safetensors"
    with CheckpointSaver() as saver:
        saver.save({path: checkpoint})
        saver.wait()
        assert all(torch.equal(tensor, before[name]) for name, tensor in load_classifier(path).state_dict().items())


def test_one_after_the_other_in_the_order_given():
    written = []
    best, last, next_last = (HeldBack(written) for _ in range(3))
    with CheckpointSaver() as saver:
        saver.save({"best": best, "last": last})
        assert written == []
        following = threading.Thread(target=saver.save, args=({"next": next_last},))
        following.start()
        for held in (next_last, last, best):
            held.may_go.set()
        following.join(10)
        saver.wait()
    assert written == ["best", "last", "next"]


def test_leaving_waits_for_what_is_being_written():
    written = []
    held = HeldBack(written)
    with CheckpointSaver() as saver:
        saver.save({"last": held})
        threading.Timer(0.05, held.may_go.set).start()
    assert written == ["last"]


@pytest.mark.parametrize("ask", [lambda saver: saver.wait(), lambda saver: saver.save({})])
def test_a_write_that_failed_is_heard_of(tmp_path, tiny_config, ask):
    classifier = create_classifier(tiny_config, mean=(0.5,) * 3, std=(0.25,) * 3)
    (tmp_path / "checkpoints").write_text("a file where the folder should be")
    with CheckpointSaver() as saver:
        checkpoint = take_checkpoint(tiny_config, classifier, Progress(1))
        saver.save({tmp_path / "checkpoints" / "last.safetensors": checkpoint})
        with pytest.raises(OSError, match="checkpoints"):
            ask(saver)
