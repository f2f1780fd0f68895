"""Rules about what a network that learns makes of images it has not seen."""

from collections.abc import Sequence

from cifar_core.advice.finding import Changes, Finding, History, percent
from cifar_core.advice.remedies import dropout_of, enlarge, regularize
from cifar_core.advice.stability import find_chance_level
from cifar_core.config import RunConfig

_GAP_LOSS, _GAP_EPOCHS = 0.05, 2
_PLATEAU_GAIN, _PLATEAU_EPOCHS = 0.003, 4
_ABOVE, _ABOVE_EPOCHS = 0.01, 2
_STILL_GAIN = 0.004
_PLURAL = ("other labels", "images shown several times")


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
    suggestion, changes = regularize(history.config)
    best = history.epochs[lowest]
    return Finding(
        "Overfitting",
        best["epoch"],
        f"From epoch {best['epoch']} on val loss rises, {losses[lowest]:.2f} to {losses[-1]:.2f}, while train loss "
        f"falls to {since[-1]['train/loss']:.2f}: it learns the training images by heart.",
        f"Said when val loss lies {percent(_GAP_LOSS, 0)} above its lowest for {_GAP_EPOCHS} epochs and train loss "
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
        suggestion, changes = enlarge(config)
    return Finding(
        "Plateau",
        epoch,
        f"Since epoch {epoch} val accuracy stays at {percent(max(accuracies))}.",
        f"Said when the best of the last {_PLATEAU_EPOCHS} epochs is less than {percent(_PLATEAU_GAIN)} above the "
        "best before.",
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
        f"Said when a run ends at its best, at least {percent(_STILL_GAIN)} above the best before its last fifth.",
        f"Train for {longer} epochs.",
        {"training.num_epochs": longer},
    )


def find_val_above_train(history: History) -> Finding | None:
    """Val accuracy lies above train accuracy, for a harmless reason."""
    reasons = _find_hardening(history.config)
    # Train accuracy is a mean over an epoch in which the network still learns: after the first, val is above it anyway.
    if len(history.epochs) < _ABOVE_EPOCHS or not reasons:
        return None
    last = history.epochs[-1]
    ahead = last["val/accuracy"] - last["train/accuracy"]
    if ahead < _ABOVE:
        return None
    words, off = list(reasons), {path: value for changes in reasons.values() for path, value in changes.items()}
    return Finding(
        "Val above train",
        last["epoch"],
        f"Val accuracy is {100 * ahead:.1f} points above train. Nothing is wrong: {_and(words)} {_make(words)} the "
        "training images harder, and val is measured without.",
        f"Said when, from epoch {_ABOVE_EPOCHS} on, val accuracy is at least {percent(_ABOVE, 0)} above train with "
        "augmentation, dropout, label noise, other labels or repeated images on.",
        f"Train without {_and(words)} and see the order turn round, and val end lower.",
        off,
    )


def _find_hardening(config: RunConfig) -> dict[str, Changes]:
    """Return what makes training images harder than val ones, in words, each with the settings that switch it off."""
    usual = RunConfig()
    off = {f"augmentation.{name}": value for name, value in usual.augmentation.model_dump().items()}
    all_reasons: dict[str, tuple[bool, Changes]] = {
        "augmentation": (config.augmentation != usual.augmentation, off),
        "dropout": (dropout_of(config) > 0, {"model.dropout": 0.0}),
        "label noise": (config.data.label_noise > 0, {"data.label_noise": 0.0}),
        "other labels": (bool(config.data.relabel), {"data.relabel": ""}),
        "images shown several times": (bool(config.data.oversample), {"data.oversample": ""}),
    }
    return {words: changes for words, (is_on, changes) in all_reasons.items() if is_on}


def _make(reasons: Sequence[str]) -> str:
    return "makes" if len(reasons) == 1 and reasons[0] not in _PLURAL else "make"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
