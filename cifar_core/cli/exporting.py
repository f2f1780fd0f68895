"""The command that takes a run along."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from cifar_core.cli.answers import PROGRAM, print_json
from cifar_core.cli.arguments import AsJson, Epoch, Mlflow, RunIds, RunsDir
from cifar_core.cli.bars import bar_with_words
from cifar_core.export import (
    KINDS,
    Exported,
    ExportError,
    KindName,
    Subject,
    Watch,
    estimate_bytes,
    export_runs,
)
from cifar_core.runs import RunRecord, RunStore


class ExportCommand(BaseModel):
    """Take runs along: rebuilt elsewhere, as plain code, as a model, as a report, as tables. Several become one."""

    run_ids: RunIds
    kind: Annotated[
        KindName | None, Field(alias="as", description="What to make of it; without it, all kinds are listed")
    ] = None
    to: Annotated[
        Path | None,
        Field(
            description="Where to put it: a new path, or a folder (default: the current folder); a folder as NAME.zip"
        ),
    ] = None
    mlflow: Mlflow = None
    epoch: Epoch = "best"
    with_test: Annotated[bool, Field(description="Tell results on test, too; it is counted on the run")] = False
    runs_dir: RunsDir = None
    data_dir: Annotated[Path | None, Field(description="Where its images are (default: where the run found them)")] = (
        None
    )
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """List the kinds, or make one."""
        store = RunStore(self.runs_dir)
        records = [store.record(run_id) for run_id in dict.fromkeys(self.run_ids)]
        subjects = [Subject(record, self.epoch, self.with_test, self.data_dir) for record in records]
        if self.mlflow is not None:
            _refuse_both(self.kind)
            print_json(mirror_runs(subjects, self.mlflow), self.as_json)
            return
        if self.kind is None:
            _list_kinds(records, self.as_json)
            return
        with bar_with_words("Export") as show:
            watch = Watch(lambda progress: show(progress.share, progress.words))
            made = export_runs(subjects, self.kind, self.to, watch)
        _print_made(made, self.as_json)


def mirror_runs(subjects: Sequence[Subject], uri: str, say: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Write runs to MLflow, say so, and return what became of each."""
    from cifar_core.export.mlflow import mirror_run

    rows = []
    for subject in subjects:
        made = mirror_run(subject, uri)
        files = ", ".join(made.artifacts)
        say(f"Run {subject.record.run_id} is in MLflow: {made.num_metrics:,} values; {files}. {uri}")
        rows.append({"run_id": subject.record.run_id, "mlflow_run_id": made.run_id, "num_metrics": made.num_metrics})
    return rows


def _refuse_both(kind: KindName | None) -> None:
    if kind is not None:
        raise ExportError(f"--as {kind} and --mlflow were both given; allowed: one of them")


def _list_kinds(records: Sequence[RunRecord], as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    kinds = [kind for kind in KINDS.values() if len(records) == 1 or kind.takes_several]
    for kind in kinds:
        size = estimate_bytes(kind, *records)
        print(f"{kind.name:<12} {kind.title}: {kind.description}")
        print(f"{'':<12} About {_say_size(size)}; used with: {kind.use}.{_say_state(kind.refusal)}")
        rows.append({"kind": kind.name, "bytes": size, "packages": list(kind.packages), "missing": list(kind.missing)})
    print(f"Make one: {PROGRAM} export {' '.join(record.run_id for record in records)} --as {kinds[0].name}")
    print_json(rows, as_json)


def _say_state(refusal: str) -> str:
    return f" Not now: {refusal}." if refusal else ""


def _print_made(made: Exported, as_json: bool) -> None:
    size = _say_size(made.num_bytes)
    print(f"{made.kind.title}: {made.path}, {size}, {made.seconds:.1f} s. Used with: {made.kind.use}.")
    for file, words in made.facts.get("words", {}).items():
        print(f"{file}: {words}.")
    facts = {name: value for name, value in made.facts.items() if name != "words"}
    about = {"kind": made.kind.name, "path": str(made.path), "bytes": made.num_bytes, "seconds": round(made.seconds, 3)}
    print_json(about | facts, as_json)


def _say_size(num_bytes: int) -> str:
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes >= 100_000 else f"{num_bytes / 1e3:.0f} KB"
