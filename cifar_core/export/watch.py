"""Who is told how far an export is, and may stop it."""

from collections.abc import Callable
from dataclasses import dataclass

from cifar_core.export.exceptions import ExportStoppedError


@dataclass(frozen=True)
class ExportProgress:
    """How far an export is.

    Attributes:
        share: Done, in [0, 1].
        words: What is done next, for people.
    """

    share: float
    words: str


OnProgress = Callable[[ExportProgress], None]


class Watch:
    """Tells one caller how far the work is, and asks whether to go on.

    Args:
        on_progress: Told before each piece of work; nobody if None.
        should_stop: Asked then, too; nobody if None.
        span: Which part of the whole this work is: where it begins and ends, in [0, 1].
    """

    def __init__(
        self,
        on_progress: OnProgress | None = None,
        should_stop: Callable[[], bool] | None = None,
        span: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._span = span

    def tell(self, share: float, words: str) -> None:
        """Say that a share of the work, in [0, 1], is done and what comes next.

        Raises:
            ExportStoppedError: Somebody asked to stop.
        """
        if self._on_progress is not None:
            self._on_progress(ExportProgress(self._place(share), words))
        if self._should_stop is not None and self._should_stop():
            raise ExportStoppedError("The export was stopped; nothing of it was kept.")

    def part(self, start: float, end: float) -> "Watch":
        """Return a watch for a piece of the work, between two shares of it."""
        return Watch(self._on_progress, self._should_stop, (self._place(start), self._place(end)))

    def _place(self, share: float) -> float:
        start, end = self._span
        return start + share * (end - start)
