"""What a task does on its node: it starts the ordinary worker of one run, and waits for it."""

import logging
import os
import socket
import time
from pathlib import Path

from cifar_core import __version__
from cifar_core.processes import KILLED, count_oom_kills, start_tied
from cifar_core.runs.cluster.tasks import Ending
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.executor import worker_environment
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.slots import SHARES
from cifar_core.runs.status import RunStatus, change_status, now, read_status
from cifar_core.runs.workers import WORKER
from cifar_core.training.device import GIVEN_DEVICE

# A network drive shows what another machine wrote some seconds later.
_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.1

_log = logging.getLogger(__name__)


def train_here(run_dir: Path, device: str, release: str, shares: str = "") -> Ending:
    """Train a run to its end by a worker that ends with this process.

    Args:
        run_dir: As every machine calls it.
        device: That was given to this task, as its host calls it.
        release: Of CIFAR Lab, where the dispatcher is.
        shares: How many runs share a device there, as $CIFAR_RUNS_PER_DEVICE says it.
    """
    host = socket.gethostname()
    if release != __version__:
        return Ending(problem=f"{host} has CIFAR Lab {__version__}; allowed: {release}, as the dispatcher has.")
    try:
        status = _await_start(run_dir)
    except RunError as error:
        return Ending(problem=f"{host} cannot read the run: {error}; allowed: one runs folder, shared under one path.")
    if status.status not in ("running", "paused"):
        return Ending()  # it was stopped or discarded meanwhile
    begin_attempt(run_dir, host, device)
    return Ending(was_killed=_work(run_dir, device, shares) == KILLED)


def begin_attempt(run_dir: Path, host: str, device: str) -> RunStatus:
    """Raise the attempt, here where its worker is about to begin: an earlier worker, if one still lives, gives up.

    Raises:
        OSError: It cannot be written.
        RunError: The record is not readable.
    """
    return change_status(
        run_dir,
        status="running",
        message="Starting.",
        attempt=read_status(run_dir).attempt + 1,
        pid=None,
        pid_started=None,
        hostname=host,
        device=device,
        heartbeat=now(),
        started_at=now(),
        oom_kills=count_oom_kills(),
        seconds_left=None,
    )


def _work(run_dir: Path, device: str, shares: str) -> int:
    """Run the worker, and return its exit code."""
    environment = worker_environment() | {SHARES: shares}
    if os.environ.get("OMP_NUM_THREADS") == "1":  # Ray's, for what it runs itself
        del environment["OMP_NUM_THREADS"]
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""  # also where a node has a GPU that this task was not given
    else:
        environment[GIVEN_DEVICE] = device
    with RunFiles(run_dir).log.open("ab") as log:
        return start_tied(WORKER, [str(run_dir)], log, environment).wait()


def _await_start(run_dir: Path) -> RunStatus:
    """Return the status once it says that the run was started, or after some seconds."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            status = read_status(run_dir)
        except RunError:
            if time.monotonic() > until:
                raise
        else:
            if status.status != "queued" or time.monotonic() > until:
                return status
        time.sleep(_LOOK_SECONDS)
