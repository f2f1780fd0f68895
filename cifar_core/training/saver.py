"""Checkpoints written while training goes on."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from cifar_core.training.checkpoint import Checkpoint


class CheckpointSaver:
    """Writes a run's checkpoints in a thread of its own, one after another.

    A disk takes some tens of milliseconds until it says that a file is safe: on a GPU, a good part of a short epoch.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown()  # waits for what is being written

    def save(self, checkpoints: Mapping[Path, Checkpoint]) -> None:
        """Begin to write these, in order, once the ones before are written.

        Raises:
            OSError: Those before could not be written.
        """
        self.wait()
        self._pending = self._pool.submit(_write, checkpoints)

    def wait(self) -> None:
        """Return once everything is written.

        Raises:
            OSError: It could not be.
        """
        if self._pending is not None:
            self._pending.result()


def _write(checkpoints: Mapping[Path, Checkpoint]) -> None:
    for path, checkpoint in checkpoints.items():
        checkpoint.write(path)
