"""python -m pytest tests/unit/training/test_schedule.py. torch's scheduler is the reference for one cycle."""

import itertools
import math

import pytest
import torch

from cifar_core.config import (
    ConstantScheduleConfig,
    CosineScheduleConfig,
    LinearScheduleConfig,
    OneCycleScheduleConfig,
    StepScheduleConfig,
)
from cifar_core.training.schedule import compute_learning_rate


def rates(schedule, num_steps, peak=0.2):
    return [compute_learning_rate(schedule, peak, step, num_steps) for step in range(num_steps)]


@pytest.mark.parametrize(("num_steps", "warmup"), [(10, 0.3), (100, 0.3), (997, 0.25), (50, 0.9)])
def test_one_cycle_equals_torch(num_steps, warmup):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    reference = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=num_steps, pct_start=warmup, cycle_momentum=False
    )
    expected = []
    for _ in range(num_steps):
        expected.append(reference.get_last_lr()[0])
        optimizer.step()
        if len(expected) < num_steps:
            reference.step()
    assert rates(OneCycleScheduleConfig(warmup_fraction=warmup), num_steps) == pytest.approx(expected, rel=1e-9)


def test_constant_stays():
    assert set(rates(ConstantScheduleConfig(), 7)) == {0.2}


def test_cosine_climbs_linearly_then_falls_by_half_a_cosine():
    values = rates(CosineScheduleConfig(warmup_fraction=0.2), 100)
    assert values[:20] == pytest.approx([0.2 * (step + 1) / 21 for step in range(20)])
    assert values[20] == pytest.approx(0.2)
    assert values[60] == pytest.approx(0.1)
    assert values[99] == pytest.approx(0.1 * (1 + math.cos(math.pi * 79 / 80)))


@pytest.mark.parametrize("schedule", [ConstantScheduleConfig(), CosineScheduleConfig(), OneCycleScheduleConfig()])
@pytest.mark.parametrize("num_steps", [1, 2, 3])
def test_shortest_runs_get_finite_rates_within_the_peak(schedule, num_steps):
    for rate in rates(schedule, num_steps):
        assert 0 <= rate <= 0.2


def test_steps_drop_at_even_distances():
    schedule = StepScheduleConfig(num_drops=2, factor=0.1)
    rates = [compute_learning_rate(schedule, 1.0, step, 9) for step in range(9)]
    assert rates == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])


def test_linear_climbs_and_falls_in_straight_lines():
    schedule = LinearScheduleConfig(warmup_fraction=0.2)
    rates = [compute_learning_rate(schedule, 2.0, step, 20) for step in range(20)]
    assert rates[:4] == pytest.approx([0.4, 0.8, 1.2, 1.6])
    assert rates[4] == pytest.approx(2.0)
    falls = [left - right for left, right in itertools.pairwise(rates[4:])]
    assert falls == pytest.approx([2.0 / 16] * 15)
    assert compute_learning_rate(LinearScheduleConfig(warmup_fraction=0), 1.0, 0, 10) == 1.0
