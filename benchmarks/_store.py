"""Stores of runs that nobody trains by themselves."""

import shutil
from pathlib import Path

from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore


class IdleExecutor:
    """An executor that starts nothing: whoever submits a run trains it, or does not."""

    def submit(self, run_dir: Path) -> None:
        """Start nothing."""

    def was_killed(self, run_dir: Path) -> bool:
        """Nobody kills."""
        return False

    def poll(self, run_dir: Path) -> bool:
        """Whether the worker lives: it is this process."""
        return True

    def cancel(self, run_dir: Path) -> None:
        """Stop nothing."""

    def logs(self, run_dir: Path) -> str:
        """Return nothing."""
        return ""


def fill_store(runs_dir: Path, num_runs: int) -> RunStore:
    """Return a store of so many runs that were never trained."""
    store = RunStore(runs_dir, executor=IdleExecutor())
    first = store.submit(PRESETS["notebook"].config, name="first")
    for place in range(1, num_runs):
        shutil.copytree(runs_dir / first, runs_dir / f"20250101-{place // 60:02d}{place % 60:02d}-brave-otter")
    return store
