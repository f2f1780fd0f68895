"""A run made into something to take along."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cifar_core.export.exceptions import ExportError
from cifar_core.export.kinds import Kind, check_kind, check_several
from cifar_core.export.subject import Subject
from cifar_core.export.target import built_beside, choose_target, count_bytes, pack_folder
from cifar_core.export.watch import Watch

# Writes one kind at a path, and returns what there is to say of it.
Writer = Callable[[Subject, Path, Watch], dict[str, Any]]
WriterOfSeveral = Callable[[Sequence[Subject], Path, Watch], dict[str, Any]]


@dataclass(frozen=True)
class Exported:
    """What was made.

    Attributes:
        kind: Of it.
        path: Where it is: a file or a folder.
        num_bytes: Its size.
        seconds: It took.
        facts: What else there is to say, by name, as JSON has it.
    """

    kind: Kind
    path: Path
    num_bytes: int
    seconds: float
    facts: dict[str, Any] = field(default_factory=dict)


def export_run(subject: Subject, kind_name: str, to: Path | None = None, watch: Watch | None = None) -> Exported:
    """Make one kind of export, whole or not at all; arguments and errors as for `export_runs`."""
    return export_runs([subject], kind_name, to, watch)


def export_runs(
    subjects: Sequence[Subject], kind_name: str, to: Path | None = None, watch: Watch | None = None
) -> Exported:
    """Make one kind of export of some runs, whole or not at all.

    Args:
        subjects: The runs, at least one; several where the kind takes several.
        kind_name: One of `KINDS`.
        to: A path that is not there yet, or a folder to put it in; the current one if None. What is a folder becomes a
            zip of it where the path ends in ".zip".
        watch: Told of progress, and asked whether to stop.

    Raises:
        ExportError: It cannot be made; nothing is left behind.
        ExportStoppedError: Somebody asked to stop; nothing is left behind.
    """
    kind, started = check_kind(kind_name), time.perf_counter()
    check_several(kind, len(subjects))
    watch = watch or Watch()
    watch.tell(0.0, "Reading the run" if len(subjects) == 1 else "Reading the runs")
    for subject in subjects:
        subject.check_finished()
        if misfit := subject.explain_misfit(kind):
            raise ExportError(f"--as {kind.name} cannot be made of run {subject.record.run_id}: {misfit}")
    first = subjects[0].record.run_id
    name = first if len(subjects) == 1 else f"{first}-and-{len(subjects) - 1}-more"
    target = choose_target(to, f"{name}{kind.ending}")
    with built_beside(target) as building:
        if target.suffix == ".zip" and kind.is_folder:
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place) / target.stem
                facts = _write(kind, subjects, folder, watch)
                pack_folder(folder, building)
        else:
            facts = _write(kind, subjects, building, watch)
        watch.tell(1.0, "Done")
    return Exported(kind, target, count_bytes(target), time.perf_counter() - started, facts)


def _write(kind: Kind, subjects: Sequence[Subject], path: Path, watch: Watch) -> dict[str, Any]:
    if len(subjects) == 1:
        return _find_writer(kind)(subjects[0], path, watch)
    return _find_writer_of_several(kind)(subjects, path, watch)


def _find_writer_of_several(kind: Kind) -> WriterOfSeveral:
    """Likewise for kinds that take several runs."""
    if kind.name == "report":
        from cifar_core.export.report.comparison import write_comparison

        return write_comparison
    from cifar_core.export.tables import write_tables_of

    return partial(write_tables_of, "parquet" if kind.name == "parquet" else "csv")


def _find_writer(kind: Kind) -> Writer:
    """Import what makes a kind only when it is made: some of it is heavy."""
    match kind.name:
        case "zip":
            from cifar_core.export.rebuild import write_zip

            return write_zip
        case "notebook":
            from cifar_core.export.plain import write_notebook

            return write_notebook
        case "safetensors" | "torch" | "onnx":
            from cifar_core.export.model import write_model

            return partial(write_model, kind.name)
        case "web":
            from cifar_core.export.web import write_page

            return write_page
        case "report":
            from cifar_core.export.report import write_report

            return write_report
        case "csv" | "parquet":
            from cifar_core.export.tables import write_tables

            return partial(write_tables, kind.name)
        case "tensorboard":
            from cifar_core.export.tensorboard import write_events

            return write_events
