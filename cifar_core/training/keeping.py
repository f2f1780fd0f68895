"""What a run keeps of its epochs: the best and the last checkpoint, and each epoch's weights where they are wanted."""

import torch

from cifar_core.training.checkpoint import Progress, take_checkpoint
from cifar_core.training.epoch_weights import EpochWeights
from cifar_core.training.events import WeightsRefused
from cifar_core.training.monitor import Monitor, Outputs
from cifar_core.training.saver import CheckpointSaver
from cifar_core.training.state import TrainingState


class Keeping:
    """Takes a run's checkpoints after each epoch, and has them written while the next one is trained."""

    def __init__(self, state: TrainingState, outputs: Outputs, saver: CheckpointSaver, monitor: Monitor) -> None:
        self._state = state
        self._outputs = outputs
        self._saver = saver
        self._monitor = monitor
        self._refused: WeightsRefused | None = None

    def save(self, progress: Progress, *, is_best: bool) -> None:
        """Save `best` before `last`: a run continued from `last` then never lacks the best epoch it knows of.

        Args:
            progress: How far the run is with the epoch that is just done.
            is_best: Whether that epoch is the best one so far.

        Raises:
            OSError: What is kept of the epoch before could not be written.
        """
        state = self._state
        environment = {
            "device": state.device,
            "precision": state.precision,
            "num_threads": torch.get_num_threads(),
            "torch": torch.__version__,
        }
        checkpoints, spare = {}, {}
        if is_best:
            best = take_checkpoint(state.config, state.evaluated, progress, environment=environment)
            checkpoints[self._outputs.checkpoint_path("best")] = best
        last = take_checkpoint(
            state.config,
            state.classifier,
            progress,
            optimizer=state.optimizer,
            average=state.average,
            environment=environment,
        )
        checkpoints[self._outputs.checkpoint_path("last")] = last
        self._saver.wait()
        if state.config.training.save_every_epoch and not self._find_refusal(progress.epoch - 1):
            spare[self._outputs.checkpoint_path(progress.epoch)] = EpochWeights(last)
        self._saver.save(checkpoints, spare)

    def finish(self, epoch: int) -> WeightsRefused | None:
        """Return once everything is written: why epochs' weights are no longer kept, if so.

        Args:
            epoch: The last one that is done.

        Raises:
            OSError: The checkpoints could not be written.
        """
        self._saver.wait()
        return self._find_refusal(epoch)

    def _find_refusal(self, epoch: int) -> WeightsRefused | None:
        """Told once, with the first epoch that lacks them."""
        if self._saver.refusal and self._refused is None:
            self._refused = WeightsRefused(epoch, self._saver.refusal)
            self._monitor.on_event(self._refused)
        return self._refused
