"""Where workers run: slots, and four calls. Another engine stands behind the same."""

import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

import psutil

from cifar_core import forking
from cifar_core.processes import (
    GIVEN_THREADS,
    KILLED,
    StartedProcess,
    count_oom_kills,
    start_detached,
    with_package,
)
from cifar_core.runs.exceptions import RunError
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.record import RunRecord
from cifar_core.runs.slots import Slot, count_runs_per_device, fitting
from cifar_core.runs.status import read_status
from cifar_core.runs.watch import HeartbeatWatch
from cifar_core.runs.workers import WORKER, find_worker, is_this_machines, is_worker_alive
from cifar_core.training.device import GIVEN_DEVICE, list_devices, resolve_device

LOCAL = "local"
_VISIBLE = "CUDA_VISIBLE_DEVICES"
# What a worker that sees one GPU is told of the others, among which it starts the next run: what could be seen before,
# and how the machine's devices are called.
_VISIBLE_BEFORE, _DEVICES = "CIFAR_VISIBLE_BEFORE", "CIFAR_DEVICES"
# What takes seconds to import, and each training needs; an optimizer's step imports torch's compiler.
_IMPORTED_BEFORE = (
    "cifar_core.runs.queue",
    "cifar_core.runs.reporter",
    "cifar_core.training.fit",
    "cifar_core.derived.kinds",
    "cifar_core.export.exporting",
    "torch._dynamo",
)
_KEEP_MEMORY = ":".join(
    [
        "glibc.malloc.hugetlb=1",
        *(f"glibc.malloc.{name}={4 << 30}" for name in ("mmap_threshold", "trim_threshold")),
    ]
)


class Executor(Protocol):
    """Starts workers and knows whether they live.

    Attributes:
        engine: Its name, which runs that it has started bear.
        decides: Whether this process may decide who is next; else the engine does, somewhere else, and hears of what is
            new by `submit`.
        raises_attempts: Whether a run's attempt is counted by what `submit` starts, on the host where it begins.
    """

    engine: str
    decides: bool
    raises_attempts: bool

    def slots(self, device: str = "") -> list[Slot]:
        """Return where a run may train that asks for a device (`training.device`); all slots if none is named.

        A slot has room for one run: a device that several may share occurs as often.

        Raises:
            DeviceError: There is no such device, nor will there be one.
        """

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start a worker on the run, which may go on with others of the same experiment, in this order."""

    def poll(self, run_dir: Path) -> bool:
        """Whether the run's worker is alive, as far as can be told."""

    def was_killed(self, run_dir: Path) -> bool:
        """Whether the system ended the run's worker, as it does where memory runs out, as far as can be told."""

    def cancel(self, run_dir: Path) -> None:
        """End the run's worker; it gets the chance to finish its step."""

    def logs(self, run_dir: Path) -> str:
        """Return the last lines of what the worker wrote."""

    def tend(self) -> None:
        """See to what keeps the queue going, where this process does not: called now and then, and quick."""


