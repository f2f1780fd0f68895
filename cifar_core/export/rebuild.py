"""A run as a zip that trains it again: core, settings, what chance and people decided, and the weights' hash."""

import json
import math
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import cifar_core
from cifar_core import __version__
from cifar_core.config import RunConfig
from cifar_core.data import choices_in
from cifar_core.export.exceptions import ExportError
from cifar_core.export.notebooks import dump_notebook
from cifar_core.export.rebuild_texts import TRAIN, read_me, rebuild_cells
from cifar_core.export.rebuilt import hash_weights
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch
from cifar_core.formats import dump_config
from cifar_core.overrides import with_overrides
from cifar_core.runs import read_learning_rate_changes
from cifar_core.runs.continuation import count_extensions
from cifar_core.runs.layout import RunFiles
from cifar_core.selections.kept import KEPT
from cifar_core.training.checkpoint import CheckpointHeader, read_checkpoint_header

# What `fit` and the data need; nothing of the dashboard.
PACKAGES = (
    "torch", "torchvision", "numpy", "scipy", "pandas", "pillow", "pydantic", "safetensors", "psutil"
)  # fmt: skip
_TIME = (1980, 1, 1, 0, 0, 0)  # the same run gives the same zip
_ENDINGS = frozenset((".py", ".yaml", ".css"))


def write_zip(subject: Subject, path: Path, watch: Watch) -> dict[str, Any]:
    """Write the zip and return what it expects.

    Raises:
        ExportError: The run has no weights of its last epoch.
    """
    record = subject.record
    last = record.checkpoint_path("last")
    if not last.is_file():
        raise ExportError(f"run {record.run_id} has no weights of its last epoch; allowed: a run that kept them")
    header = read_checkpoint_header(last)
    config = pin_config(header)
    watch.tell(0.2, "Hashing the weights")
    expected = describe_expected(subject, header)
    if read_checkpoint_header(last).progress != header.progress:
        raise ExportError(f"run {record.run_id} finished an epoch meanwhile; allowed: once more, or when it has ended")
    texts = {
        "README.md": read_me(subject.title, record.run_id, expected),
        "LICENSE": _read_license(),
        "config.json": dump_config(config, indent=1),
        "expected.json": json.dumps(expected, indent=1) + "\n",
        "requirements.txt": pin_requirements(header, subject.environment),
        "train.py": TRAIN,
        "train.ipynb": dump_notebook(rebuild_cells(subject.title, config, expected)),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            _add(archive, f"{record.run_id}/{name}", text.encode())
        for name in dict.fromkeys(choices_in(config.data).values()):  # which images it was told to train on
            _add(archive, f"{record.run_id}/{KEPT}/{name}.json", (record.run_dir / KEPT / f"{name}.json").read_bytes())
        start = record.checkpoint_path("start")
        if start.is_file():  # a fork begins from these
            rebuilt = RunFiles(Path(record.run_id, "run"))
            _add(archive, rebuilt.checkpoint_path("start").as_posix(), start.read_bytes())
        for place, (name, content) in enumerate(files := list(_core_files())):
            watch.tell(0.3 + 0.7 * place / len(files), "Packing the core")
            _add(archive, f"{record.run_id}/cifar_core/{name}", content)
    return {"expected": expected}


def pin_config(header: CheckpointHeader) -> RunConfig:
    """Return the settings with what the machine decided: device, threads, number format."""
    environment = header.environment
    changes: dict[str, Any] = {"training.device": str(environment.get("device", "cpu")).partition(":")[0]}
    if environment.get("num_threads"):
        changes["training.num_threads"] = environment["num_threads"]
    if environment.get("precision"):
        changes["training.precision"] = environment["precision"]
    return with_overrides(header.config, changes)


def describe_expected(subject: Subject, header: CheckpointHeader) -> dict[str, Any]:
    """Return what a rebuilt run is held against, as JSON has it."""
    record, progress = subject.record, header.progress
    accuracy = progress.best_val_accuracy or 0.0
    return {
        "run_id": record.run_id,
        "cifar_lab": __version__,
        "epoch": progress.epoch,
        "step": progress.step,
        "weights": {which: hash_weights(record.checkpoint_path(which)) for which in ("best", "last")},
        "val_accuracy": accuracy,
        "tolerance": chance_tolerance(accuracy, subject.val.num_images),
        "device": header.environment.get("device", ""),
        "device_title": subject.environment.get("device_title", ""),
        "num_threads": header.environment.get("num_threads"),
        "precision": header.environment.get("precision", ""),
        "torch": header.environment.get("torch", ""),
        "data_source": subject.environment.get("data_source", "cifar10"),
        "data_fingerprint": subject.environment.get("data_fingerprint", ""),
        "learning_rate_changes": [list(change) for change in read_learning_rate_changes(record)],
        "remarks": _remarks(subject),
    }


def chance_tolerance(accuracy: float, num_images: int) -> float:
    """Return how far two accuracies on as many images are apart in 95 of 100 cases if both networks are equally good.

    That is for images drawn anew; on the same images it is an upper bound for what the images do, and training adds
    its own chance.
    """
    return 1.96 * math.sqrt(2 * accuracy * (1 - accuracy) / num_images)


def pin_requirements(header: CheckpointHeader, environment: dict[str, Any]) -> str:
    """Return the packages in the versions that trained the run, as far as it says, and else in those of here."""
    trained_with = {"torch": header.environment.get("torch"), **{name: environment.get(name) for name in PACKAGES[1:]}}
    lines = [f"{name}=={_public(trained_with.get(name) or version(name))}" for name in PACKAGES]
    python = environment.get("python", "")
    return "\n".join([f"# Trained with Python {python}" if python else "# Pinned", *lines, ""])


def _public(release: str) -> str:
    """Return a version without what marks one build of it: "2.14.1+cpu" is in no index."""
    return release.partition("+")[0]


def _remarks(subject: Subject) -> list[str]:
    """Say why the weights may differ even on the same machine."""
    remarks = []
    if count_extensions(subject.record) and subject.config.schedule.name != "constant":
        remarks.append("The run was extended: its first epochs followed the schedule of a shorter run.")
    if subject.record.event_damage():
        remarks.append("Some of the run's events cannot be read: a change of its learning rate may be missing.")
    return remarks


def _core_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the core by their path within it, in order."""
    root = Path(cifar_core.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.suffix in _ENDINGS and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _read_license() -> str:
    """Return the project's licence, from the tree or from the installed package."""
    in_tree = Path(cifar_core.__file__).parents[1] / "LICENSE"
    if in_tree.is_file():
        return in_tree.read_text(encoding="utf-8")
    try:
        files = distribution("cifar-lab").files or []
    except PackageNotFoundError:
        files = []
    found = next((file for file in files if re.search(r"(^|/)LICENSE$", str(file))), None)
    return found.read_text() if found is not None else "MIT\n"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
