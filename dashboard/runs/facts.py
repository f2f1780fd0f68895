"""What is said of each run: what it is called, how it is written, and by what it sorts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cifar_core.runs import RunSummary, differing_settings, settings_of
from cifar_core.runs.remembered import once_a_list
from dashboard.drawing.literal import plain
from dashboard.drawing.words import duration, moment, percent, setting_names, short_name, source_title
from dashboard.session.kept import say_setting

Settings = Mapping[str, Mapping[str, Any]]  # by path, by run id


@dataclass(frozen=True)
class Fact:
    """One thing to say of a run.

    Attributes:
        title: Above its column.
        help: What it means, in a sentence.
        value_of: A number or a text to sort by; None where there is none.
        write: That value with its unit.
        is_number: Whether the highest is looked for first.
        is_setting: Whether somebody chose it, and it can be grouped by.
    """

    title: str
    help: str
    value_of: Callable[[RunSummary], Any]
    write: Callable[[Any], str] = str
    is_number: bool = False
    is_setting: bool = False


@once_a_list
def list_facts(runs: Sequence[RunSummary]) -> dict[str, Fact]:
    """Return what is to say of these runs, by key: settings by path, of which only those that differ."""
    settings = {run.run_id: settings_of(run) for run in runs}
    differing = differing_settings(runs)
    names = setting_names(differing)
    is_mixed = len({run.data_source for run in runs if run.data_source}) > 1  # a run that waits has seen none
    return {
        **FIRST,
        **({"owner": _OWNER} if any(run.owner for run in runs) else {}),
        **({"data": _DATA} if is_mixed else {}),
        **{path: _setting_fact(path, names[path], settings) for path in differing},
        **_LAST,
    }


def _setting_fact(path: str, name: str, settings: Settings) -> Fact:
    def value_of(run: RunSummary) -> Any:
        return settings.get(run.run_id, {}).get(path)

    title = name[:1].upper() + name[1:]
    return Fact(title, f"The setting {path}", value_of, say_setting, is_setting=True)


FIRST = {
    "name": Fact("Run", "Its name: click to sort", lambda run: short_name(run).casefold()),
    "best_val": Fact(
        "Best val",
        "Accuracy on val, best epoch: val decides",
        lambda run: run.status.best_val_accuracy,
        percent,
        is_number=True,
    ),
    "test": Fact(
        "Test",
        "Accuracy on test with the weights of the best val epoch, read at the end of the run",
        lambda run: run.status.test_accuracy_best,
        percent,
        is_number=True,
    ),
}
_OWNER = Fact(
    "Owner", "Whose it is, as somebody said who started it", lambda run: plain(run.owner) or None, is_setting=True
)
_DATA = Fact("Data", "Which images it saw", lambda run: source_title(run.data_source), is_setting=True)
_LAST = {
    "last_val": Fact(
        "Last val",
        "Accuracy on val, last epoch",
        lambda run: run.status.last_val_accuracy,
        percent,
        is_number=True,
    ),
    "seconds": Fact(
        "Training time",
        "With looking at val after each epoch",
        lambda run: run.status.seconds,
        duration,
        is_number=True,
    ),
    "created": Fact("Begun", "When it was started", lambda run: run.created_at or None, moment, is_number=True),
    "test_readings": Fact(
        "Looks at test",
        "How often its test images were looked at; the end of the run counts as one",
        lambda run: run.test_readings,
        is_number=True,
    ),
    "note": Fact("Note", "What somebody wrote of it", lambda run: plain(run.note) or None),
}
