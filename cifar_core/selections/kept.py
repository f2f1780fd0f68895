"""A run's own copies of the images that its config refers to: it can be rebuilt when the selections are long gone."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cifar_core.config import DataConfig
from cifar_core.data import ChosenImages, Contents, Dataset, choices_in, splits_of
from cifar_core.failures import explain
from cifar_core.files import write_text_atomically
from cifar_core.selections.selection import LONGEST_NAME, Selection, SelectionError, create_selection, read_selection
from cifar_core.selections.store import SelectionStore

# Of a run's folder.
KEPT = "selections"


def keep_contents(run_dir: Path, selections: Iterable[Selection]) -> None:
    """Write a run's copies, named by their hashes.

    Raises:
        OSError: They cannot be written.
    """
    for selection in selections:
        write_text_atomically(run_dir / KEPT / f"{selection.content_hash}.json", selection.to_json())


def read_kept(run_dir: Path, config: DataConfig) -> dict[str, ChosenImages]:
    """Return the images that a run's config refers to, by hash, from its own copies.

    Raises:
        SelectionError: A copy is missing or damaged.
    """
    return {name: _read_copy(run_dir, name).images for name in choices_in(config).values()}


def find_selections(runs_dir: Path, config: DataConfig) -> list[Selection]:
    """Return the selections that a new run's config refers to: from those beside the runs, or the copy of another run.

    Raises:
        SelectionError: One is in neither.
    """
    store = SelectionStore(runs_dir)
    return [_find(store, runs_dir, setting, name) for setting, name in choices_in(config).items()]


def find_contents(runs_dir: Path, config: DataConfig) -> Contents:
    """Return the images of `find_selections` by hash.

    Raises:
        SelectionError: Some are nowhere.
    """
    return {selection.content_hash: selection.images for selection in find_selections(runs_dir, config)}


def leave_out_too(runs_dir: Path, config: DataConfig, selection: Selection) -> Selection:
    """Return what leaves out a selection as well as what a config leaves out already, kept beside the runs.

    Raises:
        SelectionError: What it leaves out is nowhere, or nothing can be written.
    """
    if config.exclude in ("", selection.content_hash):
        return selection
    before = find_selections(runs_dir, DataConfig(exclude=config.exclude))[0]
    both = np.union1d(before.images.indices, selection.images.indices)
    origin = f"union of {before.id} and {selection.id}, to be left out together"
    name = f"{before.name} and {selection.name}"[:LONGEST_NAME]
    made = create_selection(name, both, origin=origin, fingerprint=selection.fingerprint)
    return SelectionStore(runs_dir).find_or_save(made)


def check_choices(selections: Iterable[Selection], config: DataConfig, dataset: Dataset) -> None:
    """Raise if a run may not be trained with these selections.

    Raises:
        SelectionError: One was made of other images.
        DataError: One holds images of val or test, or nothing is left to train on.
    """
    for selection in selections:
        if selection.fingerprint not in ("", dataset.fingerprint):
            raise SelectionError(
                f"selection {selection.id!r} was made of other images than {dataset.title}; allowed: the same ones"
            )
    splits_of(dataset, config, {selection.content_hash: selection.images for selection in selections})


def _find(store: SelectionStore, runs_dir: Path, setting: str, name: str) -> Selection:
    found = store.find(name)
    if found is not None:
        return found
    for path in sorted(runs_dir.glob(f"*/{KEPT}/{name}.json")):
        try:
            return _read_copy(path.parent.parent, name)
        except SelectionError:
            continue
    known = ", ".join(f"{selection.content_hash} ({selection.id})" for selection in store.all()[:5])
    raise SelectionError(
        f"data.{setting} = {name!r}: no such selection beside the runs; allowed: {known or 'none is kept yet'}"
    )


def _read_copy(run_dir: Path, name: str) -> Selection:
    path = run_dir / KEPT / f"{name}.json"
    try:
        selection = read_selection(path.read_bytes(), f"{KEPT}/{path.name} of run {run_dir.name}")
    except OSError as error:
        raise SelectionError(f"{KEPT}/{path.name} of run {run_dir.name} cannot be read: {explain(error)}") from error
    if selection.content_hash != name:
        raise SelectionError(f"{KEPT}/{path.name} of run {run_dir.name} holds other images; allowed: those of {name}")
    return selection
