"""What one line of the curves stands for: a run, or all runs that differ from it in their seed alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cifar_core.runs import RunSummary, differing_settings, settings_of
from cifar_core.runs.groups import group_by_settings
from cifar_core.runs.naming import animal
from cifar_core.runs.remembered import once_a_list
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.words import group_name, names_apart, run_name, setting_names
from dashboard.session.kept import say_setting

_SEED = "training.seed"
_MOST_TOLD = 2  # settings by which namesakes are told apart


@dataclass(frozen=True)
class Bundle:
    """Runs that are one line.

    Attributes:
        of: The one that was ticked.
        runs: All of them.
    """

    of: RunSummary
    runs: Sequence[RunSummary]

    @property
    def run_ids(self) -> list[str]:
        """Theirs."""
        return [run.run_id for run in self.runs]

    @property
    def is_several(self) -> bool:
        """Whether its line is a mean."""
        return len(self.runs) > 1


@once_a_list
def list_groups(runs: Sequence[RunSummary]) -> list[list[RunSummary]]:
    """Return the completed runs that differ in their seed alone, two and more of them together."""
    return [group for group in group_by_settings(runs) if len(group) > 1]


def name_groups(groups: Sequence[Sequence[RunSummary]]) -> list[str]:
    """Return a name for each group of runs that differ in their seed alone, no two alike, where no Markdown is read.

    Namesakes say what they have otherwise than each other, or their first run's animal where that is more than two
    settings, or none.
    """
    firsts = [runs[0] for runs in groups]
    names = dict(zip((run.run_id for run in firsts), map(group_name, firsts), strict=True))
    for name, number in Counter(names.values()).items():
        if number > 1:
            names |= _tell_apart(name, [run for run in firsts if group_name(run) == name])
    return list(names.values())


def _tell_apart(name: str, namesakes: Sequence[RunSummary]) -> dict[str, str]:
    paths = [path for path in differing_settings(namesakes) if path != _SEED]
    titles = setting_names(paths)
    told = {}
    for run in namesakes:
        settings = settings_of(run)
        words = [f"{titles[path]} {say_setting(settings.get(path))}" for path in paths]
        told[run.run_id] = ", ".join([name, *words])
    is_enough = len(paths) <= _MOST_TOLD and len(set(told.values())) == len(namesakes)
    return told if is_enough else {run.run_id: f"{name} ({animal(run.run_id)})" for run in namesakes}


def bundle_runs(drawn: Sequence[RunSummary], groups: Sequence[Sequence[RunSummary]]) -> list[Bundle]:
    """Return a bundle for each run that is drawn, in order; sisters are all in that of the first of them.

    A run brings its whole group along, ticked or not: a mean of half of them would say something else.

    Args:
        drawn: The runs that somebody ticked.
        groups: As `list_groups` returns them; none to draw each run by itself.
    """
    group_of = {run.run_id: group for group in groups for run in group}
    bundles: list[Bundle] = []
    for run in drawn:
        if not any(run.run_id in bundle.run_ids for bundle in bundles):
            bundles.append(Bundle(run, group_of.get(run.run_id, [run])))
    return bundles


def name_bundles(bundles: Sequence[Bundle]) -> dict[str, str]:
    """Return names by the ids of the runs that were ticked, no two alike; of several runs with how many seeds."""
    names = names_apart([bundle.of for bundle in bundles])
    several = [each for each in bundles if each.is_several]
    together = name_groups([each.runs for each in several])
    names |= {each.of.run_id: f"{name}, {_count(each)}" for each, name in zip(several, together, strict=True)}
    common = Counter(names.values())
    doubled = [each for each in bundles if common[names[each.of.run_id]] > 1]
    return names | {each.of.run_id: f"{run_name(each.of)}, {_count(each)}" for each in doubled}


def _count(bundle: Bundle) -> str:
    return count_seeds(len(bundle.runs))
