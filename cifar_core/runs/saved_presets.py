"""Settings that somebody saved under a name, in a file beside the runs."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.failures import explain
from cifar_core.files import write_text_atomically
from cifar_core.locks import LockedError, exclusive
from cifar_core.overrides import ConfigError, parse_config
from cifar_core.presets import PRESETS, Preset
from cifar_core.runs.access import refuses_in_words
from cifar_core.runs.exceptions import RunError

_LONGEST_NAME = 40
_LOCK_SECONDS = 10.0


def list_presets(runs_dir: Path) -> dict[str, Preset]:
    """Return all presets by name: those that come with the project, then those saved beside the runs."""
    return PRESETS | SavedPresets(runs_dir).all()


class _DamagedError(Exception):
    """The file's content is no table of presets."""


class SavedPresets:
    """The presets of one runs directory. An entry that cannot be read is left out, and left alone."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._path = runs_dir / "presets.json"

    def all(self) -> dict[str, Preset]:
        """Return the presets by name, in the order in which they were saved."""
        presets = {}
        try:
            entries = self._read()
        except (OSError, _DamagedError):
            return {}
        for name, entry in entries.items():
            try:
                config = parse_config(json.dumps(entry["config"]))
                presets[name] = Preset(name, name, f"Saved on {entry['saved_on']}.", config)
            except (KeyError, TypeError, RecursionError, ConfigError):
                continue
        return presets

    def problem(self) -> str:
        """Say in one sentence why saved presets may be missing; empty if none are."""
        try:
            entries = self._read()
        except OSError as error:
            return f"The saved presets cannot be read: {self._path.name}: {explain(error)}."
        except _DamagedError as error:
            return f"The saved presets cannot be read: {self._path.name} is damaged ({error})."
        missing = [str(name)[:_LONGEST_NAME] for name in entries.keys() - self.all().keys()]
        return f"Saved presets that cannot be read are left out: {', '.join(sorted(missing))}." if missing else ""

    @refuses_in_words
    def save(self, name: str, config: RunConfig) -> Preset:
        """Keep a config under a name; one saved under the same name before is replaced.

        Raises:
            RunError: The name is empty, longer than 40 characters, or that of a preset that comes with the project; or
                the file cannot be read or written.
        """
        name = name.strip()
        if not 1 <= len(name) <= _LONGEST_NAME or name in PRESETS:
            raise RunError(
                f"name {name!r} is not allowed; allowed: 1 to {_LONGEST_NAME} characters, not {', '.join(PRESETS)}"
            )
        entry = {"saved_on": datetime.now(UTC).date().isoformat(), "config": config.model_dump()}
        with self._changing() as entries:
            entries.pop(name, None)
            entries[name] = entry
        return Preset(name, name, f"Saved on {entry['saved_on']}.", config)

    @refuses_in_words
    def delete(self, name: str) -> None:
        """Forget a preset; runs that started from it stay as they are.

        Raises:
            RunError: The file cannot be read or written.
        """
        with self._changing() as entries:
            entries.pop(name, None)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """Yield the entries to be changed, and write them; everybody else waits meanwhile."""
        self.runs_dir.mkdir(parents=True, exist_ok=True)
        try:
            with exclusive(self.runs_dir / ".presets.lock", _LOCK_SECONDS):
                entries = self._read_or_keep()
                before = dict(entries)
                yield entries
                if list(entries.items()) != list(before.items()):
                    write_text_atomically(self._path, json.dumps(entries, indent=1))
        except LockedError as error:
            raise RunError(
                f"another process has held the lock of {self._path.name} for {_LOCK_SECONDS:g} seconds; "
                "allowed: try again, or end that process if it hangs"
            ) from error

    def _read_or_keep(self) -> dict[str, Any]:
        """Return the entries; of a damaged file none, after a copy of it was put aside."""
        try:
            return self._read()
        except _DamagedError:
            shutil.copyfile(self._path, self._free_path())
            return {}
        except OSError as error:
            raise RunError(
                f"{self._path.name} cannot be read, so nothing is saved over it: {explain(error)}; allowed: mend it or "
                "move it away"
            ) from error

    def _free_path(self) -> Path:
        """Return where a damaged file goes; one put aside earlier stays."""
        number = 1
        while True:
            path = self._path.with_name(f"{self._path.name}{'' if number == 1 else f'.{number}'}.bad")
            if not path.exists():
                return path
            number += 1

    def _read(self) -> dict[str, Any]:
        """Return all entries.

        Raises:
            OSError: The file cannot be read.
            _DamagedError: It holds something else.
        """
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            entries = json.loads(text) if text.strip() else {}
        except (ValueError, RecursionError) as error:
            raise _DamagedError(explain(error)) from error
        if not isinstance(entries, dict):
            raise _DamagedError("no JSON object")
        return entries
