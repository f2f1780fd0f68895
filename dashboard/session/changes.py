"""What a run changed, in words."""

from cifar_core.overrides import config_difference
from cifar_core.runs import RunSummary
from dashboard.drawing.words import setting, setting_name
from dashboard.session.cache import get_presets


def describe_changes(run: RunSummary) -> str:
    """Return in words what the run changed against the preset it started from."""
    preset = get_presets().get(run.preset or "")
    if run.config is None or preset is None:
        return ""
    changes = config_difference(preset.config, run.config)
    words = [f"{setting_name(path)} {setting(old)} → {setting(new)}" for path, (old, new) in changes.items()]
    return ", ".join(words) or "nothing changed"
