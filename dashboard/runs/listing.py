"""Which runs are listed, in which order, in which groups. Free of streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cifar_core.people import is_same_person
from cifar_core.runs import RunSummary
from dashboard.drawing.words import percent
from dashboard.runs.facts import Fact


@dataclass(frozen=True)
class Wish:
    """Which runs somebody wants to see; what is empty keeps none out.

    Attributes:
        find: A part of a name, an id or a note, however it is written.
        states: Names of statuses.
        networks: Names of networks.
        sources: Names of data sources.
        whose: A person's name, "" for nobody's; None for everybody's.
    """

    find: str = ""
    states: Sequence[str] = ()
    networks: Sequence[str] = ()
    sources: Sequence[str] = ()
    whose: str | None = None

    @property
    def num_filters(self) -> int:
        """How many of the filters are on."""
        return sum(map(bool, (self.find, self.states, self.networks, self.sources, self.whose is not None)))

    def has(self, run: RunSummary) -> bool:
        """Whether a run is wanted."""
        words = "\n".join((run.name, run.run_id, run.note)).casefold()
        return (
            self.find.casefold() in words
            and (not self.states or run.status.status in self.states)
            and (not self.networks or network_of(run) in self.networks)
            and (not self.sources or run.data_source in self.sources)
            and (self.whose is None or is_same_person(self.whose, run.owner))
        )


def network_of(run: RunSummary) -> str:
    """Return the name of a run's network; empty if it cannot be read."""
    return "" if run.config is None else run.config.model.name


def sort_runs(runs: Sequence[RunSummary], sort: str, facts: Mapping[str, Fact]) -> list[RunSummary]:
    """Return the runs by a fact's value; those without one come last, equal ones stay as they are.

    Args:
        runs: Newest first.
        sort: The fact's key, behind a "-" if the highest comes first; what is none leaves them as they are.
        facts: By key.
    """
    fact = facts.get(sort.removeprefix("-"))
    if fact is None:
        return list(runs)
    keys = {run.run_id: _sort_key(fact.value_of(run)) for run in runs}
    known = [run for run in runs if keys[run.run_id] is not None]
    known.sort(key=lambda run: keys[run.run_id] or (), reverse=sort.startswith("-"))
    return known + [run for run in runs if keys[run.run_id] is None]


def next_sort(sort: str, key: str, facts: Mapping[str, Fact]) -> str:
    """Return how runs are sorted after a click on a column: the best first, then reversed, then not at all."""
    first = f"-{key}" if facts[key].is_number else key
    then = key if facts[key].is_number else f"-{key}"
    return {first: then, then: ""}.get(sort, first)


def group_runs(runs: Sequence[RunSummary], fact: Fact) -> list[tuple[Any, list[RunSummary]]]:
    """Return the runs by a fact's value, the lowest first; within a group they stay as they are."""
    groups: dict[str, tuple[Any, list[RunSummary]]] = {}
    for run in runs:
        value = fact.value_of(run)
        groups.setdefault(repr(value), (value, []))[1].append(run)
    return sorted(groups.values(), key=lambda group: _sort_key(group[0]) or (2, ""))


def describe_group(title: str, value: str, runs: Sequence[RunSummary]) -> str:
    """Say in a line what a group has in common and how good it is on average.

    Averages are of own runs that are completed; demos and imported ones are in none, and none is over different data.
    """
    begin = f"{title} {value}: {count_runs(len(runs))}"
    done = [run for run in runs if run.status.status == "completed" and run.is_own]
    val = [run.status.best_val_accuracy for run in done if run.status.best_val_accuracy is not None]
    if len(val) < 2:
        return begin
    if len({run.data_source for run in done}) > 1:
        return f"{begin}, on different data: no average"
    spread = f"{percent(min(val))} to {percent(max(val))}"
    return f"{begin}, best val {percent(sum(val) / len(val))} on average of {len(val)} completed ({spread})"


def count_runs(number: int) -> str:
    """Return a number of runs in words."""
    return "1 run" if number == 1 else f"{number:,} runs"


def _sort_key(value: Any) -> tuple[int, Any] | None:
    """Numbers come before texts; None for no value."""
    if value is None or value == "":
        return None
    return (0, value) if isinstance(value, bool | int | float) else (1, str(value).casefold())
