"""Runs taken along: how large each kind is, how long it takes, and how often a model says what the run said.

python -m benchmarks.exports [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.

A network of each make trains for a few short epochs as a run does, then every kind of export is made of it that can be
made here. What lacks its package is skipped with a word.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor
from cifar_core.config import RunConfig
from cifar_core.data import Dataset, default_data_dir, load_dataset
from cifar_core.export import KINDS, Exported, ExportError, Subject, export_run
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker

_NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "simple_cnn": ("notebook", {}),
    "speed_cnn": ("minute", {}),
    "resnet": ("resnet", {}),
    "convnext": ("notebook", {"model.name": "convnext"}),
    "mlp": ("mlp", {}),
}
_NUM_IMAGES = 9_000
_MOST_REPORT_BYTES = 3_000_000


def main(arguments: list[str]) -> int:
    """Print a line an export, and JSON last."""
    quick = "--quick" in arguments
    dataset = load_dataset()
    goals: list[dict[str, Any]] = []
    for name, (preset, settings) in list(_NETWORKS.items())[: 1 if quick else None]:
        config = with_overrides(PRESETS[preset].config, settings)
        with tempfile.TemporaryDirectory() as folder:
            goals += _measure(name, train_shortly(config, dataset, Path(folder) / "runs", quick=quick), Path(folder))
    print_report("exports", goals, data_source=dataset.source)
    return 0


def _short(dataset: Dataset, quick: bool) -> dict[str, Any]:
    share = min(1.0, (500 if quick else _NUM_IMAGES) / (0.9 * dataset.num_train))
    return {"training.num_epochs": 1 if quick else 3, "data.train_fraction": round(share, 3)}


def train_shortly(config: RunConfig, dataset: Dataset, runs_dir: Path, *, quick: bool) -> Subject:
    """Return a run of some settings that was trained for a moment, as runs are."""
    config = with_overrides(config, _short(dataset, quick))
    store = RunStore(runs_dir, executor=IdleExecutor())
    record = store.record(store.submit(config, data_dir=default_data_dir()))
    change_status(record.run_dir, status="running")
    run_worker(record.run_dir, executor=IdleExecutor())
    return Subject(record)


def _measure(name: str, subject: Subject, folder: Path) -> list[dict[str, Any]]:
    goals: list[dict[str, Any]] = []
    for kind in KINDS.values():
        if kind.missing:
            print(f"{name}: {kind.refusal}")
            continue
        try:
            made = export_run(subject, kind.name, folder)
        except ExportError as error:  # what runs it in a browser is neither here nor to be had
            print(f"{name}: {error}")
            continue
        most = _MOST_REPORT_BYTES / 1e6 if kind.name == "report" else None
        goals += [
            judge(f"{name}, {kind.name}: MB", made.num_bytes / 1e6, most),
            judge(f"{name}, {kind.name}: seconds", made.seconds, None),
            *_judge_parity(name, made),
        ]
        print(f"{name}, {kind.name}: {made.num_bytes / 1e6:.2f} MB, {made.seconds:.1f} s", flush=True)
    return goals


def _judge_parity(name: str, made: Exported) -> list[dict[str, Any]]:
    goals = []
    for file, parity in made.facts.get("parity", {}).items():
        share = parity["num_equal"] / parity["num_images"]
        goal = None if "int8" in file else 0.99
        goals.append(judge(f"{name}, {file}: {parity['split']} images of the class saved", share, goal, at_least=True))
    return goals


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
