"""python -m pytest tests/unit/sweeps/test_forecast.py. What can be searched, how long it takes, what lies between."""

import numpy as np
import pytest

from cifar_core.config import RunConfig, SGDConfig
from cifar_core.experiments import pace_of
from cifar_core.presets import PRESETS
from cifar_core.sweeps import (
    begin_with,
    create_plan,
    expect_promotion_seconds,
    expect_run_seconds,
    expect_search_seconds,
    expect_trials,
    list_searchable,
    list_stages,
    measure_progress,
    read_space,
    sample_configs,
    smooth_between,
)
from tests.unit.sweeps.test_sweeps import plan, runs, sweeps, trainers  # noqa: F401  fixtures

WIDTHS = {"search": {"model.width": "lin:4:64"}, "settings": {"training.num_epochs": 9}, "budget": "27 runs"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_and_choice_of_every_preset_begins_with_what_may_be_searched(name):
    config = PRESETS[name].config
    searchable = list_searchable(config)
    for path, each in searchable.items():
        (dimension,) = read_space(config, {path: begin_with(config, each)})
        assert dimension.ends[0] != dimension.ends[1]
        assert dimension.choices or each.least <= dimension.low < dimension.high <= each.most
        assert dimension.choices or dimension.is_log == each.is_log
    assert {"optimizer.name", "optimizer.learning_rate", "model.name", "training.batch_size"} <= searchable.keys()
    assert not {"training.seed", "data.split_seed", "training.device", "data.only", "model.blocks"} & searchable.keys()


def test_ranges_lie_around_the_value_and_keep_what_goes_with_it():
    config = RunConfig(optimizer=SGDConfig(learning_rate=0.2))
    searchable = list_searchable(config)
    assert begin_with(config, searchable["optimizer.learning_rate"]) == "log:0.02:2"
    assert begin_with(config, searchable["training.batch_size"]) == "log:32:512"
    assert begin_with(config, searchable["augmentation.horizontal_flip"]) == [False, True]
    assert begin_with(config, searchable["optimizer.momentum"]) == "lin:0.05:0.99"  # nesterov needs some
    resnet = PRESETS["resnet"].config
    assert begin_with(resnet, list_searchable(resnet)["model.depth"]) == "lin:14:40"  # 6n + 2


@pytest.mark.parametrize("text", ["log:0.001:1", "lin:0.2:0.8"])
def test_a_share_of_a_range_and_its_value_are_the_same(text):
    (dimension,) = read_space(RunConfig(), {"optimizer.learning_rate": text})
    assert [dimension.at(share) for share in (0.0, 1.0)] == [dimension.low, dimension.high]
    assert dimension.share_of(dimension.at(0.4)) == pytest.approx(0.4, abs=1e-3)
    (choice,) = read_space(RunConfig(), {"data.normalization": ["none", "half", "dataset"]})
    assert [choice.at(choice.share_of(each)) for each in choice.choices] == list(choice.choices)


def test_halving_trains_fewer_and_fewer_for_longer_and_longer():
    halved = create_plan(WIDTHS | {"halving": {"factor": 3}})
    stages = list_stages(halved, 27, 9)
    assert [(stage.num_trials, stage.first, stage.last) for stage in stages] == [(27, 0, 1), (9, 1, 3), (3, 3, 9)]
    # 27 + 18 + 18 epochs, of 9 in each run.
    assert expect_search_seconds(halved, 90.0) == pytest.approx(63 * 10)
    assert expect_search_seconds(create_plan(WIDTHS), 90.0) == pytest.approx(27 * 90)
    assert expect_search_seconds(create_plan(WIDTHS | {"num_seeds": 2}), 90.0) == pytest.approx(26 * 90)


def test_a_run_takes_what_configurations_spread_over_the_search_take_on_average():
    wanted = create_plan(WIDTHS)
    configs = sample_configs(wanted)
    widths = [config.model.width for config in configs]
    assert len(set(widths)) == 4
    assert min(widths) < 24 < 44 < max(widths)
    paces = {pace_of(config): float(config.model.width) for config in configs}
    assert expect_run_seconds(configs, paces) == pytest.approx(9 * np.mean(widths))
    paces.pop(pace_of(configs[0]))
    assert expect_run_seconds(configs, paces) is None


def test_other_settings_or_another_search_have_other_configurations():
    first = sample_configs(create_plan(WIDTHS))
    assert sample_configs(create_plan(WIDTHS | {"budget": "10 min", "num_seeds": 2})) == first
    other = sample_configs(create_plan(WIDTHS | {"settings": {"training.batch_size": 32}}))
    assert {config.training.batch_size for config in other} == {32}
    searched = create_plan(WIDTHS | {"search": {"model.hidden_size": [8, 16]}})
    assert {config.model.hidden_size for config in sample_configs(searched)} == {8, 16}


def test_minutes_are_what_they_are_and_enough_for_so_many():
    minutes = create_plan(WIDTHS | {"budget": "10 min", "num_seeds": 2})
    assert expect_search_seconds(minutes, 30.0) == 600
    assert expect_trials(minutes, 30.0) == 10
    assert expect_trials(minutes, 10_000.0) == 1
    assert expect_trials(create_plan(WIDTHS), 1.0) == 27


def test_progress_counts_epochs_and_tells_the_rest_by_what_they_took(sweeps, runs, trainers):  # noqa: F811
    sweep = sweeps.advance(sweeps.start(plan(halving={"factor": 3}, budget=27)).id)
    assert measure_progress(sweep, runs.list_runs()) == measure_progress(sweep, [])
    assert measure_progress(sweep, []).seconds_left is None
    trainers.train_all()  # 27 epochs of 63, ten seconds each
    progress = measure_progress(sweeps.get(sweep.id), runs.list_runs())
    assert progress.share == pytest.approx(27 / 63)
    assert progress.seconds_left == pytest.approx(360)
    done = trainers.finish(sweep.id)
    assert measure_progress(done, runs.list_runs()).share == 1
    assert expect_promotion_seconds(done, 3, 5) == pytest.approx(3 * 5 * 90)


def test_what_promoting_takes_is_told_by_what_was_trained_though_not_to_the_end(sweeps, trainers):  # noqa: F811
    sweep = sweeps.advance(sweeps.start(plan(halving={"factor": 3}, budget=9)).id)
    assert expect_promotion_seconds(sweep, 3, 5) is None
    trainers.train_all()
    assert expect_promotion_seconds(sweeps.advance(sweep.id), 1, 2) == pytest.approx(2 * 90)


def test_a_surface_passes_near_its_points_and_says_nothing_where_none_is():
    x, y = np.array([0.1, 0.2, 0.15]), np.array([0.1, 0.15, 0.2])
    surface = smooth_between(x, y, np.array([0.3, 0.5, 0.4]))
    assert surface.values.shape == (41, 41)
    known = surface.values[~np.isnan(surface.values)]
    assert known.min() >= 0.3
    assert known.max() <= 0.5
    assert np.isnan(surface.values[-1, -1])
    assert 0.02 < surface.share_known < 0.6
    # A row for each place upwards: right of the first point lies the second.
    assert surface.values[6, 8] > surface.values[4, 4]
    everywhere = smooth_between(*np.random.default_rng(0).random((2, 200)), np.linspace(0, 1, 200))
    assert everywhere.share_known > 0.9
    assert smooth_between(x[:0], y[:0], x[:0]).share_known == 0