class LocalExecutor:
    """Workers as processes of their own on this machine. They outlive whoever started them."""

    engine = LOCAL
    decides = True
    raises_attempts = False

    def __init__(self) -> None:
        self._children: dict[tuple[Path, int], StartedProcess] = {}  # by run and attempt
        self._watch = HeartbeatWatch()

    def slots(self, device: str = "") -> list[Slot]:
        """Return this machine's."""
        return local_slots(device)

    def submit(self, run_dir: Path, then: Sequence[Path] = ()) -> None:
        """Start `python -m cifar_core.runs.worker RUN_DIR ...` in a session of its own, on the device of its slot.

        Raises:
            OSError: It cannot be started.
        """
        status = read_status(run_dir)
        with RunFiles(run_dir).log.open("ab") as log:
            words = [str(each.resolve()) for each in (run_dir, *then)]
            child = start_detached(WORKER, words, log, worker_environment(status.device))
        self._children[run_dir, status.attempt] = child

    def poll(self, run_dir: Path) -> bool:
        """Ask the child if it is ours, this machine's process table if it runs here, else watch its heartbeat."""
        try:
            status = read_status(run_dir)
        except RunError:
            return False
        child = self._children.get((run_dir, status.attempt))
        if child is not None:
            return child.poll() is None
        if is_this_machines(status):
            return is_worker_alive(run_dir, status)
        return not self._watch.is_silent(run_dir, status)

    def was_killed(self, run_dir: Path) -> bool:
        """Ask how the child ended if it is ours; else whether this system has killed for memory since the run began."""
        try:
            status = read_status(run_dir)
        except RunError:
            return False
        child = self._children.get((run_dir, status.attempt))
        if child is not None:
            return child.poll() == KILLED
        before, by_now = status.oom_kills, count_oom_kills()
        return is_this_machines(status) and before is not None and by_now is not None and by_now > before

    def cancel(self, run_dir: Path) -> None:
        """Send SIGTERM to the process that trains this very run, if there is one on this machine."""
        process = find_worker(run_dir, read_status(run_dir))
        if process is not None and process.pid != os.getpid():
            with suppress(psutil.Error):  # it has ended meanwhile, or is not ours to end: it gives up by itself
                process.send_signal(signal.SIGTERM)

    def logs(self, run_dir: Path) -> str:
        """Return the tail of the run's log."""
        return RunRecord(run_dir).log_tail()

    def tend(self) -> None:
        """There is nothing to see to: whoever looks decides."""


def keep_imports() -> None:
    """Let workers that this process starts, and those that these start, begin with their imports done.

    It takes seconds of a processor and some 400 MB, which the workers share; until then, they import for themselves.
    """
    forking.keep(_IMPORTED_BEFORE, with_package(worker_environment()))


def local_slots(device: str = "") -> list[Slot]:
    """Return where a run may train on this machine; as `Executor.slots`.

    Raises:
        DeviceError: This machine has no such device.
        RunError: What is declared of how many runs share one is not allowed.
    """
    host = socket.gethostname()
    names = ("cpu",) if device == "cpu" else _list_device_names()  # to look for others imports torch
    found = fitting(device, [Slot(host, name) for name in names])
    if not found:
        resolve_device(device)  # says what is allowed
    return [slot for slot in found for _ in range(count_runs_per_device(slot.device))]


def _list_device_names() -> tuple[str, ...]:
    """Return what this machine calls its devices, those as well that this process was not given."""
    told = os.environ.get(_DEVICES)
    return tuple(told.split(",")) if told else _look_for_devices()


@cache
def _look_for_devices() -> tuple[str, ...]:
    """Devices do not come and go while a process lives."""
    return tuple(device.name for device in list_devices())


def worker_environment(device: str = "cpu") -> dict[str, str]:
    """Return the environment variables of a worker: this process's own, and what lets it train well.

    glibc gives large blocks back to the system when they are freed, and each training step would have the same
    megabytes mapped and cleared anew, in pages of 4 kB. A worker keeps what it has freed, in huge pages where the
    system has them. Only glibc reads this variable; a value that somebody has set stays.

    Of several NVIDIA GPUs it sees the one that it was given.

    Args:
        device: Of its slot.
    """
    environment = {"GLIBC_TUNABLES": _KEEP_MEMORY, **_environment_before()}
    kind, _, number = device.partition(":")
    if kind == "cuda":
        before = environment.get(_VISIBLE, "")
        seen = [name for name in before.split(",") if name]
        environment |= {GIVEN_DEVICE: device, _VISIBLE: seen[int(number)] if seen else number}
        environment |= {_VISIBLE_BEFORE: before, _DEVICES: ",".join(_list_device_names())}
    return environment


def _environment_before() -> dict[str, str]:
    """Return this process's variables as they were before it was given one of several devices, or some of the cores."""
    environment = dict(os.environ)
    environment.pop(GIVEN_THREADS, None)
    before = environment.pop(_VISIBLE_BEFORE, None)
    if before is None:
        return environment
    for name in (GIVEN_DEVICE, _DEVICES, _VISIBLE):
        environment.pop(name, None)
    return environment | ({_VISIBLE: before} if before else {})
