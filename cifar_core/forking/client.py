"""Who has processes made by a fork server."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import psutil

from cifar_core.forking.order import (
    LARGEST_ANSWER,
    OFF,
    SECONDS_TO_ANSWER,
    SERVER,
    USELESS,
    VARIABLE,
    Order,
    find_socket,
)

# A process shows the command line it was started with, or another one that is no longer.
_ROOM = "." * 2048
_UNKNOWN = 1


class ForkedProcess:
    """A process that a fork server has made, as `subprocess.Popen` shows one of its own.

    Attributes:
        pid: Its number.
        returncode: How it ended, by a signal with a minus; None while it lives, 1 where nobody can tell any more.
    """

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._thread = threading.Thread(target=self._wait, name=f"wait-{pid}", daemon=True)
        self._thread.start()

    def poll(self) -> int | None:
        """Return `returncode`."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return how.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            subprocess.TimeoutExpired: It takes longer.
        """
        self._thread.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return self.returncode

    def _wait(self) -> None:
        with self._connection:
            try:
                told = self._connection.recv(LARGEST_ANSWER)
            except OSError:
                told = b""
        if not told:  # the fork server has died, and its child goes on
            with suppress(psutil.Error):
                psutil.Process(self.pid).wait()
        self.returncode = int(told) if told else _UNKNOWN


class _Keeper:
    """The fork server that this process keeps, if it keeps one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._modules: tuple[str, ...] = ()
        self._environment: dict[str, str] = {}
        self._folder = ""

    def keep(self, modules: Sequence[str], environment: Mapping[str, str]) -> None:
        with self._lock:
            self._modules, self._environment = tuple(modules), dict(environment)
            self._start_if_none()

    def revive(self) -> None:
        """Start another one where the one that this process keeps has ended, if another one would do better.

        It was idle, its code has changed, or somebody has killed it.
        """
        with self._lock:
            if self._process is not None and self._process.poll() != USELESS:
                self._start_if_none()

    def _start_if_none(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._clear()
        with suppress(OSError):  # without one, processes start as they always could
            self._folder = folder = tempfile.mkdtemp(prefix="cifar-lab-fork-")  # nobody else may enter
            self._process = subprocess.Popen(
                [sys.executable, "-m", SERVER, folder, *self._modules, _ROOM],
                stdin=subprocess.PIPE,  # closed when this process ends, however that comes about
                start_new_session=True,
                env=self._environment,
            )
            os.environ[VARIABLE] = str(find_socket(folder))

    def _clear(self) -> None:
        """Remove what one that was killed has left."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


_keeper = _Keeper()


def keep(modules: Sequence[str], environment: Mapping[str, str]) -> None:
    """Have a fork server for this process and those it starts, while this process lives, unless it was given one.

    It imports for seconds; until then, and wherever it fails, processes start without it.

    Args:
        modules: What it imports, by full names.
        environment: Its variables, those of Python's path among them.
    """
    if sys.platform == "linux" and not os.environ.get(VARIABLE):
        _keeper.keep(modules, environment)


def is_ready() -> bool:
    """Whether there is a fork server for this process that has imported everything."""
    address = os.environ.get(VARIABLE, "")
    return address not in ("", OFF) and Path(address).exists()


def start_forked(
    module: str, arguments: Sequence[str], log: BinaryIO, environment: Mapping[str, str]
) -> ForkedProcess | None:
    """Have the fork server start `python -m MODULE ARGUMENTS` in a session of its own; None if there is none that can.

    Args:
        module: By its full name.
        arguments: Words of the command line.
        log: What it writes goes here.
        environment: All of its variables.
    """
    if not is_ready():
        _keeper.revive()
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        order = Order(module, list(arguments), dict(environment), str(Path.cwd()))
        connection.settimeout(SECONDS_TO_ANSWER)
        connection.connect(os.environ[VARIABLE])
        socket.send_fds(connection, [order.encode()], [log.fileno()])
        pid = int(connection.recv(LARGEST_ANSWER))
    except (OSError, ValueError):
        connection.close()
        _keeper.revive()
        return None
    connection.settimeout(None)
    return ForkedProcess(pid, connection)
