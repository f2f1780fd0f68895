"""python -m pytest tests/unit/training/test_step.py."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from cifar_core.training.step import DivergedError, StepMeter, StepTotals, train_step


def test_one_step_is_one_gradient_step():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 10))
    twin = nn.Sequential(nn.Flatten(), nn.Linear(12, 10))
    twin.load_state_dict(model.state_dict())
    images, targets = torch.rand(6, 3, 2, 2), torch.arange(6)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss, num_correct = train_step(model, optimizer, images, targets, label_smoothing=0.1, precision="float32")

    expected = functional.cross_entropy(twin(images), targets, label_smoothing=0.1)
    correct = (twin(images).argmax(1) == targets).sum()
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    assert num_correct == correct
    torch.testing.assert_close(model[1].weight, twin[1].weight - 0.1 * twin[1].weight.grad)


def test_bfloat16_keeps_weights_and_loss_in_float32():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss, _ = train_step(
        model, optimizer, torch.rand(6, 3, 2, 2), torch.arange(6), label_smoothing=0, precision="bfloat16"
    )
    assert loss.dtype == model[1].weight.dtype == torch.float32


def test_meter_weights_losses_by_batch_size_and_starts_anew():
    meter = StepMeter()
    meter.add(torch.tensor(1.0), torch.tensor(2), 4)
    meter.add(torch.tensor(4.0), torch.tensor(1), 2)
    totals = meter.read(last_step=2)
    assert (totals.mean_loss, totals.accuracy, totals.num_images) == (2.0, 0.5, 6)
    assert totals.images_per_second > 0
    assert meter.read(last_step=2) == StepTotals()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_the_first_step_that_is_not_finite_is_named(bad):
    meter = StepMeter()
    for loss in (1.0, bad, float("nan")):
        meter.add(torch.tensor(loss), torch.tensor(0), 4)
    with pytest.raises(DivergedError, match="at step 12") as caught:
        meter.read(last_step=13)
    assert caught.value.step == 12


def test_totals_add_up_part_by_part():
    total = StepTotals(1.5, 2, 10, 0.25) + StepTotals(2.0, 3, 5, 0.5)
    assert (total.mean_loss, total.accuracy) == (pytest.approx(3.5 / 15), pytest.approx(5 / 15))
    assert (total.num_images, total.seconds) == (15, 0.75)
    assert total.images_per_second == pytest.approx(15 / 0.75)
