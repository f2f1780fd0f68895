"""Which engine trains: $CIFAR_EXECUTOR says it; this machine, if it says nothing."""

import os
import re
from pathlib import Path

from cifar_core.runs.cluster.front import EngineExecutor
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import LOCAL, Executor

VARIABLE = "CIFAR_EXECUTOR"
_ADDRESS = re.compile(r"(ray://)?[\w.\-\[\]:]+:\d{1,5}")
_ALLOWED = "allowed: local, auto (the Ray cluster of this machine), ray://HOST:10001, or HOST:6379"


def read_address() -> str:
    """Return where the Ray cluster is that $CIFAR_EXECUTOR names; empty for this machine without one.

    Raises:
        RunError: What it says is not allowed.
    """
    address = os.environ.get(VARIABLE, "").strip()
    if address in ("", LOCAL):
        return ""
    if address != "auto" and not _ADDRESS.fullmatch(address):
        raise RunError(f"{VARIABLE} = {address!r} is not allowed; {_ALLOWED}")
    return address


def choose_engine(runs_dir: Path) -> Executor | None:
    """Return what stands for the engine that $CIFAR_EXECUTOR names; None where this machine trains by itself.

    Raises:
        RunError: What it says is not allowed.
    """
    address = read_address()
    return EngineExecutor(runs_dir, address) if address else None
