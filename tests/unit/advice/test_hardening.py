"""What to try against images that get worse: a setting that exists, is not in use, and comes to an end."""

import pytest

from cifar_core.advice.hardening import harden
from cifar_core.config import RunConfig
from cifar_core.corruptions import CORRUPTIONS
from cifar_core.overrides import flatten, with_overrides

GROUPS = sorted({kind.group for kind in CORRUPTIONS.values()})


@pytest.mark.parametrize("group", GROUPS)
def test_each_suggestion_changes_what_it_names_until_all_is_in_use(group):
    config, suggestions = RunConfig(), []
    while (found := harden(config, group)) is not None:
        text, changes = found
        changed = with_overrides(config, changes)
        assert text.endswith(".")
        assert all(flatten(config)[path] != value for path, value in changes.items())
        assert all(path.startswith("augmentation.") for path in changes)
        config = changed
        suggestions.append(text)
        assert len(suggestions) < 10
    assert len(suggestions) == len(set(suggestions)) >= 2
    assert "trivial_augment" in suggestions[-1]  # slow, so last


def test_noise_is_first_met_with_noise_and_stronger_settings_are_left_alone():
    changes = harden(RunConfig(), "noise")[1]
    assert changes == {"augmentation.noise": 0.1}
    noisy = with_overrides(RunConfig(), {"augmentation.noise": 0.2})
    assert "noise" not in harden(noisy, "noise")[0]
