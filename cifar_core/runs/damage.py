"""Which part of a record is damaged."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cifar_core.runs.exceptions import RunError
from cifar_core.runs.record import RunMeta, RunRecord, is_fact
from cifar_core.runs.salvage import fit_model, read_object
from cifar_core.runs.status import damaged_fields


def describe_damage(record: RunRecord, *, with_metrics: bool = True) -> str:
    """Say in one sentence which part of a record is damaged, and so is left out or has its default.

    Args:
        record: The run's.
        with_metrics: Look at metrics and val predictions, too, which may be many.

    Returns:
        The sentence; empty if all is whole.
    """
    found = [*_damaged_objects(record), record.event_damage()]
    if with_metrics:
        lost = sorted(set(record.files.val_epochs()) - set(record.prediction_epochs()))
        found += [record.metrics_damage(), *(f"val predictions of epoch {epoch}" for epoch in lost)]
    found = [part for part in found if part]
    return f"Part of the record is damaged and left out: {'; '.join(found)}." if found else ""


def _damaged_objects(record: RunRecord) -> Iterator[str]:
    files = record.files
    readers: dict[Path, Callable[[], Iterable[str]]] = {
        files.status: lambda: damaged_fields(record.run_dir),
        files.meta: lambda: fit_model(RunMeta, read_object(files.meta))[1],
        files.config: lambda: _damaged_settings(record),
        files.environment: lambda: _damaged_facts(files.environment),
    }
    for path, read in readers.items():
        try:
            names = read()
        except RunError as error:
            yield str(error)
        else:
            if names:
                yield f"{path.name} ({', '.join(names)})"


def _damaged_settings(record: RunRecord) -> list[str]:
    """None, or all of them; what another release wrote is no damage."""
    record.stored_config()
    return []


def _damaged_facts(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [name[:40] for name, value in read_object(path).items() if not is_fact(name, value)]
