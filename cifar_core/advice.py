"""What a run's curves say, by rules that are stated, each with one experiment to try next. Free of torch."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cifar_core.config import RunConfig, section_choices

Row = Mapping[str, Any]
Changes = dict[str, Any]

_CHANCE_MARGIN = 0.03
_GAP_LOSS, _GAP_EPOCHS = 0.05, 2
_PLATEAU_GAIN, _PLATEAU_EPOCHS = 0.003, 4
_SPIKE_FACTOR, _SPIKE_NATS, _SMOOTHING = 1.6, 0.2, 0.7
_ABOVE = 0.01
_DEAD_SHARE = 0.4
_STILL_GAIN = 0.004


@dataclass(frozen=True)
class Finding:
    """One thing that the curves show.

    Attributes:
        name: Of the rule, in words.
        epoch: Where on the chart it is seen; fractional within an epoch.
        text: What is seen, with its numbers.
        rule: When this is said.
        suggestion: One experiment that would show more.
        changes: The same as settings by path; empty if there is nothing to change.
    """

    name: str
    epoch: float
    text: str
    rule: str
    suggestion: str
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """A run so far.

    Attributes:
        config: Its settings.
        epochs: Rows of finished epochs, in order, as `RunRecord.epoch_rows` returns them.
        steps: Rows within epochs, in order.
        steps_per_epoch: Optimizer updates of an epoch.
        has_ended: Whether no more will come.
        has_diverged: Whether it ended because the loss was no longer a number.
        num_classes: Of the dataset.
    """

    config: RunConfig
    epochs: Sequence[Row]
    steps: Sequence[Row]
    steps_per_epoch: float
    has_ended: bool = False
    has_diverged: bool = False
    num_classes: int = 10


def diagnose(history: History) -> list[Finding]:
    """Return what the rules find, the gravest first; a diverged run has nothing but its divergence to speak of."""
    divergence = find_divergence(history)
    if divergence is not None:
        return [divergence]
    return [finding for finding in (rule(history) for rule in RULES) if finding is not None]


def find_divergence(history: History) -> Finding | None:
    """The loss was no longer a number."""
    if not history.has_diverged:
        return None
    last = history.steps[-1]["step"] / history.steps_per_epoch if history.steps else 0.0
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
    smoothed, lowest, worst = None, math.inf, None
    for row in history.steps:
        loss = row["train/loss"]
        smoothed = loss if smoothed is None else _SMOOTHING * smoothed + (1 - _SMOOTHING) * loss
        if smoothed > max(_SPIKE_FACTOR * lowest, lowest + _SPIKE_NATS) and (
            worst is None or smoothed / lowest > worst[0]
        ):
            worst = (smoothed / lowest, row["step"] / history.steps_per_epoch)
        lowest = min(lowest, smoothed)
    if worst is None:
        return None
    rate = history.config.optimizer.learning_rate
    return Finding(
        "Loss spike",
        worst[1],
        f"Train loss leapt to {worst[0]:.1f} times its lowest in epoch {math.floor(worst[1]) + 1}: some steps went too "
        "far.",
        f"Said when the smoothed train loss rises above {_SPIKE_FACTOR:g} times the lowest before it, and by at least "
        f"{_SPIKE_NATS:g}.",
        f"Train with a learning rate of {rate / 3:.2g}, a third.",
        {"optimizer.learning_rate": float(f"{rate / 3:.2g}")},
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
        f"After {len(history.epochs)} epochs val accuracy is {_percent(history.epochs[-1]['val/accuracy'])}, no better "
        f"than guessing one of {history.num_classes} classes.",
        f"Said when no epoch of at least two is more than {_percent(_CHANCE_MARGIN, 0)} above chance.",
        f"Train with a learning rate of {rate:g}; {usual:g} is usual for this optimizer.",
        {"optimizer.learning_rate": rate},
    )


def find_overfitting(history: History) -> Finding | None:
    """Train loss goes on falling while val loss rises."""
    losses = [row["val/loss"] for row in history.epochs]
    if not losses:
        return None
    lowest = min(range(len(losses)), key=losses.__getitem__)
    since = history.epochs[lowest + 1 :]
    is_rising = len(since) >= _GAP_EPOCHS and all(
        row["val/loss"] > (1 + _GAP_LOSS) * losses[lowest] for row in since[-_GAP_EPOCHS:]
    )
    if not is_rising or since[-1]["train/loss"] >= history.epochs[lowest]["train/loss"]:
        return None
    suggestion, changes = _regularize(history.config)
    best = history.epochs[lowest]
    return Finding(
        "Overfitting",
        best["epoch"],
        f"From epoch {best['epoch']} on val loss rises, {losses[lowest]:.2f} to {losses[-1]:.2f}, while train loss "
        f"falls to {since[-1]['train/loss']:.2f}: it learns the training images by heart.",
        f"Said when val loss lies {_percent(_GAP_LOSS, 0)} above its lowest for {_GAP_EPOCHS} epochs and train loss "
        "still falls.",
        suggestion,
        changes,
    )


def find_plateau(history: History) -> Finding | None:
    """Val accuracy no longer grows, without overfitting."""
    if len(history.epochs) <= _PLATEAU_EPOCHS or find_overfitting(history) or find_chance_level(history):
        return None
    accuracies = [row["val/accuracy"] for row in history.epochs]
    before, recent = accuracies[:-_PLATEAU_EPOCHS], accuracies[-_PLATEAU_EPOCHS:]
    if max(recent) > max(before) + _PLATEAU_GAIN:
        return None
    config, epoch = history.config, history.epochs[-_PLATEAU_EPOCHS]["epoch"]
    if config.schedule.name == "constant":
        suggestion = "Let the learning rate fall over the run (schedule cosine): smaller steps settle deeper."
        changes: Changes = {"schedule.name": "cosine"}
    else:
        suggestion, changes = _enlarge(config)
    return Finding(
        "Plateau",
        epoch,
        f"Since epoch {epoch} val accuracy stays at {_percent(max(accuracies))}.",
        f"Said when the best of the last {_PLATEAU_EPOCHS} epochs is less than {_percent(_PLATEAU_GAIN)} above the "
        "best before.",
        suggestion,
        changes,
    )


def find_val_above_train(history: History) -> Finding | None:
    """Val accuracy lies above train accuracy, for a harmless reason."""
    reasons = [
        words
        for words, is_on in (
            ("augmentation", history.config.augmentation != RunConfig().augmentation),
            ("dropout", _dropout(history.config) > 0),
            ("label noise", history.config.data.label_noise > 0),
        )
        if is_on
    ]
    if not history.epochs or not reasons:
        return None
    last = history.epochs[-1]
    ahead = last["val/accuracy"] - last["train/accuracy"]
    if ahead < _ABOVE:
        return None
    off: Changes = {}
    if "augmentation" in reasons:
        off |= {f"augmentation.{name}": value for name, value in RunConfig().augmentation.model_dump().items()}
    if "dropout" in reasons:
        off["model.dropout"] = 0.0
    if "label noise" in reasons:
        off["data.label_noise"] = 0.0
    return Finding(
        "Val above train",
        last["epoch"],
        f"Val accuracy is {100 * ahead:.1f} points above train. Nothing is wrong: {_and(reasons)} "
        f"make{'s' if len(reasons) == 1 else ''} the training images harder, and val is measured without.",
        f"Said when val accuracy is at least {_percent(_ABOVE, 0)} above train with augmentation, dropout or label "
        "noise on.",
        f"Train without {_and(reasons)} and see the order turn round, and val end lower.",
        off,
    )


def find_dead_relus(history: History) -> Finding | None:
    """Many units of a layer are zero for every image."""
    shares: Mapping[str, float] = (history.epochs[-1].get("dead_relus") or {}) if history.epochs else {}
    if not shares or max(shares.values()) < _DEAD_SHARE:
        return None
    layer = max(shares, key=shares.__getitem__)
    rate = history.config.optimizer.learning_rate
    suggestion, changes = (
        f"Train with a learning rate of {rate / 3:.2g}, a third.",
        {"optimizer.learning_rate": float(f"{rate / 3:.2g}")},
    )
    if getattr(history.config.model, "batch_norm", True) is False:
        suggestion = "Switch batch norm on: it keeps the inputs of each ReLU around zero."
        changes = {"model.batch_norm": True}
    return Finding(
        "Dead ReLUs",
        history.epochs[-1]["epoch"],
        f"{_percent(shares[layer], 0)} of the units behind {layer} are zero for every image looked at: they no longer "
        "learn.",
        f"Said when at least {_percent(_DEAD_SHARE, 0)} of a layer's units are zero for 256 val images after an epoch.",
        suggestion,
        changes,
    )


def find_still_improving(history: History) -> Finding | None:
    """The run ended while it still got better."""
    num_epochs = len(history.epochs)
    if not history.has_ended or num_epochs < 2 or find_chance_level(history):
        return None
    accuracies = [row["val/accuracy"] for row in history.epochs]
    window = max(1, num_epochs // 5)
    gain = accuracies[-1] - max(accuracies[:-window])
    if max(accuracies) > accuracies[-1] or gain < _STILL_GAIN:
        return None
    longer = min(num_epochs * 2, 1000)
    return Finding(
        "Still improving",
        history.epochs[-1]["epoch"],
        f"The last epoch is the best, {100 * gain:.1f} points above what came {window} "
        f"epoch{'s' if window > 1 else ''} before: more epochs would help.",
        f"Said when a run ends at its best, at least {_percent(_STILL_GAIN)} above the best before its last fifth.",
        f"Train for {longer} epochs.",
        {"training.num_epochs": longer},
    )


RULES: tuple[Callable[[History], Finding | None], ...] = (
    find_chance_level,
    find_spike,
    find_overfitting,
    find_dead_relus,
    find_plateau,
    find_still_improving,
    find_val_above_train,
)


def _regularize(config: RunConfig) -> tuple[str, Changes]:
    """The first remedy against overfitting that is not in use."""
    augmentation = config.augmentation
    if not augmentation.crop_padding and not augmentation.horizontal_flip:
        return "Switch on crop and flip: the network then never sees the same image twice.", {
            "augmentation.crop_padding": 4,
            "augmentation.horizontal_flip": True,
        }
    if "dropout" in type(config.model).model_fields and not _dropout(config):
        return "Set dropout to 0.3: no unit can then rely on another one.", {"model.dropout": 0.3}
    if not config.training.label_smoothing:
        return "Set label smoothing to 0.1: it need not be certain of every training image.", {
            "training.label_smoothing": 0.1
        }
    if not augmentation.cutout_size:
        return "Add cutout of 12 pixels: it must then look at all of each object.", {"augmentation.cutout_size": 12}
    return "Stop early, after 3 epochs without a better val accuracy.", {"training.early_stopping_patience": 3}


def _enlarge(config: RunConfig) -> tuple[str, Changes]:
    """A network with more to learn with, if it has one number for that."""
    for name in ("width", "hidden_size"):
        info = type(config.model).model_fields.get(name)
        if info is not None:
            value = 2 * getattr(config.model, name)
            most = next((rule.le for rule in info.metadata if hasattr(rule, "le")), value)
            if value <= most:
                return f"Double the {name.replace('_', ' ')} to {value}: a larger network can learn more.", {
                    f"model.{name}": value
                }
    return "Train with another network and compare the two.", {"model.name": "vgg"}


def _dropout(config: RunConfig) -> float:
    return float(getattr(config.model, "dropout", 0.0))


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
