"""Settings as other releases wrote them: older ones are brought up to date, of newer ones what is known is read.

A stored config carries a format number. It is raised when settings come to mean something else, and each step up has a
function in `_STEPS`. A file without a number is of format 0, from before there was one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cifar_core.config import SECTIONS, RunConfig, section_choices
from cifar_core.overrides import ConfigError, flatten

FORMAT = 1

Tree = dict[str, Any]

# What format 0 left out, because it came later: runs of before did without.
_NOT_YET_IN_0: Mapping[str, Any] = {
    "data.train_fraction": 1.0,
    "data.label_noise": 0.0,
    "augmentation.alternating_flip": False,
    "augmentation.policy": "none",
    "augmentation.mixup_alpha": 0.0,
    "augmentation.cutmix_alpha": 0.0,
    "training.gradient_clipping": 0.0,
    "training.ema_decay": 0.0,
    "training.flip_averaging": False,
}


@dataclass(frozen=True)
class StoredConfig:
    """A config as it was found.

    Attributes:
        config: What this release understands; a section or setting it does not know has its default instead.
        unknown: Each setting that it does not know, with its value in words; then the config tells not all of the run.
        format: The number it was stored with.
    """

    config: RunConfig
    unknown: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def explanation(self) -> str:
        """Why nothing may be done with it but look, in one sentence; empty if it is wholly understood."""
        if not self.unknown:
            return ""
        return (
            f"written by another release (format {self.format}, this one writes {FORMAT}), with settings that this one "
            f"does not know: {', '.join(self.unknown)}"
        )


def known_settings(config: RunConfig, unknown: Sequence[str] = ()) -> dict[str, Any]:
    """Return a config's settings by path, less those that only stand in for what is not known.

    Args:
        config: As stored.
        unknown: As `StoredConfig` has them.
    """
    strange = {setting.partition(" = ")[0] for setting in unknown}
    sections = {path.partition(".")[0] for path in strange if path.endswith(".name")}
    settings = flatten(config)
    return {
        path: value
        for path, value in settings.items()
        if path not in strange and path.partition(".")[0] not in sections
    }


def dump_config(config: RunConfig, indent: int | None = None) -> str:
    """Return a config as it is stored, its format number first."""
    return json.dumps({"format": FORMAT, **config.model_dump()}, indent=indent)


# A page asks several times for the settings of its run. They cannot be changed, so they may be shared.
@lru_cache(maxsize=512)
def read_config(text: str | bytes) -> StoredConfig:
    """Read a stored config of any release.

    Raises:
        ConfigError: It is not JSON, or nothing in it is a setting.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"config: {str(error).splitlines()[0]}") from error
    if not isinstance(tree, dict) or not any(isinstance(tree.get(section), dict) for section in SECTIONS):
        raise ConfigError(f"config: no settings in it; allowed: the sections {', '.join(SECTIONS)}")
    number = tree.pop("format", 0)
    number = number if isinstance(number, int) else 0
    for step in _STEPS[max(number, 0) :]:
        step(tree)
    return _understand(tree, number)


def _understand(tree: Tree, number: int) -> StoredConfig:
    """Take out what is not known until the rest is a config."""
    unknown: dict[str, None] = {}
    while True:
        try:
            config = RunConfig.model_validate_json(json.dumps(tree), strict=True)
        except ValidationError as error:
            for details in error.errors():
                unknown |= dict.fromkeys(_take_out(tree, details))
        else:
            return StoredConfig(config, tuple(unknown), number)


def _take_out(tree: Tree, details: ErrorDetails) -> list[str]:
    """Remove what an error is about, a whole section if it cannot be narrowed down; return it in words."""
    section = str(details["loc"][0]) if details["loc"] else next(iter(tree))
    field = _field_in(details)
    settings = tree.get(section)
    if field and isinstance(settings, dict):
        return [f"{section}.{field} = {settings.pop(field)!r}"] if field in settings else []
    if section not in tree:
        return []
    removed = tree.pop(section)
    if not isinstance(removed, dict):
        return [f"{section} = {removed!r}"]
    return [f"{section}.{name} = {value!r}" for name, value in removed.items()]


def _field_in(details: ErrorDetails) -> str:
    """Return the field within a section that an error is about; empty if it is about the section as a whole."""
    location = [str(part) for part in details["loc"]]
    if len(location) < 2 or location[0] not in SECTIONS:
        return ""
    has_choice = "" not in section_choices(location[0])
    rest = location[1 + has_choice :]  # a union's location carries the chosen name in between
    return rest[0] if rest and rest[0] != "name" else ""


def _from_0(tree: Tree) -> None:
    for path, value in _NOT_YET_IN_0.items():
        section, _, field = path.partition(".")
        settings = tree.setdefault(section, {})
        if isinstance(settings, dict):
            settings.setdefault(field, value)


_STEPS: tuple[Callable[[Tree], None], ...] = (_from_0,)
