"""python -m pytest tests/unit/derived/test_robustness.py. The same of corrupted images, however many work on them."""

import numpy as np
import pytest
import torch

from cifar_core.corruptions.corrupt import corrupt
from cifar_core.derived import robustness
from cifar_core.derived.robustness import derive_robustness, robustness_options
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import Progress, load_classifier, save_checkpoint


@pytest.fixture
def options(tmp_path, tiny_config):
    torch.manual_seed(0)
    classifier = create_classifier(tiny_config, mean=(0.5,) * 3, std=(0.25,) * 3)
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, tiny_config, classifier, Progress(epoch=1))
    return robustness_options(path, "test", 20)


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(robustness, "_AT_ONCE", 6)


@pytest.mark.parametrize("num_threads", [1, 2])
def test_each_image_is_asked_under_each_corruption(tiny_dataset, options, few_at_once, num_threads):
    before, shares = torch.get_num_threads(), []
    torch.set_num_threads(num_threads)
    try:
        found = derive_robustness(tiny_dataset, options, shares.append)
        assert torch.get_num_threads() == num_threads
    finally:
        torch.set_num_threads(before)
    indices, targets = found["indices"], found["targets"]
    assert len(indices) == 20
    assert (indices >= 240).all()  # of test
    assert np.array_equal(targets, tiny_dataset.labels[indices])
    assert shares == pytest.approx(np.arange(1, 61) / 60)
    network = load_classifier(options["checkpoint"])
    for place, name, severity in ((0, "gaussian_noise", 1), (9, "fog", 5)):
        images = tiny_dataset.images.copy()
        images[indices] = corrupt(images[indices], indices, name, severity)
        said = predict(network, images, tiny_dataset.labels, indices)
        assert np.array_equal(found["preds"][place, severity - 1], said.preds)
        assert found["probs"][place, severity - 1] == pytest.approx(said.probs[np.arange(20), targets], abs=1e-3)


def test_what_goes_wrong_in_a_thread_is_told(tiny_dataset, options, few_at_once, monkeypatch):
    def fail(images, indices, name, severity):
        raise ValueError("no such weather")

    monkeypatch.setattr("cifar_core.corruptions.corrupt.corrupt", fail)
    with pytest.raises(ValueError, match="no such weather"):
        derive_robustness(tiny_dataset, options, lambda share: None)
