"""python -m pytest tests/unit/inference/test_predict.py"""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cifar_core.config import MLPConfig, ResNetConfig, RunConfig, SimpleCNNConfig, VGGConfig
from cifar_core.evaluation.views import Views
from cifar_core.inference.predict import predict
from cifar_core.models import create_classifier

MODELS = [
    MLPConfig(hidden_size=8, batch_norm=True, dropout=0.5),
    SimpleCNNConfig(width=4, hidden_size=8, batch_norm=True, dropout=0.5),
    VGGConfig(width=4, dropout=0.5),
    ResNetConfig(depth=8, width=4, dropout=0.5),
]


@pytest.fixture(scope="module")
def dataset():
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (60, 3, 32, 32), dtype=np.uint8), generator.integers(0, 10, 60)


@pytest.fixture(params=MODELS, ids=lambda config: config.name)
def model(request):
    return create_classifier(RunConfig(model=request.param), mean=(0.5,) * 3, std=(0.25,) * 3)


INDICES = np.array([41, 3, 3, 59, 0, 17, 22, 8])


def test_logits_are_the_models_in_evaluation_mode(model, dataset):
    images, targets = dataset
    predictions = predict(model, images, targets, INDICES)
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(images[INDICES]).float() / 255)
    np.testing.assert_allclose(predictions.logits, expected.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(predictions.targets, targets[INDICES])
    np.testing.assert_array_equal(predictions.indices, INDICES)
    assert (predictions.logits.dtype, predictions.targets.dtype, predictions.indices.dtype) == (
        np.float32,
        np.int64,
        np.int64,
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_pooling_first_changes_no_bit_and_no_flag(model, dataset, dtype):
    flags = [(module, module.training) for module in model.train().modules()]
    logits = predict(model, *dataset, INDICES, dtype=dtype).logits
    np.testing.assert_array_equal(logits, predict(model, *dataset, INDICES, dtype=dtype, in_order=True).logits)
    assert [(module, module.training) for module in model.modules()] == flags
    predict(model.eval(), *dataset, INDICES)
    assert not any(module.training for module in model.modules())


def test_pooling_goes_first_unless_somebody_looks(dataset):
    model = create_classifier(RunConfig(model=SimpleCNNConfig(width=4)), mean=(0.5,) * 3, std=(0.25,) * 3)
    shapes = []
    relu = next(module for module in model.modules() if isinstance(module, nn.ReLU))
    relu.register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape[2:])))
    predict(model, *dataset, INDICES)
    predict(model, *dataset, INDICES, in_order=True)
    assert shapes == [(16, 16), (32, 32)]


@pytest.mark.parametrize("batch_size", [1, 3, 8, 1000])
def test_batch_size_does_not_change_the_result(model, dataset, batch_size):
    expected = predict(model, *dataset, INDICES)
    predictions = predict(model, *dataset, INDICES, batch_size=batch_size)
    np.testing.assert_allclose(predictions.logits, expected.logits, rtol=1e-4, atol=1e-5)


