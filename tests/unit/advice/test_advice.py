"""python -m pytest tests/unit/advice/test_advice.py. Each rule, on curves that must trigger it or not."""

import math

import pytest

from cifar_core.advice import (
    RULES,
    History,
    LossCourse,
    diagnose,
    find_chance_level,
    find_dead_relus,
    find_divergence,
    find_overfitting,
    find_plateau,
    find_spike,
    find_still_improving,
    find_val_above_train,
)
from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS

NOTEBOOK = PRESETS["notebook"].config


def epochs(val_accuracy, val_loss=None, train_loss=None, train_accuracy=None, dead=None):
    number = len(val_accuracy)
    val_loss = val_loss or [1.0] * number
    train_loss = train_loss or [1.0] * number
    train_accuracy = train_accuracy or val_accuracy
    return [
        {
            "epoch": place + 1,
            "val/accuracy": val_accuracy[place],
            "val/loss": val_loss[place],
            "train/loss": train_loss[place],
            "train/accuracy": train_accuracy[place],
            "dead_relus": dead or {},
        }
        for place in range(number)
    ]


def steps(losses):
    return [{"step": 10 * (place + 1), "train/loss": loss} for place, loss in enumerate(losses)]


def history(rows=(), step_rows=(), overrides=None, **facts):
    return History(
        with_overrides(NOTEBOOK, overrides or {}), rows, LossCourse().follow(step_rows), steps_per_epoch=100, **facts
    )


FALLING = [2.3 * 0.97**step for step in range(60)]
GROWING = [0.4, 0.5, 0.6, 0.65, 0.68, 0.7, 0.72, 0.74, 0.76, 0.78]


def test_a_diverged_run_has_nothing_else_to_say():
    found = diagnose(history(epochs([0.1] * 5), steps([2, 3, 9]), has_ended=True, has_diverged=True))
    assert [finding.name for finding in found] == ["Divergence"]
    assert found[0].changes == {"optimizer.learning_rate": pytest.approx(1e-4)}
    assert found[0].epoch == pytest.approx(0.3)
    assert find_divergence(history(epochs([0.1] * 5))) is None


def test_a_leap_of_the_loss_is_a_spike_and_noise_is_none():
    leap = [*FALLING[:30], 6.0, 5.0, 4.0, *FALLING[30:]]
    finding = find_spike(history(step_rows=steps(leap)))
    assert 3.0 < finding.epoch <= 3.4
    assert finding.changes == {"optimizer.learning_rate": pytest.approx(0.00033)}
    noise = [loss * (1 + 0.15 * math.sin(3 * place)) for place, loss in enumerate(FALLING)]
    assert find_spike(history(step_rows=steps(noise))) is None
    small = [0.05] * 10 + [0.12] * 10  # more than double, but hardly anything: what learning by heart looks like
    assert find_spike(history(step_rows=steps(small))) is None
    assert find_spike(history()) is None


@pytest.mark.parametrize(("rate", "expected"), [(1.0, 0.1), (1e-7, 1e-6)])
def test_guessing_is_noted_and_the_rate_moves_towards_the_usual_one(rate, expected):
    found = find_chance_level(history(epochs([0.1, 0.11, 0.09]), overrides={"optimizer.learning_rate": rate}))
    assert found.changes["optimizer.learning_rate"] == pytest.approx(expected)


@pytest.mark.parametrize("accuracies", [[0.1], [0.1, 0.14], GROWING])
def test_learning_or_a_first_epoch_is_not_chance(accuracies):
    assert find_chance_level(history(epochs(accuracies))) is None


VAL_RISING = [1.4, 1.1, 1.0, 1.04, 1.1, 1.2]
TRAIN_FALLING = [1.5, 1.1, 0.9, 0.6, 0.4, 0.2]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, {"augmentation.crop_padding": 4, "augmentation.horizontal_flip": True}),
        ({"augmentation.crop_padding": 4}, {"model.dropout": 0.3}),
        ({"augmentation.crop_padding": 4, "model.dropout": 0.1}, {"training.label_smoothing": 0.1}),
        (
            {"augmentation.crop_padding": 4, "model.dropout": 0.1, "training.label_smoothing": 0.1},
            {"augmentation.cutout_size": 12},
        ),
        (
            {
                "augmentation.crop_padding": 4,
                "model.dropout": 0.1,
                "training.label_smoothing": 0.1,
                "augmentation.cutout_size": 8,
            },
            {"training.early_stopping_patience": 3},
        ),
        ({"data.only": "sel-" + "0" * 16}, {"data.only": ""}),
    ],
)
def test_a_gap_that_opens_is_overfitting_and_the_next_remedy_is_named(overrides, expected):
    found = find_overfitting(history(epochs([0.6] * 6, VAL_RISING, TRAIN_FALLING), overrides=overrides))
    assert found.epoch == 3
    assert "From epoch 3 on val loss rises, 1.00 to 1.20" in found.text
    assert found.changes == expected


