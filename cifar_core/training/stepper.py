"""A run's updates one after another; on an NVIDIA GPU recorded once as a graph of kernels and replayed."""

import logging

import torch
from torch import Tensor

from cifar_core.augmentation import Batch
from cifar_core.training.optimizer import make_recordable, set_learning_rate
from cifar_core.training.state import TrainingState
from cifar_core.training.step import train_on

_log = logging.getLogger(__name__)

# Updates before one is recorded: libraries choose and load their kernels, optimizers make their buffers.
_NUM_WARM_UP = 3


class Stepper:
    """Makes a run's updates.

    An update of a small network is some hundred kernels of a few microseconds each, which a processor cannot launch as
    fast as a GPU runs them. Recorded as one CUDA graph they are launched at once. Batches of another size than the
    first, the last of an epoch, are stepped on plainly, with the same kernels.

    Args:
        state: Of the run, before its first update in this process.
    """

    def __init__(self, state: TrainingState) -> None:
        self._state = state
        self._num_plain = 0
        self._recorded: _RecordedStep | None = None
        self._is_recording = state.device.startswith("cuda")
        if self._is_recording:
            make_recordable(state.optimizer, state.device)

    def step(self, batch: Batch, learning_rate: float) -> tuple[Tensor, Tensor]:
        """Update the network once; return what `train_step` does."""
        set_learning_rate(self._state.optimizer, learning_rate)
        if self._recorded is None and self._is_recording and self._num_plain >= _NUM_WARM_UP:
            self._record(batch)
        if self._recorded is not None and self._recorded.fits(batch):
            return self._recorded.replay(batch)
        self._num_plain += 1
        return train_on(self._state, batch)

    def _record(self, batch: Batch) -> None:
        if len(batch.targets) < self._state.config.training.batch_size:
            return  # the last of an epoch: the next one is whole
        try:
            self._recorded = _RecordedStep(self._state, batch)
        except RuntimeError as error:  # as torch reports what cannot be recorded; nothing was computed yet
            self._is_recording = False
            self._state.optimizer.zero_grad(set_to_none=True)
            _log.warning("Updates are not recorded, which is slower: %s", error)


class _RecordedStep:
    """One update as a CUDA graph: it reads its batch and learning rates from fixed places.

    Recording computes nothing: weights stay as they were.
    """

    def __init__(self, state: TrainingState, batch: Batch) -> None:
        self._images, self._targets = batch.images.clone(), batch.targets.clone()
        self._graph = torch.cuda.CUDAGraph()
        state.optimizer.zero_grad(set_to_none=True)
        torch.cuda.empty_cache()  # the graph takes memory of its own for what lives between its kernels
        with torch.cuda.graph(self._graph):
            self._loss, self._num_correct = train_on(state, Batch(self._images, self._targets))
        self._gradients = [(parameter, parameter.grad) for parameter in state.classifier.parameters()]

    def fits(self, batch: Batch) -> bool:
        """Whether a batch is of the size that was recorded."""
        return batch.images.shape == self._images.shape

    def replay(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Update the network once."""
        self._images.copy_(batch.images)
        self._targets.copy_(batch.targets)
        self._graph.replay()
        for parameter, gradient in self._gradients:
            parameter.grad = gradient  # a plain step in between left its own there
        return self._loss.clone(), self._num_correct.clone()
