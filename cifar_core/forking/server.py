"""The process that is copied: python -m cifar_core.forking.server FOLDER MODULE ... ROOM.

It has imported the modules and computed nothing: threads of OpenMP, and what belongs to a GPU, begin in the copies.
"""

import ctypes
import gc
import importlib
import logging
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cifar_core.forking.order import SECONDS_TO_ANSWER, SERVER, THREADS, USELESS, Order, find_socket
from cifar_core.processes import NICE_TRAINING, let_others_first

_LARGEST_ORDER = 1 << 20
# Whom nobody asked for so long gives its memory back.
_IDLE_SECONDS = 1200.0
# Whether there is a GPU torch asks NVIDIA's management library then, which leaves the driver alone.
_ASK_NVML = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
# Drivers that a copy cannot use if they were loaded before.
_DRIVERS = ("libcuda.so", "libamdhip64.so", "libze_loader.so")

_log = logging.getLogger("cifar_core.forking")


@dataclass(frozen=True)
class _Copy:
    """What a copy finds when it begins.

    Attributes:
        order: What it is to become.
        log: File number of what it writes to.
        shown: File number that is open until others see it as what it is: closed by it, or as it begins anew.
    """

    order: Order
    log: int
    shown: int


class _Server:
    """Makes a copy for each who asks, and tells him how the copy ended."""

    def __init__(self, folder: str) -> None:
        self._stamps = _stamp_sources()
        self._waiting: dict[int, socket.socket] = {}  # by the pid of what they wait for
        self._ended, self._wake = socket.socketpair()
        for end in (self._ended, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(find_socket(folder)))
        self._listener.listen(64)

    def serve(self) -> _Copy | None:
        """Return in each copy what it finds, and in the server None, when nobody needs it any more."""
        with selectors.DefaultSelector() as selector:
            for file in (self._listener, self._ended, sys.stdin):
                selector.register(file, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select(_IDLE_SECONDS)}
                if sys.stdin in ready or not (ready or self._waiting):
                    return None
                if self._ended in ready:
                    self._tell_who_waits()
                if self._listener in ready:
                    if _stamp_sources() != self._stamps:
                        return None  # who asks starts his process from the code as it is now
                    if (copy := self._accept()) is not None:
                        return copy

    def _accept(self) -> _Copy | None:
        connection, _ = self._listener.accept()
        connection.settimeout(SECONDS_TO_ANSWER)
        files: list[int] = []
        is_shown, shown = os.pipe()
        try:
            message, files, _, _ = socket.recv_fds(connection, _LARGEST_ORDER, 1)
            order, (log,) = Order.decode(message), files
            pid = _fork()
        except (OSError, ValueError):
            connection.close()  # who asks starts his process himself
            for file in (*files, is_shown, shown):
                os.close(file)
            return None
        if pid == 0:
            os.close(is_shown)
            connection.close()
            return _Copy(order, log, shown)
        for file in (log, shown):
            os.close(file)
        os.read(is_shown, 1)
        os.close(is_shown)
        self._waiting[pid] = connection
        with suppress(OSError):
            connection.sendall(str(pid).encode())
        return None

    def _tell_who_waits(self) -> None:
        with suppress(BlockingIOError):
            while self._ended.recv(4096):
                pass
        for pid in list(self._waiting):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                with self._waiting.pop(pid) as connection, suppress(OSError):
                    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def close(self) -> None:
        """Let go of what is a server's: at its end, and in each copy. Nobody is told anything by that."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in (self._listener, self._ended, self._wake, *self._waiting.values()):
            each.close()


def _fork() -> int:
    """Copy this process; return 0 in the copy.

    The only other threads are those of BLAS, which ends them before and begins them anew after. Python cannot know.

    Raises:
        OSError: The system refuses.
        ValueError: There is another thread, which a copy would lack.
    """
    if threading.active_count() > 1:
        raise ValueError("there is another thread")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _become(copy: _Copy, had: Mapping[str, str]) -> None:
    """Be the process that was asked for; where that is not possible, begin anew as its command.

    Args:
        copy: Who this process is to be.
        had: What the fork server was started with.
    """
    order = copy.order
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nothing, 0), (copy.log, 1), (copy.log, 2)):
        os.dup2(file, number)
    for file in (nothing, copy.log):
        os.close(file)
    os.chdir(order.folder)
    if not (order.suits(had) and show_as(order.command)):
        os.execve(sys.executable, order.command, order.environment)  # noqa: S606 - a list, and no shell
    os.close(copy.shown)
    os.environ.clear()
    os.environ.update(order.environment)
    sys.argv, sys.path[0] = [order.module, *order.arguments], order.folder
    _limit_threads(order.environment.get(THREADS, ""))
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # else all copies draw the same; Python sees to its own


def _limit_threads(number: str) -> None:
    """Tell libraries what they would have read while they were imported."""
    if number.isdecimal() and int(number) > 0:
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(int(number))
        importlib.import_module("threadpoolctl").threadpool_limits(int(number))


def show_as(command: Sequence[str]) -> bool:
    """Show this process under another command line; return whether others see it now.

    Linux reads a process's command line where the process was started with it, which must be room enough.
    """
    line = b"".join(os.fsencode(word) + b"\0" for word in command)
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end of proc_pid_stat(5)
    if not 0 < len(line) <= end - start:
        return False
    ctypes.memmove(start, line.ljust(end - start, b"\0"), end - start)
    return Path("/proc/self/cmdline").read_bytes().rstrip(b"\0") == line.rstrip(b"\0")


def _import(modules: Sequence[str]) -> None:
    before = dict(os.environ)
    os.environ.update(_ASK_NVML)
    for name in modules:
        importlib.import_module(name)
    for name in _ASK_NVML:
        os.environ.pop(name)
        if name in before:
            os.environ[name] = before[name]


def find_drivers(maps: str) -> list[str]:
    """Return which GPU drivers are loaded, of those that a copy cannot use.

    Args:
        maps: What Linux says of a process's memory: /proc/PID/maps.
    """
    return [driver for driver in _DRIVERS if driver in maps]


def _stamp_sources() -> dict[str, int]:
    """Return of when each module's file is that this process has imported."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return {file: os.stat(file).st_mtime_ns for file in files if file and os.path.exists(file)}  # noqa: PTH110, PTH116


def main(arguments: Sequence[str]) -> None:
    """Import, serve, and in a copy do what was asked for: FOLDER MODULE ... ROOM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    folder, *modules, _ = arguments
    show_as([sys.executable, "-m", SERVER])
    let_others_first(NICE_TRAINING)
    had = dict(os.environ)
    copy = None
    try:
        _import(modules)
        if drivers := find_drivers(Path("/proc/self/maps").read_text(errors="replace")):
            _log.info("Processes start without a fork server: %s is loaded.", ", ".join(drivers))
            sys.exit(USELESS)
        gc.collect()
        gc.freeze()  # whatever is collected is copied
        server = _Server(folder)
        copy = server.serve()
        server.close()
    finally:
        if copy is None:
            shutil.rmtree(folder, ignore_errors=True)
    if copy is not None:
        _become(copy, had)
        runpy.run_module(copy.order.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
