"""python -m pytest tests/unit/training/test_start.py. A run's process, and a command, import what they need alone."""

import subprocess
import sys

import pytest

# Each takes half a second and more, and torchvision brings torch's compiler along: seconds between Start and a step.
NOT_NEEDED = {"pandas", "scipy", "sklearn", "torchvision", "matplotlib", "streamlit", "captum"}


@pytest.mark.parametrize(
    ("modules", "spared"),
    [
        ("cifar_core.runs.worker", NOT_NEEDED | {"torch"}),
        ("cifar_core.runs.worker, cifar_core.training.fit", NOT_NEEDED | {"torch._dynamo"}),
        ("cifar_core.cli", NOT_NEEDED - {"scipy"} | {"torch", "scipy.stats"}),
    ],
)
def test_what_is_not_needed_is_not_imported(modules, spared):
    code = f"import sys, {modules}; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(imported) & spared == set()
