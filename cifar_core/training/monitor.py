"""Who watches a training and may have a say in it, and where it puts what it makes."""

from pathlib import Path
from typing import Literal, Protocol

from cifar_core.training.events import Event

Weights = Literal["start", "best", "last"]


class Monitor:
    """What `fit` tells and asks while it trains. As it is: it listens to nothing and changes nothing."""

    def on_event(self, event: Event) -> None:
        """Take note of an event; called in order, in the training's thread."""

    def while_preparing(self) -> None:
        """Take a look around, between the pieces of work before the first step; may raise, to end it all there."""

    def before_step(self, step: int) -> bool:
        """Return whether to take a step (0-based). May hold the training here, to pause it."""
        return True

    def before_epoch(self, epoch: int) -> bool:
        """Return whether to begin an epoch (1-based); if not, the run is parked: it ends without a look at test."""
        return True

    def learning_rate_factor(self, step: int) -> float:
        """Return what the scheduled learning rate of a step (0-based) is multiplied by.

        Somebody may have changed it while the run went on. The same answers give the same numbers.
        """
        return 1.0


class Outputs(Protocol):
    """Where a training finds and leaves its files."""

    def checkpoint_path(self, which: int | Weights) -> Path:
        """Return where weights are: to start from if there are any, the best and the last epoch's, any other's."""

    def predictions_path(self, split: str, which: int | str) -> Path:
        """Return where predictions go: of val by epoch (1-based), of test for the "best" and the "last" one."""
