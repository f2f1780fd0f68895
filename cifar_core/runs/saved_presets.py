"""Settings that somebody saved under a name, in a file beside the runs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.files import write_text_atomically
from cifar_core.overrides import ConfigError, parse_config
from cifar_core.presets import PRESETS, Preset
from cifar_core.runs.status import RunError

_LONGEST_NAME = 40


def list_presets(runs_dir: Path) -> dict[str, Preset]:
    """Return all presets by name: those that come with the project, then those saved beside the runs."""
    return PRESETS | SavedPresets(runs_dir).all()


class SavedPresets:
    """The presets of one runs directory. What cannot be read is left out and left alone."""

    def __init__(self, runs_dir: Path) -> None:
        self._path = runs_dir / "presets.json"

    def all(self) -> dict[str, Preset]:
        """Return the presets by name, in the order in which they were saved."""
        presets = {}
        for name, entry in self._read().items():
            try:
                config = parse_config(json.dumps(entry["config"]))
                presets[name] = Preset(name, name, f"Saved on {entry['saved_on']}.", config)
            except (KeyError, TypeError, ConfigError):
                continue
        return presets

    def save(self, name: str, config: RunConfig) -> Preset:
        """Keep a config under a name; one saved under the same name before is replaced.

        Raises:
            RunError: The name is empty, longer than 40 characters, or that of a preset that comes with the project.
        """
        name = name.strip()
        if not 1 <= len(name) <= _LONGEST_NAME or name in PRESETS:
            raise RunError(
                f"name {name!r} is not allowed; allowed: 1 to {_LONGEST_NAME} characters, not {', '.join(PRESETS)}"
            )
        entry = {"saved_on": datetime.now(UTC).date().isoformat(), "config": config.model_dump()}
        self._write({key: value for key, value in self._read().items() if key != name} | {name: entry})
        return self.all()[name]

    def delete(self, name: str) -> None:
        """Forget a preset; runs that started from it stay as they are."""
        self._write({key: value for key, value in self._read().items() if key != name})

    def _read(self) -> dict[str, Any]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def _write(self, entries: dict[str, Any]) -> None:
        write_text_atomically(self._path, json.dumps(entries, indent=1))
