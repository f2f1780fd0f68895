"""Numbers and states as people read them."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cifar_core.data.splits import UNUSED
from cifar_core.runs import RunStatus, RunSummary
from cifar_core.runs.naming import animal
from dashboard.drawing.literal import plain

_NEGATIVE = re.compile(r"(?<![\w-])-(?=\d)")

STATUS_ICONS = {
    "queued": ":material/schedule:",
    "running": ":material/play_circle:",
    "paused": ":material/pause_circle:",
    "parked": ":material/local_parking:",
    "stopped": ":material/stop_circle:",
    "completed": ":material/check_circle:",
    "diverged": ":material/trending_up:",
    "failed": ":material/error:",
    "lost": ":material/help:",
}

SOURCE_TITLES = {
    "cifar10": "CIFAR-10",
    "cifar10-unverified": "CIFAR-10, unverified",
    "practice": "practice set",
    "": "",
}


def source_title(source: str) -> str:
    """Return where a run's data came from, in words; nothing if that is not known."""
    return SOURCE_TITLES.get(source, "other data")


# Fields have the standard term, pages the spelling of their other words.
_SETTING_NAMES = {"normalization": "normalisation"}
_CHOICE_TITLES = {
    "mlp": "MLP",
    "simple_cnn": "Simple CNN",
    "vgg": "VGG",
    "resnet": "ResNet",
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "muon": "Muon",
    "rmsprop": "RMSprop",
    "convnext": "ConvNeXt",
    "speed_cnn": "Speed CNN",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "Tanh",
    "conv": "Convolution",
    "pool": "Pooling",
    "dense": "Dense",
    "dropout": "Dropout",
    "global_pool": "Global pooling",
}


def val_numbers(status: RunStatus) -> list[tuple[str, str, str]]:
    """Return a run's accuracies on val: label, value, and whose it is. Every number says its split and its epoch.

    Nothing before there is one.
    """
    if status.best_val_accuracy is None:
        return []
    best = ("Val accuracy", percent(status.best_val_accuracy), which_epoch("best", status.best_epoch))
    return [best, ("Val accuracy", percent(status.last_val_accuracy), which_epoch("last", status.epoch or None))]


def which_epoch(which: str, number: int | None) -> str:
    """Return an epoch and what is special about it."""
    return f"{which} epoch" if number is None else f"epoch {number}, {which}"


def short_name(run: RunSummary) -> str:
    """Return a run's name as it was given, where no Markdown is read; its id if it has none."""
    return plain(run.name) or run.run_id


def group_name(run: RunSummary) -> str:
    """Return a run's name without its seed: that of all runs with its settings, where no Markdown is read."""
    return re.sub(r", seed \d+$", "", short_name(run))


def run_name(run: RunSummary) -> str:
    """Return a run's name with the animal that tells it from its namesakes, where no Markdown is read."""
    return f"{plain(run.name) or 'unreadable'} ({animal(run.run_id)})"


def names_apart(runs: Iterable[RunSummary]) -> dict[str, str]:
    """Return short names of runs by their ids; namesakes with their animals. Where no Markdown is read."""
    wanted = list(runs)
    common = Counter(map(short_name, wanted))
    return {run.run_id: short_name(run) if common[short_name(run)] == 1 else run_name(run) for run in wanted}


def run_title(run: RunSummary) -> str:
    """Return a run's name, its status and how good it is, where no Markdown is read."""
    accuracy = "" if run.status.best_val_accuracy is None else f", val {percent(run.status.best_val_accuracy)}"
    return f"{run_name(run)} {'imported' if run.is_imported else run.status.status}{accuracy}"


def epoch_of(status: RunStatus) -> str:
    """Return which epoch a run is in, e.g. "epoch 3 of 10"."""
    return f"epoch {min(status.epoch + 1, status.num_epochs)} of {status.num_epochs}"


def place_of(status: RunStatus) -> str:
    """Return where a run trains, e.g. "on node-a, cuda:0"; nothing where there is one machine only."""
    if status.engine in ("", "local") or status.status not in ("running", "paused"):
        return ""
    return f"on {plain(status.hostname, most=None)}, {status.device}"