@pytest.mark.parametrize(
    ("val", "train"),
    [
        ([1.4, 1.2, 1.1, 1.0, 0.9, 0.85], TRAIN_FALLING),  # val falls, too
        ([1.4, 1.1, 1.0, 1.02, 1.01, 1.03], TRAIN_FALLING),  # flat
        (VAL_RISING, [1.5, 1.1, 0.9, 1.2, 1.5, 1.9]),  # both rise: no overfitting but trouble
        ([1.0, 1.2], [1.0, 0.5]),  # too early to say
    ],
)
def test_no_gap_no_overfitting(val, train):
    assert find_overfitting(history(epochs([0.6] * len(val), val, train))) is None


FLAT = [0.4, 0.5, 0.6, 0.65, 0.701, 0.7, 0.7, 0.702, 0.701]


def test_a_plateau_asks_for_a_schedule_then_for_a_larger_network():
    found = find_plateau(history(epochs(FLAT)))
    assert (found.epoch, found.changes) == (6, {"schedule.name": "cosine"})
    assert find_plateau(history(epochs(FLAT), overrides={"schedule.name": "cosine"})).changes == {"model.width": 64}
    largest = {"schedule.name": "cosine", "model.width": 256}
    assert find_plateau(history(epochs(FLAT), overrides=largest)).changes == {"model.hidden_size": 1024}


def test_growth_overfitting_chance_and_a_short_run_are_no_plateau():
    assert find_plateau(history(epochs(GROWING))) is None
    assert find_plateau(history(epochs([0.6] * 6, VAL_RISING, TRAIN_FALLING))) is None
    assert find_plateau(history(epochs([0.1] * 8))) is None
    assert find_plateau(history(epochs([0.7] * 4))) is None


def test_val_above_train_is_explained_only_where_something_makes_training_harder():
    rows = epochs([0.5, 0.62], train_accuracy=[0.45, 0.55])
    found = find_val_above_train(history(rows, overrides={"augmentation.horizontal_flip": True, "model.dropout": 0.5}))
    assert "7.0 points above train" in found.text
    assert "augmentation and dropout make" in found.text
    assert found.changes["augmentation.horizontal_flip"] is False
    assert found.changes["model.dropout"] == 0.0
    assert find_val_above_train(history(rows)) is None
    chosen = {"data.relabel": "sel-" + "0" * 16, "data.oversample": "sel-" + "1" * 16}
    found = find_val_above_train(history(rows, overrides=chosen))
    assert "other labels and images shown several times make" in found.text
    assert found.changes == {"data.relabel": "", "data.oversample": ""}
    below = epochs([0.5, 0.62], train_accuracy=[0.5, 0.62])
    assert find_val_above_train(history(below, overrides={"model.dropout": 0.5})) is None


def test_dead_units_are_found_by_layer():
    rows = epochs([0.5, 0.6], dead={"relu1": 0.1, "relu2": 0.62})
    found = find_dead_relus(history(rows))
    assert "62 % of the units behind relu2" in found.text
    assert found.changes == {"model.batch_norm": True}
    lower = find_dead_relus(history(rows, overrides={"model.batch_norm": True}))
    assert lower.changes == {"optimizer.learning_rate": pytest.approx(0.00033)}
    assert find_dead_relus(history(epochs([0.5, 0.6], dead={"relu1": 0.39}))) is None
    assert find_dead_relus(history(epochs([0.5, 0.6]))) is None


def test_a_run_that_ends_at_its_best_should_go_on():
    found = find_still_improving(history(epochs(GROWING), has_ended=True))
    assert found.changes == {"training.num_epochs": 20}
    assert find_still_improving(history(epochs(GROWING))) is None
    assert find_still_improving(history(epochs(FLAT), has_ended=True)) is None
    assert find_still_improving(history(epochs([*GROWING, 0.7]), has_ended=True)) is None


@pytest.mark.parametrize(
    "overrides", [{}, {"model.name": "custom"}, {"model.name": "speed_cnn"}, {"model.name": "resnet"}]
)
def test_every_suggestion_is_a_config_that_can_be_trained_and_states_its_rule(overrides):
    config = with_overrides(RunConfig(), overrides | {"augmentation.horizontal_flip": True})
    dead = {"relu1": 0.9}
    curves = [
        epochs([0.1] * 3),
        epochs([0.6] * 6, VAL_RISING, TRAIN_FALLING, dead=dead),
        epochs(FLAT, train_accuracy=[0.3] * len(FLAT)),
        epochs(GROWING),
    ]
    found = []
    for rows in curves:
        found += diagnose(History(config, rows, LossCourse().follow(steps([1, 0.9, 5, 6])), 100, has_ended=True))
    assert len({finding.name for finding in found}) == len(RULES)
    for finding in found:
        assert with_overrides(config, finding.changes) != config, finding
        assert finding.rule.startswith("Said when")
        assert finding.text.endswith(".")
        assert finding.suggestion.endswith(".")


def test_one_epoch_is_too_few_for_any_verdict_but_divergence():
    rows = epochs([0.62], train_accuracy=[0.3])
    for overrides in ({"model.dropout": 0.5, "augmentation.horizontal_flip": True}, {}):
        assert diagnose(history(rows, overrides=overrides, has_ended=True)) == []
    assert diagnose(history(epochs([0.1]), has_ended=True)) == []
