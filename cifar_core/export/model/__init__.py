"""A run's network to be used elsewhere, checked against what the run said, with a card that tells what it is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset, splits_of
from cifar_core.evaluation.views import views_of
from cifar_core.export.model.card import write_card
from cifar_core.export.model.deployed import load_deployed
from cifar_core.export.model.formats import write_program, write_safetensors
from cifar_core.export.model.parity import Parity, check_parity
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch
from cifar_core.selections import read_kept

Format = Literal["safetensors", "torch", "onnx"]

_NUM_CALIBRATED = 1000


def write_model(name: Format, subject: Subject, folder: Path, watch: Watch) -> dict[str, Any]:
    """Write a folder with the model, `README.md` (its card) and `parity.json`.

    Raises:
        ExportError: What was written does not predict what the run did.
    """
    folder.mkdir()
    found = write_networks(name, subject, folder, watch.part(0.05, 0.95))
    watch.tell(0.96, "Writing the card")
    (folder / "README.md").write_text(write_card(subject, found), encoding="utf-8")
    return write_parity(found, folder)


def write_parity(found: Mapping[str, Parity], folder: Path) -> dict[str, Any]:
    """Write `parity.json` and return what there is to say of it."""
    parities = {file: parity.facts() for file, parity in found.items()}
    (folder / "parity.json").write_text(json.dumps(parities, indent=1) + "\n", encoding="utf-8")
    return {"parity": parities, "words": {file: parity.words for file, parity in found.items()}}


def write_networks(name: Format, subject: Subject, folder: Path, watch: Watch) -> dict[str, Parity]:
    """Write the files of a format into a folder, and return what each says against what the run saved, by its name.

    Raises:
        ExportError: What was written does not predict what the run did.
    """
    watch.tell(0.0, "Loading the network")
    model = load_deployed(subject.record.checkpoint_path(subject.which), views_of(subject.config.training))
    dataset = subject.load_images()
    split, saved = subject.said
    found: dict[str, Parity] = {}

    def check(file: str, ask: Any, part: Watch, *, is_exact: bool = True) -> None:
        found[file] = check_parity(ask, dataset, saved, split, part, name=file, is_exact=is_exact)

    watch.tell(0.05, "Writing the model")
    if name == "safetensors":
        path = folder / "model.safetensors"
        check(path.name, write_safetensors(model, path, subject.config, subject.class_names), watch.part(0.2, 1.0))
    elif name == "torch":
        path = folder / "model.pt2"
        check(path.name, write_program(model, path), watch.part(0.3, 1.0))
    else:
        from cifar_core.export.model.onnx import write_int8, write_onnx

        path, small = folder / "model.onnx", folder / "model-int8.onnx"
        check(path.name, write_onnx(model, path), watch.part(0.4, 0.65))
        watch.tell(0.65, "Rounding the weights to 8 bits")
        ask = write_int8(path, small, _training_images(subject, dataset))
        check(small.name, ask, watch.part(0.75, 1.0), is_exact=False)
    return found


def _training_images(subject: Subject, dataset: Dataset) -> NDArray[np.uint8]:
    """Return some of the images that the network was trained on."""
    data = subject.config.data
    train = splits_of(dataset, data, read_kept(subject.record.run_dir, data)).train
    return np.ascontiguousarray(dataset.images[train[:_NUM_CALIBRATED]])
