"""What is written in the zip of a rebuilt run: its script, its notebook, and how to use them."""

from collections.abc import Mapping
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.export.notebooks import Cell, code_cell, text_cell

TRAIN = '''"""Train this network again: python train.py. CIFAR-10 is looked for in data/, then downloaded."""

import json
from pathlib import Path

from cifar_core.data import load_dataset
from cifar_core.export.rebuilt import Replay, compare
from cifar_core.formats import read_config
from cifar_core.runs.layout import RunFiles
from cifar_core.selections import read_kept
from cifar_core.training.fit import fit

here = Path(__file__).resolve().parent
expected = json.loads((here / "expected.json").read_text(encoding="utf-8"))
config = read_config((here / "config.json").read_bytes()).config

if __name__ == "__main__":
    dataset = load_dataset(here / "data", download=expected["data_source"] != "practice")
    if dataset.fingerprint != expected["data_fingerprint"]:
        print(f"These are other images than the run had: {dataset.title}. {dataset.note}")
    files = RunFiles(here / "run")
    chosen = read_kept(here, config.data)  # which images it was told to train on, if it was
    result = fit(config, dataset, files, Replay(expected), chosen)
    print(result.message)
    print(compare(files, expected))
'''


def read_me(title: str, run_id: str, expected: Mapping[str, Any]) -> str:
    """Return how to use the zip, in Markdown."""
    where = expected["device_title"] or expected["device"]
    remarks = "".join(f"\n\n{remark}" for remark in expected["remarks"])
    return f"""# {title}, to train again

The run {run_id} of CIFAR Lab {expected["cifar_lab"]}: all that decides its weights.

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/python train.py

`train.ipynb` does the same in cells, with words (it needs Jupyter: `pip install notebook`). Weights and predictions go
to `run/`; a training that was interrupted goes on from its last finished epoch.

## What to expect

{describe_expectation(expected)}

It was trained on: {where}, {expected["num_threads"]} threads, {expected["precision"]}, torch {expected["torch"]},
{expected["epoch"]} epochs, {expected["step"]} steps. `config.json` pins the device, the threads and the number format;
to train on another device, change `training.device` there (`cpu`, `cuda`, `mps`, or `auto`).{remarks}

## What is in it

| file | what it is |
|---|---|
| `cifar_core/` | the code that trains, measures and explains; no dashboard (MIT, see `LICENSE`) |
| `config.json` | every setting |
| `expected.json` | what came out: a hash of the weights, val accuracy, changes of the learning rate on the way |
| `requirements.txt` | packages, in the versions that trained the run |
| `train.py`, `train.ipynb` | the training |
"""


def describe_expectation(expected: Mapping[str, Any]) -> str:
    """Say how equal the weights will be, and where."""
    return (
        "On the same kind of processor, with the same number of threads and the same release of torch, the weights are "
        "equal to the bit, and the script says so. Elsewhere sums are added up in another order, the last bits of "
        "numbers differ, and a training amplifies that: the weights differ then, as those of another seed do. Val "
        f"accuracy was {expected['val_accuracy']:.2%}; expect it within {100 * expected['tolerance']:.1f} points, and "
        "in short trainings a little more."
    )


def rebuild_cells(title: str, config: RunConfig, expected: Mapping[str, Any]) -> list[Cell]:
    """Return the notebook that trains the run again, with words for learners."""
    return [
        text_cell(
            f"# {title}, trained again\n\nThis notebook repeats a training of CIFAR Lab. It lies beside `cifar_core`, "
            "the code that did it first, so open it from its own folder.\n\n"
            "A training is a long calculation. If nothing in it is left to chance, it gives the same result each time. "
            "Initial weights, the order of images, augmentation and dropout are random, but they come from a **seed**, "
            f"here {config.training.seed}, so they are the same random numbers each time."
        ),
        code_cell(_LOAD),
        text_cell(
            "## The images\n\nThey are looked for in `data/`, and downloaded if they are not there. A *fingerprint* "
            "tells whether they are the ones that the run saw."
        ),
        code_cell(_IMAGES),
        text_cell(
            f"The network is a `{config.model.name}`. Below, each of its layers: what it makes of an image, how many "
            "numbers it learns, and how many multiplications it takes."
        ),
        code_cell(_NETWORK),
        text_cell(
            f"## Training\n\n{config.training.num_epochs} passes over the training images, in batches of "
            f"{config.training.batch_size}, with {config.optimizer.name}. After each pass the network is asked about "
            "images that it does not train on: **val**. The epoch with the highest val accuracy is the best one.\n\n"
            "Running this cell again after an interruption goes on from the last finished epoch."
        ),
        code_cell(_TRAIN),
        text_cell(f"## Is it the same network?\n\n{describe_expectation(expected)}"),
        code_cell(_COMPARE),
        text_cell(
            "## What it gets wrong\n\nWhich classes it takes for which, most frequent first. These are val images; the "
            "weights are those of the best epoch."
        ),
        code_cell(_MISTAKES),
        text_cell(
            "## To try\n\n* Change one setting in `config.json`, delete `run/`, and run all cells: how far does val "
            "accuracy move?\n* Change only `training.seed`. Whatever moves less than that was luck."
        ),
    ]


_LOAD = """
import json
from pathlib import Path

import pandas as pd

from cifar_core.data import load_dataset, splits_of
from cifar_core.export.rebuilt import Replay, compare
from cifar_core.formats import read_config
from cifar_core.overrides import flatten
from cifar_core.runs.layout import RunFiles
from cifar_core.selections import read_kept
from cifar_core.training.fit import fit

expected = json.loads(Path("expected.json").read_text(encoding="utf-8"))
config = read_config(Path("config.json").read_bytes()).config
pd.DataFrame(flatten(config).items(), columns=["setting", "value"])
"""

_IMAGES = """
dataset = load_dataset(Path("data"), download=expected["data_source"] != "practice")
print(dataset.title, "- the same images" if dataset.fingerprint == expected["data_fingerprint"] else "- OTHER images")
chosen = read_kept(Path(), config.data)  # which images the run was told to train on, if it was
splits = splits_of(dataset, config.data, chosen)
print(f"{len(splits.train):,} to train on, {len(splits.val):,} to choose by (val), {len(splits.test):,} for the end")
"""

_NETWORK = """
from cifar_core.models import summarize_config, summary_frame

summary_frame(summarize_config(config.model))
"""

_TRAIN = """
files = RunFiles(Path("run"))
result = fit(config, dataset, files, Replay(expected), chosen)
print(result.message)
"""

_COMPARE = """
print(compare(files, expected))
"""

_MISTAKES = """
from cifar_core.evaluation.confusion import compute_confusion_matrix, top_confusions_frame
from cifar_core.evaluation.predictions import load_predictions

predictions = load_predictions(files.predictions_path("val", result.best_epoch))
matrix = compute_confusion_matrix(predictions, dataset.num_classes)
top_confusions_frame(matrix, dataset.class_names).head(10)
"""
