"""What a benchmark says of itself: a line of JSON with its figures, their goals, and where they were measured."""

import json
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

from cifar_core.training.device import count_cores, list_devices, processor_name

_PACKAGES = ("torch", "torchvision", "numpy", "streamlit", "plotly", "pandas")


def judge(what: str, value: float, goal: float | None, *, at_least: bool = False) -> dict[str, Any]:
    """Return a line of a report: a value held against its goal, if there is one."""
    met = None if goal is None else value >= goal if at_least else value <= goal
    return {"what": what, "value": value, "goal": goal, "met": met}


def print_report(name: str, goals: Sequence[dict[str, Any]], **facts: Any) -> None:
    """Print a benchmark's last line.

    Args:
        name: The benchmark's.
        goals: As `judge` returns them.
        facts: What else decides the figures.
    """
    print(json.dumps({"name": name, **facts, "machine": describe_machine(), "goals": list(goals)}))


def describe_machine() -> dict[str, Any]:
    """Return what this machine is, and which versions it runs."""
    return {
        "processor": processor_name(),
        "num_cores": count_cores(),
        "num_threads": count_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "devices": [f"{device.name}: {device.title}" for device in list_devices()],
        "platform": platform.platform(),
        "python": platform.python_version(),
        **{package: _version(package) for package in _PACKAGES},
    }


def _version(package: str) -> str | None:
    """A machine that only trains may lack what only pages need."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
