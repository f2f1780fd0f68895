"""python -m pytest tests/unit/training/test_range_test.py. The learning-rate range test and the speed probe."""

import math

import numpy as np
import pytest

from cifar_core.config import MLPConfig, RunConfig, SGDConfig, SimpleCNNConfig, TrainingConfig
from cifar_core.data import create_splits, load_dataset
from cifar_core.derived import DerivedStore, Request
from cifar_core.derived.kinds import KINDS
from cifar_core.derived.worker import work_on
from cifar_core.training import probe, range_test
from cifar_core.training.probe import probe_speed
from cifar_core.training.range_test import CutShortError, run_range_test, summarize_range


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
    assert found.learning_rates[0] == pytest.approx(1e-3 * 0.05)
    assert len(found.losses) < 96  # SGD bursts long before 1000 times its usual rate
    assert found.is_burst[0]
    assert 1e-4 < found.suggested[0] < 1
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1


def test_the_same_config_gives_the_same_curve(dataset, config):
    first, second = run_range_test(config, dataset), run_range_test(config, dataset)
    np.testing.assert_array_equal(first.losses, second.losses)


def test_a_slow_network_gets_fewer_steps_over_the_same_range(dataset, config, monkeypatch):
    monkeypatch.setattr(range_test, "_SECONDS", 0.0)
    monkeypatch.setattr(range_test, "_BURST", math.inf)
    monkeypatch.setattr(range_test, "train_on", lambda state, batch: (2.0, None))
    found = run_range_test(config, dataset)
    assert len(found.losses) == 48
    assert found.learning_rates[-1] == pytest.approx(1e3 * 0.05)
    assert (np.diff(found.learning_rates) > 0).all()
    assert not found.is_burst[0]


class Clock:
    """Time that passes as a test says."""

    def __init__(self, seconds):
        self.now, self.seconds = 0.0, iter(seconds)

    def perf_counter(self):
        return self.now

    def train_on(self, state, batch):
        self.now += next(self.seconds)
        return 2.0, None


def test_a_moment_of_load_costs_no_steps(dataset, config, monkeypatch):
    clock = Clock([9.0, 9.0, 9.0, 0.1, 9.0, *[0.1] * 100])
    monkeypatch.setattr(range_test, "time", clock)
    monkeypatch.setattr(range_test, "train_on", clock.train_on)
    assert len(run_range_test(config, dataset).losses) == 96


def test_a_test_that_is_cut_short_says_how_far_it_came_and_nothing_else(dataset, config, monkeypatch):
    clock = Clock([0.1] * 20 + [40.0] * 100)
    monkeypatch.setattr(range_test, "time", clock)
    monkeypatch.setattr(range_test, "train_on", clock.train_on)
    with pytest.raises(
        CutShortError, match=r"after 28 of 96 steps, at a learning rate of 0\.00\d+ on the way from 5e-05"
    ):
        run_range_test(config, dataset)


def test_a_cut_test_is_not_kept_and_can_be_asked_again(tmp_path, config, monkeypatch):
    dataset = load_dataset(tmp_path)
    request = Request("range_test", dataset.fingerprint, {"config": config.model_dump_json()})
    store = DerivedStore(tmp_path)
    monkeypatch.setattr(range_test, "_MOST_SECONDS", -1.0)
    work_on(tmp_path, request)
    progress = store.progress(request)
    assert (progress.state, store.load(request)) == ("failed", None)
    assert progress.message.startswith("the time ran out after 0 of 96 steps")
    assert "nothing is suggested" in progress.message
    monkeypatch.undo()
    store.forget(request)
    work_on(tmp_path, request)
    assert store.progress(request).state == "done"


def test_a_burst_after_few_steps_suggests_nothing():
    rates = np.geomspace(1e-3, 1, 8)
    found = summarize_range(rates, np.array([2.3, 2.0, 1.6, 1.4, 1.2, 1.0, 0.9, 0.8]), is_burst=True)
    assert math.isnan(found.suggested[0])


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
        "is_burst",
    }
    assert set(KINDS["probe"](dataset, options, lambda share: None)) == {"images_per_second", "epoch_seconds"}
