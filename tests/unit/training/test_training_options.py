"""python -m pytest tests/unit/training/test_training_options.py. Averages, clipping, subsets, noise, forks."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cifar_core.config import RMSpropConfig, SimpleCNNConfig
from cifar_core.data import create_splits, noisy_labels, subset_of_train
from cifar_core.inference.activations import measure_dead_relus
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.training.average import update_average
from cifar_core.training.checkpoint import load_classifier, load_weights
from cifar_core.training.events import EpochDone, StepsDone
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.state import create_training_state
from cifar_core.training.step import gradient_norm, train_step
from tests.unit.training.watching import run


def tensors(run_dir, which="last"):
    return load_classifier(run_dir / "checkpoints" / f"{which}.safetensors").state_dict()


def assert_same(left, right):
    for name, tensor in left.items():
        assert torch.equal(tensor, right[name]), name


def test_the_average_is_torchs_with_a_warm_up():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    average = create = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    create.load_state_dict(model.state_dict())
    reference = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.999), use_buffers=False)
    reference.update_parameters(model)  # torch's first update copies
    for step in range(100_000, 100_005):
        model(torch.randn(8, 3))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        update_average(average, model, 0.999, step)
        reference.update_parameters(model)
    for ours, theirs in zip(average.parameters(), reference.module.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    assert torch.equal(average[1].running_mean, model[1].running_mean)


def test_the_first_steps_of_an_average_forget_the_initial_weights():
    average, model = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.zeros_(average.weight)
    nn.init.ones_(model.weight)
    update_average(average, model, 0.999, 0)
    assert average.weight.item() == pytest.approx(0.9)


def test_a_run_with_an_average_continues_bit_for_bit_and_is_judged_by_it(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"training.num_epochs": 3, "training.ema_decay": 0.9})
    result, _ = run(config, tiny_dataset, tmp_path / "whole")
    steps = create_training_state(config, tiny_dataset, "cpu").steps_per_epoch
    run(config, tiny_dataset, tmp_path / "parts", stop_after=2 * steps + 1)
    again, _ = run(config, tiny_dataset, tmp_path / "parts")
    assert_same(tensors(tmp_path / "whole"), tensors(tmp_path / "parts"))
    assert again.last_val_accuracy == result.last_val_accuracy
    plain, _ = run(with_overrides(config, {"training.ema_decay": 0.0}), tiny_dataset, tmp_path / "plain")
    averaged, raw = tensors(tmp_path / "whole"), tensors(tmp_path / "plain")
    assert any(not torch.equal(averaged[name], raw[name]) for name in raw), "the average is not the last step"
    assert plain.status == result.status == "completed"


def test_clipping_shortens_the_gradient_and_no_clipping_does_not():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    images, targets = torch.rand(16, 3, 32, 32) * 50, torch.arange(16) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    lengths = []
    for clipping in (0.0, 0.5):
        options = {"label_smoothing": 0.0, "precision": "float32", "gradient_clipping": clipping}
        train_step(model, optimizer, images, targets, **options)
        lengths.append(gradient_norm(model))
    expected = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm()
    assert lengths[0] > 1
    assert lengths[1] == pytest.approx(0.5, abs=1e-4) == pytest.approx(float(expected), abs=1e-4)


def test_steps_report_the_gradients_length(tmp_path, tiny_dataset, tiny_config):
    _, events = run(with_overrides(tiny_config, {"training.gradient_clipping": 0.1}), tiny_dataset, tmp_path)
    norms = [event.gradient_norm for event in events if isinstance(event, StepsDone)]
    assert norms
    assert all(0 < norm <= 0.1001 for norm in norms)


def test_a_changed_learning_rate_holds_from_its_step_on_and_after_a_resume(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"training.num_epochs": 3, "schedule.name": "constant"})
    steps = create_training_state(config, tiny_dataset, "cpu").steps_per_epoch

    def factor(step):
        return 0.25 if step >= steps + 1 else 1.0

    _, events = run(config, tiny_dataset, tmp_path / "whole", factor=factor)
    rates = [event.learning_rate for event in events if isinstance(event, EpochDone)]
    peak = config.optimizer.learning_rate
    assert rates == pytest.approx([peak, peak / 4, peak / 4])
    run(config, tiny_dataset, tmp_path / "parts", stop_after=2 * steps + 1, factor=factor)
    run(config, tiny_dataset, tmp_path / "parts", factor=factor)
    assert_same(tensors(tmp_path / "whole"), tensors(tmp_path / "parts"))


def test_a_finished_run_can_be_extended(tmp_path, tiny_dataset, tiny_config):
    constant = with_overrides(tiny_config, {"schedule.name": "constant"})
    run(with_overrides(constant, {"training.num_epochs": 2}), tiny_dataset, tmp_path)
    result, events = run(with_overrides(constant, {"training.num_epochs": 4}), tiny_dataset, tmp_path)
    assert result.last_epoch == 4
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [3, 4]
    run(with_overrides(constant, {"training.num_epochs": 4}), tiny_dataset, tmp_path / "at-once")
    assert_same(tensors(tmp_path), tensors(tmp_path / "at-once"))


def test_a_run_can_start_from_anothers_weights(tmp_path, tiny_dataset, tiny_config):
    run(tiny_config, tiny_dataset, tmp_path / "first")
    start = tmp_path / "second" / "checkpoints" / "start.safetensors"
    start.parent.mkdir(parents=True)
    start.write_bytes((tmp_path / "first" / "checkpoints" / "last.safetensors").read_bytes())
    config = with_overrides(tiny_config, {"training.num_epochs": 1, "optimizer.learning_rate": 1e-9})
    run(config, tiny_dataset, tmp_path / "second")
    first, second = tensors(tmp_path / "first"), tensors(tmp_path / "second")
    for name, tensor in first.items():
        if "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(second[name], tensor, rtol=0, atol=1e-5)


def test_a_start_keeps_its_own_scaling_and_refuses_another_network(tmp_path, tiny_dataset, tiny_config):
    run(tiny_config, tiny_dataset, tmp_path)
    path = tmp_path / "checkpoints" / "best.safetensors"
    twin = create_classifier(tiny_config, mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7))
    load_weights(path, twin)
    expected = [0.1, 0.2, 0.3] if tiny_config.data.normalization == "dataset" else None
    assert expected is None or twin.normalize.mean.flatten().tolist() == pytest.approx(expected)
    other = with_overrides(tiny_config, {"model.name": "mlp"})
    with pytest.raises(ValueError, match="does not fit"):
        load_weights(path, create_classifier(other, mean=(0,) * 3, std=(1,) * 3))


@pytest.mark.parametrize("fraction", [0.1, 0.5])
def test_a_subset_has_the_same_share_of_each_class_and_grows(tiny_dataset, fraction):
    splits = create_splits(tiny_dataset, 0.1, 0)
    chosen = subset_of_train(tiny_dataset, splits, fraction, 0)
    counts = np.bincount(tiny_dataset.labels[chosen], minlength=10)
    whole = np.bincount(tiny_dataset.labels[splits.train], minlength=10)
    assert (np.abs(counts - fraction * whole) <= 2).all()
    assert np.isin(chosen, subset_of_train(tiny_dataset, splits, fraction + 0.2, 0)).all()
    assert np.array_equal(subset_of_train(tiny_dataset, splits, 1.0, 0), splits.train)


def test_noise_replaces_a_share_of_the_training_labels_only(tiny_dataset):
    train = create_splits(tiny_dataset, 0.1, 0).train
    labels = noisy_labels(tiny_dataset, train, 0.3, 0)
    changed = np.flatnonzero(labels != tiny_dataset.labels)
    assert len(changed) == round(0.3 * len(train))
    assert np.isin(changed, train).all()
    assert ((labels >= 0) & (labels < 10)).all()
    more = noisy_labels(tiny_dataset, train, 0.6, 0)
    assert np.array_equal(more[changed], labels[changed])
    assert np.array_equal(noisy_labels(tiny_dataset, train, 0.0, 0), tiny_dataset.labels)


def test_training_sees_the_subset_and_the_noise_but_val_does_not(tmp_path, tiny_dataset, tiny_config):
    config = with_overrides(tiny_config, {"data.train_fraction": 0.5, "data.label_noise": 1.0})
    state = create_training_state(config, tiny_dataset, "cpu")
    train = state.splits.train
    assert len(train) == pytest.approx(0.5 * len(create_splits(tiny_dataset, 0.1, 0).train), abs=10)
    assert not (state.pool.labels[train].numpy() == tiny_dataset.labels[train]).any()
    run(config, tiny_dataset, tmp_path)
    from cifar_core.evaluation.predictions import load_predictions

    saved = load_predictions(tmp_path / "predictions" / "val-0001.npz")
    assert np.array_equal(saved.targets, tiny_dataset.labels[saved.indices])


def test_rmsprop_is_torchs():
    torch.manual_seed(0)
    model, twin = nn.Linear(4, 3, bias=False), nn.Linear(4, 3, bias=False)
    twin.load_state_dict(model.state_dict())
    ours = create_optimizer(RMSpropConfig(learning_rate=0.01, momentum=0.5, weight_decay=0.1), model)
    theirs = torch.optim.RMSprop(twin.parameters(), lr=0.01, momentum=0.5, weight_decay=0.1)
    for _ in range(4):
        images = torch.randn(8, 4)
        for network, optimizer in ((model, ours), (twin, theirs)):
            optimizer.zero_grad()
            network(images).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(model.weight, twin.weight)


def test_units_that_never_fire_are_counted(tiny_dataset, tiny_config):
    config = tiny_config.model_copy(update={"model": SimpleCNNConfig(width=4, hidden_size=8)})
    classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
    with torch.no_grad():
        classifier.network.conv1.weight[1] = 0
        classifier.network.conv1.bias[:] = torch.tensor([100.0, -1.0, 100.0, 100.0])
    shares = measure_dead_relus(classifier, tiny_dataset.images, np.arange(40))
    assert shares["relu1"] == pytest.approx(0.25)
    assert set(shares) == {"relu1", "relu2", "relu3"}
    assert all(0 <= share <= 1 for share in shares.values())


def test_each_epoch_tells_its_dead_units(tmp_path, tiny_dataset, tiny_config):
    _, events = run(tiny_config, tiny_dataset, tmp_path)
    for event in events:
        if isinstance(event, EpochDone):
            assert event.dead_relus
            assert all(0 <= share <= 1 for share in event.dead_relus.values())
