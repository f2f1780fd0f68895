"""Runs: one training with one config each, in a directory that is the whole truth about it."""

from cifar_core.runs.access import default_runs_dir
from cifar_core.runs.commands import send_command
from cifar_core.runs.damage import describe_damage
from cifar_core.runs.difference import RunDifference, compare_runs, differing_settings, settings_apart, settings_of
from cifar_core.runs.exceptions import RunError, RunNotFoundError
from cifar_core.runs.executor import Executor, LocalExecutor
from cifar_core.runs.index import RunSummary
from cifar_core.runs.places import Engine, Place
from cifar_core.runs.record import RunMeta, RunRecord
from cifar_core.runs.reporter import read_learning_rate_changes
from cifar_core.runs.saved_presets import SavedPresets, list_presets
from cifar_core.runs.slots import Slot
from cifar_core.runs.status import RunStatus
from cifar_core.runs.store import RunStore
from cifar_core.runs.submission import Fork, fork_like

__all__ = [
    "Engine",
    "Executor",
    "Fork",
    "LocalExecutor",
    "Place",
    "RunDifference",
    "RunError",
    "RunMeta",
    "RunNotFoundError",
    "RunRecord",
    "RunStatus",
    "RunStore",
    "RunSummary",
    "SavedPresets",
    "Slot",
    "compare_runs",
    "default_runs_dir",
    "describe_damage",
    "differing_settings",
    "fork_like",
    "list_presets",
    "read_learning_rate_changes",
    "send_command",
    "settings_apart",
    "settings_of",
]
