"""What `fit` reports while it trains. Free of torch, so that whoever reads a record can import it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class TrainingStarted:
    """A run begins or continues.

    Attributes:
        device: Where it trains, e.g. "cpu" or "cuda:0".
        precision: "float32" or "bfloat16".
        num_threads: CPU threads in use.
        num_parameters: Trainable numbers in the network.
        num_steps: Optimizer updates of the whole run.
        steps_per_epoch: Optimizer updates of one epoch.
        first_epoch: 1-based; above 1 when a run continues.
        is_compiling: Whether the network is compiled before the first step.
        precision_timing: What `precision` was chosen by, in milliseconds a step; empty if it was not measured now.
    """

    device: str
    precision: str
    num_threads: int
    num_parameters: int
    num_steps: int
    steps_per_epoch: int
    first_epoch: int
    is_compiling: bool = False
    precision_timing: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkCompiled:
    """torch.compile has done its work; steps begin.

    Attributes:
        epoch: 1-based, the one that begins.
        seconds: It took. They count as training.
    """

    epoch: int
    seconds: float


@dataclass(frozen=True)
class StepsDone:
    """Some steps since the last report.

    Attributes:
        epoch: 1-based.
        step: Optimizer updates since the run began.
        train_loss: Mean over the images of these steps.
        train_accuracy: In [0, 1], on the same (augmented) images, before each update.
        learning_rate: Of the last of these steps.
        images_per_second: Training throughput over these steps.
        gradient_norm: Length of the last step's gradient over all weights, after clipping.
        device_memory: The most bytes held on a GPU so far; None elsewhere.
        device_utilization: Per cent of the time in which the GPU was busy; None where nobody can say.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    learning_rate: float
    images_per_second: float
    gradient_norm: float | None = None
    device_memory: float | None = None
    device_utilization: float | None = None


@dataclass(frozen=True)
class EpochDone:
    """One pass over the training images and a look at val.

    Attributes:
        epoch: 1-based.
        step: Optimizer updates since the run began.
        train_loss: Mean over the epoch's augmented images, while the weights changed.
        train_accuracy: Likewise, in [0, 1].
        val_loss: Mean negative log-likelihood after the epoch.
        val_accuracy: In [0, 1], after the epoch.
        learning_rate: Of the epoch's last step.
        seconds: Of this epoch, val included.
        images_per_second: Training throughput of the epoch, val excluded.
        is_best: Whether val accuracy beats every earlier epoch's.
        dead_relus: Of each ReLU layer, the share of its units that were zero for every one of 256 val images.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float
    is_best: bool
    dead_relus: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class WeightsRefused:
    """Epochs' weights of their own are no longer kept; the training goes on.

    Attributes:
        epoch: 1-based, the first that lacks them.
        reason: As the rest of a sentence: "the disk is full".
    """

    epoch: int
    reason: str

    @property
    def words(self) -> str:
        """The same as a sentence."""
        return f"Weights of every epoch are kept before epoch {self.epoch} alone: {self.reason}."


Event = TrainingStarted | NetworkCompiled | StepsDone | EpochDone | WeightsRefused

_KINDS = {
    TrainingStarted: "start",
    NetworkCompiled: "compiled",
    StepsDone: "step",
    EpochDone: "epoch",
    WeightsRefused: "weights_refused",
}
_SPLIT_KEYS = {
    "train_loss": "train/loss",
    "train_accuracy": "train/accuracy",
    "val_loss": "val/loss",
    "val_accuracy": "val/accuracy",
}


def event_row(event: Event) -> dict[str, Any]:
    """Return the event as a row of a run's metrics: its `kind`, and its numbers with the split in their names.

    What was not measured is left out.
    """
    measured = {_SPLIT_KEYS.get(key, key): value for key, value in asdict(event).items() if value is not None}
    return {"kind": _KINDS[type(event)]} | measured


@dataclass(frozen=True)
class FitResult:
    """How a run ended. Accuracies are in [0, 1], None where no epoch was finished.

    Attributes:
        status: completed (early stopping included), stopped or parked on request, or diverged.
        message: One sentence for people.
        best_epoch: The epoch with the highest val accuracy, 1-based.
        last_epoch: Epochs finished.
        best_val_accuracy: Of the best epoch.
        last_val_accuracy: Of the last epoch.
        test_accuracy_best: On the test images, with the best epoch's weights.
        test_accuracy_last: On the test images, with the last epoch's weights.
        seconds: Spent training over all attempts, val included.
    """

    status: Literal["completed", "stopped", "parked", "diverged"]
    message: str
    best_epoch: int | None
    last_epoch: int
    best_val_accuracy: float | None
    last_val_accuracy: float | None
    test_accuracy_best: float | None
    test_accuracy_last: float | None
    seconds: float
