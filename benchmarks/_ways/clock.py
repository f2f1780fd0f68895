"""When the parts of an epoch began and ended, noted by whoever trains."""

import time

from benchmarks._ways import Pace
from benchmarks._ways.task import finish

# The first epoch warms up: what is told is the second one.
NUM_EPOCHS = 2


class EpochClock:
    """Times the last epoch that it saw; each reading waits until the device has done its work.

    Steps count from the second batch on, so that workers that must first be started cost an epoch but not its steps.
    """

    def __init__(self, device: str) -> None:
        self._device = device

    def begin(self) -> None:
        """An epoch begins."""
        self._began = self._first = self._trained = self._now()
        self._num_images = self._num_timed = self._num_batches = 0

    def step(self, num_images: int) -> None:
        """A step with so many images is done."""
        self._num_batches += 1
        self._num_images += num_images
        if self._num_batches == 1:
            self._first = self._now()
        else:
            self._num_timed += num_images

    def trained(self) -> None:
        """All steps of the epoch are done; val comes next."""
        self._trained = self._now()

    def end(self) -> None:
        """All that belongs to the epoch is done."""
        self._ended = self._now()

    @property
    def pace(self) -> Pace:
        """How fast the last epoch went. Needs two batches at least."""
        return Pace(self._num_timed / (self._trained - self._first), self._num_images / (self._ended - self._began))

    def _now(self) -> float:
        finish(self._device)
        return time.perf_counter()
