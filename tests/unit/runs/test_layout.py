"""python -m pytest tests/unit/runs/test_layout.py. One place names the files of a run."""

import re
from pathlib import Path

from cifar_core.runs.layout import RunFiles

ROOT = Path(__file__).parents[3]
NAMES = re.compile(
    r"config\.json|status\.json|environment\.json|metrics\.jsonl|events\.jsonl|log\.txt"
    r"|\.safetensors|val-\{|test-\{|test-best|\"(?:checkpoints|predictions|commands)\""
)


def test_no_other_module_spells_them():
    packages = ("cifar_core", "dashboard", "benchmarks")
    # What is exported, and brought from elsewhere, has files of its own, with names that others know.
    elsewhere = {ROOT / "cifar_core" / name for name in ("export", "importing")}
    sources = [
        path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if path.name != "layout.py" and elsewhere.isdisjoint(path.parents)
    ]
    found = {str(path.relative_to(ROOT)): NAMES.findall(path.read_text(encoding="utf-8")) for path in sources}
    assert {path: names for path, names in found.items() if names} == {}


def test_predictions_are_named_by_epoch_and_found_in_order(tmp_path):
    files = RunFiles(tmp_path)
    assert files.predictions_path("val", 7).name == "val-0007.npz"
    assert files.predictions_path("test", "best").name == "test-best.npz"
    assert files.val_epochs() == []
    for epoch in (12, 3, 10_000):
        path = files.predictions_path("val", epoch)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (path.parent / "val-0004.npz.tmp").touch()
    assert files.val_epochs() == [3, 12, 10_000]