def split_title(split: str) -> str:
    """Return a split as a page says it, e.g. "val split"; of an image that a run leaves out, "unused by this run"."""
    return "unused by this run" if split == UNUSED else f"{split} split"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in [0, 1] as per cent; a dash for none."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def exact_percent(share: float) -> str:
    """Return a share in [0, 1] to three digits of how far it is from none or all, at least to two behind its point."""
    far = 100 * min(share, 1 - share)
    if far <= 0:
        return percent(share, 2)
    if far < 5e-7:
        return "less than 0.000001 %" if share < 0.5 else "more than 99.999999 %"
    return percent(share, min(max(2 - math.floor(math.log10(far)), 2), 6))


def points(difference: float) -> str:
    """Return a difference of two shares in percentage points, with its sign, e.g. "+1.3 points"."""
    return f"{signed(difference)} points" if round(100 * difference, 1) else "no difference"


def percent_pair(before: float, after: float, least: int = 1, most: int = 5) -> tuple[str, str]:
    """Return two shares as `percent` says them, with as many digits as show that they differ, if they do."""
    digits = next((count for count in range(least, most) if percent(before, count) != percent(after, count)), most)
    if percent(before, digits) == percent(after, digits):
        digits = least
    return percent(before, digits), percent(after, digits)


def signed(difference: float, digits: int = 1) -> str:
    """Return a difference of two shares as a number of percentage points with its sign, e.g. "+2.3"."""
    return in_digits(100 * difference, digits, "+")


def in_digits(number: float, digits: int = 2, sign: str = "") -> str:
    """Return a number with so many digits behind its point; what rounds to zero has no minus before it.

    Args:
        number: Any.
        digits: Behind the point.
        sign: "+" for one before positive numbers, too.
    """
    return with_minus(f"{round(number, digits) + 0.0:{sign}.{digits}f}")


def with_minus(words: str) -> str:
    """Return a text whose negative numbers have a minus instead of a hyphen."""
    return _NEGATIVE.sub("\N{MINUS SIGN}", words)


def unbroken(words: str) -> str:
    """Return words that no line breaks between."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def duration(seconds: float | None) -> str:
    """Return a time span, e.g. "5 min 3 s"; a dash for none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def moment(seconds: float) -> str:
    """Return a time since 1970 as a date and a time of day here, e.g. "2026-11-26 12:30"."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"


def about(seconds: float) -> str:
    """Return an estimated time span, in seconds or, from two minutes on, in minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def large(number: float) -> str:
    """Return a count with three digits and a unit, e.g. "2.12 million"."""
    for unit, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if number >= unit:
            return f"{number / unit:.3g} {name}"
    return f"{number:g}"


def setting(value: Any) -> str:
    """Return a setting's value as a form shows it."""
    if value is None:
        return "–"
    if value == "":
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return f"{len(value)} blocks"
    return _CHOICE_TITLES.get(str(value), str(value).replace("_", " "))


def choice_title(name: str) -> str:
    """Return a network, optimizer or schedule as people write it; unknown names in sentence case."""
    return _CHOICE_TITLES.get(name) or name.replace("_", " ").capitalize()


def count(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def setting_name(path: str) -> str:
    """Return a setting's path in words: "training.num_epochs" -> "epochs"; "model.name" -> "network"."""
    section, _, field = path.partition(".")
    if field == "name":
        return "network" if section == "model" else section
    return _SETTING_NAMES.get(field) or field.removeprefix("num_").replace("_", " ")


def setting_names(paths: Iterable[str]) -> dict[str, str]:
    """Return settings in words, by path, no two alike: what `setting_name` says, and more where that is not enough."""
    wanted = list(dict.fromkeys(paths))
    names = {path: setting_name(path) for path in wanted}
    for tell in (_with_number, _with_section):
        common = {name for name, count in Counter(names.values()).items() if count > 1}
        names = {path: tell(path, name) if name in common else name for path, name in names.items()}
    return names


def _with_number(path: str, name: str) -> str:
    return f"number of {name}" if path.partition(".")[2].startswith("num_") else name


def _with_section(path: str, name: str) -> str:
    return f"{name} ({path.partition('.')[0]})"
