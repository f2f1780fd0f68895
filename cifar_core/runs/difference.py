"""Two runs against each other: the settings in which they differ, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cifar_core.formats import known_settings
from cifar_core.runs.groups import hold_out_alike
from cifar_core.runs.index import RunSummary
from cifar_core.runs.remembered import once_a_run

FIRST_WEIGHTS = "fork.first_weights"  # the path of no setting: a fork begins with another run's weights
_NETWORK = "model."  # how paths of settings begin that an imported run has, too
Quantity = Literal["best_val", "last_val", "test", "epochs", "seconds"]


@dataclass(frozen=True)
class Result:
    """One number of both runs: accuracies in [0, 1], seconds, epochs; None where a run has none."""

    quantity: Quantity
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """How much more the first has; None unless both have a number."""
        return None if self.first is None or self.second is None else self.first - self.second


@dataclass(frozen=True)
class RunDifference:
    """Two runs against each other.

    Attributes:
        settings: By path, the first's value and the second's; None where a run has no such setting, or it is not known.
        results: What came of it.
        is_same_data: Whether their accuracies can be held against each other: both saw the same kind of data.
        is_same_val: Whether those on val can: both hold the same images out.
    """

    settings: Mapping[str, tuple[Any, Any]]
    results: tuple[Result, ...]
    is_same_data: bool
    is_same_val: bool

    def result(self, quantity: Quantity) -> Result:
        """Return one of the numbers."""
        return next(result for result in self.results if result.quantity == quantity)


def compare_runs(first: RunSummary, second: RunSummary) -> RunDifference:
    """Hold two runs against each other."""
    settings = settings_apart(first, second)
    numbers = [_numbers(run) for run in (first, second)]
    results = tuple(Result(quantity, numbers[0][quantity], numbers[1][quantity]) for quantity in numbers[0])
    is_same_data = first.data_source == second.data_source
    return RunDifference(settings, results, is_same_data, is_same_data and hold_out_alike(first, second))


def settings_apart(first: RunSummary, second: RunSummary) -> dict[str, tuple[Any, Any]]:
    """Return the settings in which two runs differ, by path: the first's value and the second's, None for none.

    How an imported network was trained is not known: beside one, networks alone are held against each other.
    """
    left, right = settings_of(first), settings_of(second)
    paths = dict.fromkeys([*left, *right])
    if first.is_imported or second.is_imported:
        paths = dict.fromkeys(path for path in paths if path.startswith(_NETWORK))
    return {path: (left.get(path), right.get(path)) for path in paths if left.get(path) != right.get(path)}


@once_a_run
def settings_of(run: RunSummary) -> dict[str, Any]:
    """Return a run's settings by path, as far as they are known, and with whose weights it began if it is a fork.

    Left out is what another release wrote and this one does not know, and how an imported network was trained.
    """
    if run.config is None:
        return {}
    known = known_settings(run.config, run.unknown_settings)
    settings = {path: value for path, value in known.items() if not run.is_imported or path.startswith(_NETWORK)}
    return settings if run.is_imported else settings | {FIRST_WEIGHTS: run.first_weights or "new"}


def differing_settings(runs: Sequence[RunSummary]) -> list[str]:
    """Return the paths of the settings that do not have the same value in all of these runs.

    Imported ones tell networks apart, but no other settings: those are not known. Runs that cannot
    be read tell nothing apart.
    """
    readable = [run for run in runs if run.config is not None]
    everywhere = _paths_apart([settings_of(run) for run in readable])
    trained = set(_paths_apart([settings_of(run) for run in readable if not run.is_imported]))
    return [path for path in everywhere if path in trained or path.startswith(_NETWORK)]


def _paths_apart(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    paths = dict.fromkeys(path for each in settings for path in each)
    return [path for path in paths if not _are_alike([each.get(path) for each in settings])]


def _are_alike(values: Sequence[Any]) -> bool:
    """Whether all are written alike; most are the same object, of which no text has to be made."""
    first = values[0]
    return all(value is first or repr(value) == repr(first) for value in values)


def _numbers(run: RunSummary) -> dict[Quantity, float | None]:
    status = run.status
    return {
        "best_val": status.best_val_accuracy,
        "last_val": None if run.is_imported else status.last_val_accuracy,  # its only epoch is the best one
        "test": status.test_accuracy_best,
        "epochs": None if run.is_imported else status.epoch or None,
        "seconds": status.seconds,
    }