def test_order_of_the_indices_is_kept(model, dataset):
    forward = predict(model, *dataset, INDICES)
    backward = predict(model, *dataset, INDICES[::-1])
    np.testing.assert_allclose(backward.logits, forward.logits[::-1], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(backward.targets, forward.targets[::-1])


def test_arrays_tensors_and_memory_maps_are_read_alike(model, dataset, tmp_path):
    images, targets = dataset
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "targets.npy", targets)
    mapped, mapped_targets = (np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("images", "targets"))
    expected = predict(model, images, targets, INDICES)
    for given_images, given_targets, given_indices in (
        (mapped, mapped_targets, INDICES),
        (torch.from_numpy(images), torch.from_numpy(targets), torch.from_numpy(INDICES)),
        (images, targets.astype(np.uint8), INDICES.astype(np.int32)),
    ):
        predictions = predict(model, given_images, given_targets, given_indices, batch_size=5)
        np.testing.assert_allclose(predictions.logits, expected.logits, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(predictions.targets, expected.targets)
    np.testing.assert_array_equal(mapped, images)


def test_mode_is_restored_and_nothing_learned(model, dataset):
    model.train()
    model.normalize.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    predict(model, *dataset, INDICES)
    assert model.training
    assert model.network.classifier.training
    assert not model.normalize.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_mode_is_restored_after_an_error(dataset):
    class Broken(nn.Module):
        def forward(self, images):
            raise RuntimeError("broken")

    model = Broken()
    with pytest.raises(RuntimeError, match="broken"):
        predict(model, *dataset, INDICES)
    assert model.training


def test_images_come_in_as_channels_last_floats_in_the_unit_interval(dataset):
    class Spy(nn.Module):
        def forward(self, images):
            assert images.dtype == torch.float32
            assert images.is_contiguous(memory_format=torch.channels_last)
            assert torch.is_inference_mode_enabled()
            assert images.max() <= 1
            assert images.min() >= 0
            return images.mean(dim=(2, 3))

    images, _ = dataset
    predictions = predict(Spy(), images, np.zeros(60, np.int64), INDICES)
    np.testing.assert_allclose(predictions.logits, images[INDICES].mean(axis=(2, 3)) / 255, rtol=1e-5)


def test_bfloat16_is_computed_under_autocast(model, dataset):
    exact = predict(model, *dataset, INDICES, dtype=torch.float32)
    rounded = predict(model, *dataset, INDICES, dtype=torch.bfloat16)
    assert rounded.logits.dtype == np.float32
    assert not np.array_equal(rounded.logits, exact.logits)
    np.testing.assert_allclose(rounded.logits, exact.logits, atol=0.1 * np.abs(exact.logits).max())
    assert next(model.parameters()).dtype == torch.float32


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"images": np.zeros((60, 3, 32, 32), np.float32)}, "images .* float32; allowed"),
        ({"images": np.zeros((60, 32, 32), np.uint8)}, "images .*; allowed"),
        ({"targets": np.zeros(8, np.int64)}, r"targets of shape \(8,\); allowed: \(60,\)"),
        ({"indices": np.array([], np.int64)}, r"indices of shape \(0,\)"),
        ({"indices": np.array([0, 60])}, "indices from 0 to 60; allowed: 0 to 59"),
        ({"indices": np.array([-1])}, "indices from -1 to -1"),
        ({"batch_size": 0}, "batch_size 0; allowed: 1"),
        ({"dtype": torch.float16}, "dtype torch.float16; allowed"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(dataset, changes, match):
    images, targets = dataset
    arguments = {"images": images, "targets": targets, "indices": INDICES, "batch_size": 4} | changes
    with pytest.raises(ValueError, match=match):
        predict(nn.Flatten(), **arguments)


@pytest.mark.parametrize("package", ["cifar_core.evaluation", "cifar_core.attribution"])
def test_metrics_and_tables_need_no_torch(package):
    code = f"import sys, {package}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_flip_averaging_is_the_mean_over_both_sides(model, dataset):
    images, targets = dataset
    indices = np.arange(len(images))
    mirrored = np.ascontiguousarray(images[..., ::-1])
    plain = [predict(model, pictures, targets, indices).logits for pictures in (images, mirrored)]
    averaged = predict(model, images, targets, indices, views=Views(mirrored=True))
    np.testing.assert_allclose(averaged.logits, (plain[0] + plain[1]) / 2, atol=1e-6)
    assert not np.allclose(averaged.logits, plain[0])


@pytest.mark.parametrize("mirrored", [False, True])
def test_shift_averaging_counts_the_image_in_its_place_half(model, dataset, mirrored):
    images, targets = dataset
    wider = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
    moved = [images, wider[..., 2:, 2:], wider[..., :-2, :-2]]
    views = Views(mirrored=mirrored)
    each = [predict(model, pictures, targets, np.arange(len(images)), views=views).logits for pictures in moved]
    averaged = predict(model, images, targets, np.arange(len(images)), views=Views(mirrored, shifted=True))
    np.testing.assert_allclose(averaged.logits, each[0] / 2 + each[1] / 4 + each[2] / 4, atol=1e-6)
    assert not np.allclose(averaged.logits, each[0], atol=1e-3)
