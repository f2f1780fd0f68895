"""Lightning, as its CIFAR-10 tutorial has it: pictures in DataLoaders with workers that stay, a Trainer's defaults."""

import logging
import tempfile
import warnings
from typing import Any

import lightning
from torch import Tensor, nn, optim
from torch.nn import functional
from torch.utils.data import DataLoader

from benchmarks._ways import Pace
from benchmarks._ways.clock import NUM_EPOCHS, EpochClock
from benchmarks._ways.pictures import Pictures
from benchmarks._ways.task import Task
from cifar_core.training.device import count_cores
from cifar_core.training.optimizer import create_optimizer


class _Module(lightning.LightningModule):
    """The network, its loss and its optimizer."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._config = task.config.optimizer
        self.network: nn.Module = task.create_network()

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        images, labels = batch
        loss = functional.cross_entropy(self.network(images), labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        images, labels = batch
        logits = self.network(images)
        self.log("val_loss", functional.cross_entropy(logits, labels))
        self.log("val_acc", (logits.argmax(dim=1) == labels).float().mean())

    def configure_optimizers(self) -> optim.Optimizer:
        return create_optimizer(self._config, self.network)


class _Timer(lightning.Callback):
    """Tells the clock where an epoch is. Lightning looks at val before its epoch ends."""

    def __init__(self, clock: EpochClock) -> None:
        self._clock = clock

    def on_train_epoch_start(self, *_: Any) -> None:
        self._clock.begin()

    def on_train_batch_end(
        self, _trainer: Any, _module: Any, _outputs: Any, batch: tuple[Tensor, Tensor], _place: int
    ) -> None:
        self._clock.step(len(batch[1]))

    def on_validation_start(self, trainer: lightning.Trainer, _: Any) -> None:
        if not trainer.sanity_checking:
            self._clock.trained()

    def on_train_epoch_end(self, *_: Any) -> None:
        self._clock.end()


def measure(task: Task) -> dict[str, Pace]:
    """Train in float32."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    clock = EpochClock(task.device)
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(
            accelerator="cpu" if task.device == "cpu" else "auto",
            devices=1,
            max_epochs=NUM_EPOCHS,
            benchmark=True,
            default_root_dir=folder,
            callbacks=[_Timer(clock)],
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        loaders = (_create_loader(task, is_training=is_training) for is_training in (True, False))
        trainer.fit(_Module(task), *loaders)
    return {"Lightning": clock.pace}


def _create_loader(task: Task, *, is_training: bool) -> DataLoader[Any]:
    pictures = Pictures(task, task.train if is_training else task.val, is_training=is_training)
    return DataLoader(
        pictures,
        task.batch_size,
        shuffle=is_training,
        num_workers=count_cores(),
        persistent_workers=True,
        pin_memory=task.device.startswith("cuda"),
    )
