"""Commands about selections: list them, make one of a table of indices or of others, write one out, forget one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import print_json, remark
from cifar_core.cli.arguments import AsJson, DataDir, RunsDir
from cifar_core.config import RunConfig
from cifar_core.data import ChosenImages, Dataset, load_dataset, splits_of
from cifar_core.data.chosen import CHOICES
from cifar_core.failures import explain
from cifar_core.files import write_text_atomically
from cifar_core.overrides import ConfigError
from cifar_core.runs import default_runs_dir
from cifar_core.selections import (
    Selection,
    SelectionStore,
    compute_balance,
    create_selection,
    intersect,
    read_table,
    subtract,
    unite,
    write_table,
)

_OPERATIONS: dict[str, Callable[[ChosenImages, ChosenImages], ChosenImages]] = {
    "union": unite,
    "intersection": intersect,
    "difference": subtract,
}


class SelectionsCommand(BaseModel):
    """List the selections of images, newest first, with what a config calls them."""

    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Print a line a selection."""
        store, dataset = SelectionStore(self.runs_dir or default_runs_dir()), load_dataset(self.data_dir)
        selections = store.all()
        for selection in selections:
            print(f"{selection.id:<28} {selection.num_images:>6,} images  {selection.content_hash}  {selection.name}")
        if problem := store.problem():
            remark(problem)
        print_json([_facts_of(selection, dataset) for selection in selections], self.as_json)


class SelectionCommand(BaseModel):
    """Show a selection of images, or make one: of a CSV of dataset indices, or of two other selections."""

    name: Annotated[CliPositionalArg[str], Field(description="Its name, or its id as `selections` lists it")]
    indices: Annotated[
        Path | None, Field(description="Make it of this CSV: a column `index`, and `label` for other classes")
    ] = None
    of: Annotated[str | None, Field(description="Make it of this selection and another one")] = None
    union: Annotated[str | None, Field(description="With --of: the images of either")] = None
    intersection: Annotated[str | None, Field(description="With --of: the images of both")] = None
    difference: Annotated[str | None, Field(description="With --of: those that the other one has not")] = None
    note: Annotated[str, Field(description="What to remember of it")] = ""
    replace: Annotated[bool, Field(description="Put it in the place of one with the same id")] = False
    export: Annotated[Path | None, Field(description="Write it as CSV")] = None
    delete: Annotated[bool, Field(description="Forget it; runs trained by it keep a copy of their own")] = False
    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Make it if that is asked for, then say what it is."""
        store, dataset = SelectionStore(self.runs_dir or default_runs_dir()), load_dataset(self.data_dir)
        made = self._make(store, dataset)
        selection = store.get(self.name) if made is None else store.save(made, may_replace=self.replace)
        facts = _facts_of(selection, dataset)
        splits = ", ".join(f"{count:,} {name}" for name, count in facts["splits"].items() if count)
        print(f"Selection {selection.id}: {selection.num_images:,} images ({splits}), {selection.content_hash}.")
        if self.export is not None:
            _write(self.export, write_table(selection.images, dataset.class_names))
        if self.delete:
            store.delete(selection.id)
            print(f"Selection {selection.id} is deleted.")
        print_json(facts, self.as_json)

    def _make(self, store: SelectionStore, dataset: Dataset) -> Selection | None:
        others = {name: other for name in _OPERATIONS if (other := getattr(self, name)) is not None}
        if self.of is None and not others:
            return None if self.indices is None else self._read(dataset)
        if self.of is None or len(others) != 1 or self.indices is not None:
            raise ConfigError(f"--of takes one of --{', --'.join(_OPERATIONS)}, and no --indices")
        (operation, other), first = next(iter(others.items())), store.get(self.of)
        images = _OPERATIONS[operation](first.images, store.get(other).images)
        origin = f"{operation} of {first.id} and {other}"
        return create_selection(
            self.name,
            images.indices,
            labels=images.labels,
            note=self.note,
            origin=origin,
            fingerprint=dataset.fingerprint,
        )

    def _read(self, dataset: Dataset) -> Selection:
        path = self.indices
        assert path is not None  # noqa: S101  # asked for before
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = explain(error) if isinstance(error, OSError) else "it is no text"
            raise ConfigError(f"--indices {path}: {reason}; allowed: a CSV with a dataset index a line") from error
        try:
            indices, labels = read_table(text, dataset.num_images, dataset.class_names)
        except ValueError as error:
            raise ConfigError(f"--indices {path}: {error}") from error
        return create_selection(
            self.name,
            indices,
            labels=labels,
            note=self.note,
            origin=f"the file {path.name}",
            fingerprint=dataset.fingerprint,
        )


def name_selections(overrides: Mapping[str, Any], runs_dir: Path | None) -> dict[str, Any]:
    """Return overrides in which selections that are called by their ids are called by their hashes."""
    store, named = SelectionStore(runs_dir or default_runs_dir()), dict(overrides)
    known = {selection.id: selection.content_hash for selection in store.all()}
    for path in (f"data.{setting}" for setting in CHOICES):
        if path in named:
            text = "" if named[path] is None else str(named[path])
            named[path] = known.get(text, text)
    return named


def _facts_of(selection: Selection, dataset: Dataset) -> dict[str, Any]:
    """Return what scripts are told; of a selection of other images neither classes nor splits."""
    facts: dict[str, Any] = {
        "id": selection.id,
        "name": selection.name,
        "content": selection.content_hash,
        "num_images": selection.num_images,
        "note": selection.note,
        "origin": selection.origin,
        "created_at": selection.created_at,
        "has_labels": selection.images.labels is not None,
        "classes": {},
        "splits": {},
    }
    if selection.fingerprint in ("", dataset.fingerprint):
        balance = compute_balance(selection.images, dataset, splits_of(dataset, RunConfig().data))
        facts["classes"] = dict(zip(dataset.class_names, balance.classes.tolist(), strict=True))
        facts["splits"] = balance.splits
    return facts


def _write(path: Path, text: str) -> None:
    try:
        write_text_atomically(path, text)
    except OSError as error:
        raise ConfigError(f"--export {path}: {explain(error)}") from error
    print(f"Written to {path}.")
