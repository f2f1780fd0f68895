"""Rules about training that goes wrong: steps too long or too short, units that no longer learn."""

import math
from collections.abc import Mapping

from cifar_core.advice.course import SPIKE_FACTOR, SPIKE_NATS
from cifar_core.advice.finding import Finding, History, percent
from cifar_core.advice.remedies import slow_down
from cifar_core.config import section_choices

_CHANCE_MARGIN = 0.03
_DEAD_SHARE = 0.4


def find_divergence(history: History) -> Finding | None:
    """The loss was no longer a number."""
    if not history.has_diverged:
        return None
    last = history.losses.last_step / history.steps_per_epoch
    rate = history.config.optimizer.learning_rate
    return Finding(
        "Divergence",
        last,
        f"The loss stopped being a number in epoch {math.floor(last) + 1}: steps of {rate:g} overshoot further each "
        "time.",
        "Said when a loss is infinite or not a number.",
        f"Train with a learning rate of {rate / 10:g}, a tenth.",
        {"optimizer.learning_rate": rate / 10},
    )


def find_spike(history: History) -> Finding | None:
    """The train loss leapt up."""
    course = history.losses
    if not course.leap:
        return None
    epoch = course.leap_step / history.steps_per_epoch
    return Finding(
        "Loss spike",
        epoch,
        f"Train loss leapt to {course.leap:.1f} times its lowest in epoch {math.floor(epoch) + 1}: some steps went too "
        "far.",
        f"Said when the smoothed train loss rises above {SPIKE_FACTOR:g} times the lowest before it, and by at least "
        f"{SPIKE_NATS:g}.",
        *slow_down(history.config),
    )


def find_chance_level(history: History) -> Finding | None:
    """The network does not learn at all."""
    chance = 1 / history.num_classes
    if len(history.epochs) < 2 or any(row["val/accuracy"] > chance + _CHANCE_MARGIN for row in history.epochs):
        return None
    optimizer = history.config.optimizer
    usual = section_choices("optimizer")[optimizer.name].model_fields["learning_rate"].default
    rate = optimizer.learning_rate / 10 if optimizer.learning_rate >= usual else optimizer.learning_rate * 10
    return Finding(
        "Chance level",
        history.epochs[-1]["epoch"],
        f"After {len(history.epochs)} epochs val accuracy is {percent(history.epochs[-1]['val/accuracy'])}, no better "
        f"than guessing one of {history.num_classes} classes.",
        f"Said when no epoch of at least two is more than {percent(_CHANCE_MARGIN, 0)} above chance.",
        f"Train with a learning rate of {rate:g}; {usual:g} is usual for this optimizer.",
        {"optimizer.learning_rate": rate},
    )


def find_dead_relus(history: History) -> Finding | None:
    """Many units of a layer are zero for every image."""
    shares: Mapping[str, float] = (history.epochs[-1].get("dead_relus") or {}) if history.epochs else {}
    if not shares or max(shares.values()) < _DEAD_SHARE:
        return None
    layer = max(shares, key=shares.__getitem__)
    suggestion, changes = slow_down(history.config)
    if getattr(history.config.model, "batch_norm", True) is False:
        suggestion = "Switch batch norm on: it keeps the inputs of each ReLU around zero."
        changes = {"model.batch_norm": True}
    return Finding(
        "Dead ReLUs",
        history.epochs[-1]["epoch"],
        f"{percent(shares[layer], 0)} of the units behind {layer} are zero for every image looked at: they no longer "
        "learn.",
        f"Said when at least {percent(_DEAD_SHARE, 0)} of a layer's units are zero for 256 val images after an epoch.",
        suggestion,
        changes,
    )
