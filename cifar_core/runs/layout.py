"""Where everything of a run is: the one place that names the files of a run directory."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cifar_core.files import stamp_text

# The files that decide a run's line in the list of runs.
_WATCHED = ("status.json", "meta.json", "events.jsonl", "config.json")
_VAL_FILE = re.compile(r"val-(\d{4,})\.npz")
_WEIGHTS_FILE = re.compile(r"epoch-(\d{4,})\.safetensors")


@dataclass(frozen=True)
class RunFiles:
    """The files of one run directory, whether they are there or not. Satisfies `training.monitor.Outputs`."""

    run_dir: Path

    @property
    def config(self) -> Path:
        """The settings; they rebuild the run."""
        return self.run_dir / "config.json"

    @property
    def meta(self) -> Path:
        """What people say of the run, and where it came from."""
        return self.run_dir / "meta.json"

    @property
    def status(self) -> Path:
        """What the run is doing."""
        return self.run_dir / "status.json"

    @property
    def environment(self) -> Path:
        """What the latest attempt runs on."""
        return self.run_dir / "environment.json"

    @property
    def metrics(self) -> Path:
        """A line for each report of the training."""
        return self.run_dir / "metrics.jsonl"

    @property
    def events(self) -> Path:
        """A line for whatever else happened."""
        return self.run_dir / "events.jsonl"

    @property
    def log(self) -> Path:
        """What the worker and its libraries wrote."""
        return self.run_dir / "log.txt"

    @property
    def commands(self) -> Path:
        """The folder of messages to the worker."""
        return self.run_dir / "commands"

    def checkpoint_path(self, which: int | str) -> Path:
        """Return where the "best", the "last" or the "start" weights are, or would be, or an epoch's own (1-based)."""
        name = f"epoch-{which:04d}" if isinstance(which, int) else which
        return self.run_dir / "checkpoints" / f"{name}.safetensors"

    def predictions_path(self, split: str, which: int | str) -> Path:
        """Return where predictions are, or would be: of val by epoch (1-based), of test "best" and "last"."""
        name = f"{which:04d}" if isinstance(which, int) else which
        return self.run_dir / "predictions" / f"{split}-{name}.npz"

    def val_epochs(self) -> list[int]:
        """Return the epochs whose val predictions are there, ascending."""
        return _list_numbers(self.predictions_path("val", 0).parent, _VAL_FILE)

    def has_val(self) -> bool:
        """Whether val predictions of any epoch are there; quicker than to list them."""
        try:
            with os.scandir(self.predictions_path("val", 0).parent) as entries:
                return any(_VAL_FILE.fullmatch(entry.name) for entry in entries)
        except OSError:
            return False

    def weights_epochs(self) -> list[int]:
        """Return the epochs that have a file of weights of their own, ascending."""
        return _list_numbers(self.checkpoint_path(0).parent, _WEIGHTS_FILE)


def list_folders(run_dir: str) -> list[str]:
    """Return the folder of a run and those in it, as text, whether they are there or not."""
    return [run_dir, f"{run_dir}/checkpoints", f"{run_dir}/predictions", f"{run_dir}/commands"]


def stamp_watched(run_dir: str) -> str:
    """Return a text that changes when a file does that decides a run's line in the list of runs.

    Of paths as text: there may be thousands of runs, and those of pathlib take five times as long.
    """
    return "/".join([stamp_text(f"{run_dir}/{name}") for name in _WATCHED])


def _list_numbers(folder: Path, pattern: re.Pattern[str]) -> list[int]:
    """Return the numbers in the names of a folder's files, ascending; none where there is no folder."""
    try:
        found = (pattern.fullmatch(entry.name) for entry in os.scandir(folder))
        return sorted(int(match[1]) for match in found if match)
    except OSError:
        return []
