"""One optimizer update, and the sums that tell how training goes without waiting for the device at each step."""

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from cifar_core.augmentation import Batch

if TYPE_CHECKING:  # a state's number format is chosen by timing steps
    from cifar_core.training.state import TrainingState


class DivergedError(RuntimeError):
    """The loss is no longer a finite number.

    Attributes:
        step: The first update whose loss was not finite, 1-based over the whole run.
    """

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(f"the loss became {loss} at step {step}")
        self.step = step


def train_step(
    model: nn.Module,
    optimizer: optim.Optimizer,
    images: Tensor,
    targets: Tensor,
    *,
    label_smoothing: float,
    precision: str,
    gradient_clipping: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """Update the model once.

    Args:
        model: From images in [0, 1] to logits.
        optimizer: Over the model's parameters, its learning rate already set.
        images: (B, 3, 32, 32) float in [0, 1].
        targets: (B,) int64, or (B, C) float shares of the classes.
        label_smoothing: Share of the target spread over all classes.
        precision: "float32" or "bfloat16" (autocast: weights stay float32).
        gradient_clipping: Longest gradient over all weights; 0 lets every length through.

    Returns:
        The mean loss and the number of correct predictions (of the class with the largest share), both before the
        update and still on the device.
    """
    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        logits = model(images)
    logits = logits.float()
    loss = functional.cross_entropy(logits, targets, label_smoothing=label_smoothing)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if gradient_clipping:
        nn.utils.clip_grad_norm_(model.parameters(), gradient_clipping)
    optimizer.step()
    labels = targets if targets.ndim == 1 else targets.argmax(dim=1)
    return loss.detach(), (logits.detach().argmax(dim=1) == labels).sum()


def train_on(state: "TrainingState", batch: Batch) -> tuple[Tensor, Tensor]:
    """Update a run's model once with one of its batches, as its config says; returns what `train_step` does."""
    training = state.config.training
    return train_step(
        state.model,
        state.optimizer,
        batch.images,
        batch.targets,
        label_smoothing=training.label_smoothing,
        precision=state.precision,
        gradient_clipping=training.gradient_clipping,
    )


def gradient_norm(model: nn.Module) -> float:
    """Return the length of the last step's gradient over all weights, after clipping. Waits for the device."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    return float(nn.utils.get_total_norm(gradients))


@dataclass(frozen=True)
class StepTotals:
    """Sums over some steps.

    Attributes:
        loss: Sum over images of their loss.
        num_correct: Right predictions.
        num_images: Images seen.
        seconds: Spent.
    """

    loss: float = 0.0
    num_correct: int = 0
    num_images: int = 0
    seconds: float = 0.0

    def __add__(self, other: "StepTotals") -> "StepTotals":
        return StepTotals(
            self.loss + other.loss,
            self.num_correct + other.num_correct,
            self.num_images + other.num_images,
            self.seconds + other.seconds,
        )

    @property
    def mean_loss(self) -> float:
        """Loss per image."""
        return self.loss / max(self.num_images, 1)

    @property
    def accuracy(self) -> float:
        """Share of right predictions, in [0, 1]."""
        return self.num_correct / max(self.num_images, 1)

    @property
    def images_per_second(self) -> float:
        """Throughput."""
        return self.num_images / self.seconds if self.seconds else 0.0


@dataclass
class StepMeter:
    """Collects the losses of steps on the device and reads them now and then.

    Reading waits for the device, so it happens every `read_every` seconds of wall time, not at each step.
    """

    read_every: float = 0.5
    _losses: list[Tensor] = field(default_factory=list)
    _num_correct: list[Tensor] = field(default_factory=list)
    _batch_sizes: list[int] = field(default_factory=list)
    _read_at: float = field(default_factory=time.perf_counter)

    @property
    def is_due(self) -> bool:
        """Whether enough time has gone by to read again."""
        return time.perf_counter() - self._read_at >= self.read_every

    def add(self, loss: Tensor, num_correct: Tensor, batch_size: int) -> None:
        """Note one step."""
        self._losses.append(loss)
        self._num_correct.append(num_correct)
        self._batch_sizes.append(batch_size)

    def read(self, last_step: int) -> StepTotals:
        """Return the sums since the last reading and start anew.

        Args:
            last_step: The 1-based number of the last step noted.

        Raises:
            DivergedError: A loss was not finite; it names the first such step.
        """
        sizes = self._batch_sizes
        if not sizes:
            return StepTotals()
        losses = torch.stack(self._losses).tolist()
        correct = int(torch.stack(self._num_correct).sum())
        for offset, loss in enumerate(losses):
            if not math.isfinite(loss):
                raise DivergedError(last_step - len(losses) + 1 + offset, loss)
        now = time.perf_counter()
        total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
        seconds, self._read_at = now - self._read_at, now
        self._losses, self._num_correct, self._batch_sizes = [], [], []
        return StepTotals(total, correct, sum(sizes), seconds)
