"""python -m pytest tests/unit/training/test_range_test.py. The learning-rate range test and the speed probe."""

import math

import numpy as np
import pytest

from cifar_core.config import MLPConfig, RunConfig, SGDConfig, SimpleCNNConfig, TrainingConfig
from cifar_core.data import create_splits, load_dataset
from cifar_core.derived.kinds import KINDS
from cifar_core.training import probe, range_test
from cifar_core.training.probe import probe_speed
from cifar_core.training.range_test import run_range_test, summarize_range


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return load_dataset(tmp_path_factory.mktemp("practice"))


@pytest.fixture
def config():
    return RunConfig(
        model=SimpleCNNConfig(width=8, hidden_size=32, batch_norm=True),
        optimizer=SGDConfig(),
        training=TrainingConfig(batch_size=64, device="cpu", num_threads=1),
    )


def test_the_suggestion_is_a_tenth_of_the_rate_at_the_lowest_point():
    rates = np.geomspace(1e-5, 10, 61)
    losses = 2 + (np.log10(rates) - math.log10(0.1)) ** 2
    found = summarize_range(rates, losses)
    lowest = rates[found.smoothed.argmin()]
    assert found.suggested[0] == pytest.approx(lowest / 10, rel=0.05)
    assert 0.1 <= lowest < 1  # the running mean lags behind the losses, never ahead of them
    assert found.smoothed[0] == losses[0]
    weights = 0.9 ** np.arange(61)[::-1]
    assert found.smoothed[-1] == pytest.approx((losses * weights).sum() / weights.sum())


def test_a_loss_that_never_falls_has_no_suggestion():
    assert math.isnan(summarize_range(np.geomspace(1e-3, 1, 20), np.linspace(2, 3, 20)).suggested[0])
    assert math.isnan(summarize_range(np.empty(0), np.empty(0)).suggested[0])


def test_rates_rise_by_one_factor_until_the_loss_bursts(dataset, config):
    shares = []
    found = run_range_test(config, dataset, shares.append)
    ratios = found.learning_rates[1:] / found.learning_rates[:-1]
    np.testing.assert_allclose(ratios, ratios[0])
    assert found.learning_rates[0] == pytest.approx(1e-4 * 0.05)
    assert len(found.losses) < 120  # SGD bursts long before 1000 times its usual rate
    assert 1e-4 < found.suggested[0] < 1
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1


def test_the_same_config_gives_the_same_curve(dataset, config):
    first, second = run_range_test(config, dataset), run_range_test(config, dataset)
    np.testing.assert_array_equal(first.losses, second.losses)


def test_a_slow_network_gets_fewer_steps(dataset, config, monkeypatch):
    monkeypatch.setattr(range_test, "_SECONDS", 0.0)
    monkeypatch.setattr(range_test, "_BURST", math.inf)
    assert len(run_range_test(config, dataset).losses) <= 24


def test_the_probe_estimates_a_whole_epoch(dataset, config, monkeypatch):
    monkeypatch.setattr(probe, "_SECONDS", 0.2)
    dense = config.model_copy(update={"model": MLPConfig(hidden_size=2048, num_hidden_layers=4)})
    fast, slow = probe_speed(config, dataset), probe_speed(dense, dataset)
    assert fast.images_per_second[0] > slow.images_per_second[0] > 0
    num_train = len(create_splits(dataset, 0.1, 0).train)
    assert fast.epoch_seconds[0] > num_train / fast.images_per_second[0]


def test_both_are_derived_kinds(dataset, config, monkeypatch):
    monkeypatch.setattr(probe, "_SECONDS", 0.05)
    options = {"config": config.model_dump_json()}
    assert set(KINDS["range_test"](dataset, options, lambda share: None)) == {
        "learning_rates",
        "losses",
        "smoothed",
        "suggested",
    }
    assert set(KINDS["probe"](dataset, options, lambda share: None)) == {"images_per_second", "epoch_seconds"}
