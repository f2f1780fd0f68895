"""What a run changed, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from cifar_core.overrides import config_difference
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal
from dashboard.drawing.words import run_name, setting_names
from dashboard.session.cache import get_presets
from dashboard.session.kept import say_in_markdown, say_setting


def describe_changes(run: RunSummary) -> str:
    """Return in words what the run changed against the preset it started from."""
    preset = get_presets().get(run.preset or "")
    if run.config is None or preset is None:
        return ""
    changes = config_difference(preset.config, run.config)
    return words_of(changes) or "nothing changed"


def describe_first_weights(run: RunSummary, runs: Iterable[RunSummary]) -> str:
    """Say in Markdown whose weights a fork began with; empty of a run that began with new ones."""
    if not run.forked_from:
        return ""
    origin = next((run_name(each) for each in runs if each.run_id == run.forked_from), run.forked_from)
    after = "" if run.forked_epoch is None else f" after epoch {run.forked_epoch}"
    return f":material/call_split: A fork: it began with the weights of **{literal(origin, most=None)}**{after}."


def words_of(changes: Mapping[str, tuple[Any, Any]], mark: str = "") -> str:
    """Return changed settings in words, e.g. "epochs 10 → 3, learning rate 0.001 → 0.01"; empty if nothing changed.

    Args:
        changes: By path, from what to what, as `config_difference` has them.
        mark: What stands round each new value, e.g. "**"; with it, what is returned is Markdown.
    """
    names = setting_names(changes)
    say = say_in_markdown if mark else say_setting
    return ", ".join(_word_of(names[path], say(old), say(new), mark) for path, (old, new) in changes.items())


def _word_of(name: str, old: str, new: str, mark: str) -> str:
    """Of lists only their lengths are said: as many blocks can be others."""
    return f"{name} {mark}changed{mark}" if old == new else f"{name} {old} → {mark}{new}{mark}"
