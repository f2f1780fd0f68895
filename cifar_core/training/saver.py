"""Checkpoints written while training goes on."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from safetensors import SafetensorError

from cifar_core.failures import explain


class Writable(Protocol):
    """What can be put into a file."""

    def write(self, path: Path) -> None:
        """Put it there, all or nothing."""


class CheckpointSaver:
    """Writes a run's checkpoints in a thread of its own, one after another.

    A disk takes some tens of milliseconds until it says that a file is safe: on a GPU, a good part of a short epoch.

    Attributes:
        refusal: Why something could not be written that training can do without; empty if nothing was refused.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._pending: Future[None] | None = None
        self.refusal = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown()  # waits for what is being written

    def save(self, checkpoints: Mapping[Path, Writable], spare: Mapping[Path, Writable] | None = None) -> None:
        """Begin to write these, in order, once the ones before are written.

        Args:
            checkpoints: By where they go; a training without them could not be continued.
            spare: What it can do without, written first; `refusal` tells if that does not work.

        Raises:
            OSError: Those before could not be written.
        """
        self.wait()
        self._pending = self._pool.submit(self._write, checkpoints, spare or {})

    def wait(self) -> None:
        """Return once everything is written.

        Raises:
            OSError: It could not be.
        """
        if self._pending is not None:
            self._pending.result()

    def _write(self, checkpoints: Mapping[Path, Writable], spare: Mapping[Path, Writable]) -> None:
        try:
            for path, each in spare.items():
                each.write(path)
        except (OSError, SafetensorError) as error:
            self.refusal = explain(error).partition(";")[0]  # what helps is for who starts a run
        for path, each in checkpoints.items():
            each.write(path)
