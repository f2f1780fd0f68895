"""Starting the dispatcher, by a process of its own: one that joins a cluster ends with the cluster's head."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from cifar_core.failures import explain
from cifar_core.processes import start_detached, with_package
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.local_disk import local_dir

STARTER = "cifar_core.runs.cluster.ray_start"
_SECONDS = 60.0
_PROBE_SECONDS = 3.0


def start_dispatcher(runs_dir: Path, address: str) -> None:
    """Have the cluster start a dispatcher for a runs folder, unless it has one, and wait until it looks after it.

    Raises:
        RunError: Ray is not installed, the cluster does not answer, or the dispatcher cannot start there.
    """
    _probe(address)
    command, environment = [sys.executable, "-m", STARTER, str(runs_dir)], with_package(os.environ)
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise _no_answer(address, f"nothing came back within {_SECONDS:.0f} seconds") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise _no_answer(address, lines[-1] if lines else f"exit code {done.returncode}")


def begin_dispatcher(runs_dir: Path) -> None:
    """As `start_dispatcher`, without waiting; whoever asks for something hears what is wrong."""
    with suppress(OSError), (local_dir(runs_dir) / "dispatcher.log").open("wb") as log:
        start_detached(STARTER, [str(runs_dir)], log, gives_way=False)


def _probe(address: str) -> None:
    """Ray itself takes a minute to find out that nobody is there."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host:
        return  # "auto": Ray looks for a cluster of this machine
    try:
        socket.create_connection((host.strip("[]"), int(port)), _PROBE_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _no_answer(address, explain(error)) from error


def _no_answer(address: str, why: str) -> RunError:
    return RunError(
        f"CIFAR_EXECUTOR = {address!r} does not answer: {why.rstrip('.')}; allowed: the address of a Ray cluster that "
        "runs, or local"
    )
