"""Keras on torch: an equal network in Keras's layers, augmentation as its first ones, arrays handed to `fit`."""

from typing import Any

import keras

from benchmarks._ways import Pace
from benchmarks._ways.clock import NUM_EPOCHS, EpochClock
from benchmarks._ways.keras_networks import build_network
from benchmarks._ways.task import Task
from cifar_core.config import AdamConfig, OptimizerConfig, SGDConfig


class _Timer(keras.callbacks.Callback):
    """Tells the clock where an epoch is."""

    def __init__(self, clock: EpochClock, sizes: list[int]) -> None:
        super().__init__()
        self._clock = clock
        self._sizes = sizes

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._clock.begin()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._clock.step(self._sizes[batch])

    def on_test_begin(self, logs: Any = None) -> None:
        self._clock.trained()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._clock.end()


def measure(task: Task) -> dict[str, Pace]:
    """Train in float32."""
    # The faster layout on torch: `simple_cnn` by a quarter; ResNet-20 is as fast in both, `speed` a tenth slower.
    keras.config.set_image_data_format("channels_first")
    clock = EpochClock(task.device)
    model = build_network(task)
    model.compile(
        optimizer=_create_optimizer(task.config.optimizer),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    images, labels = task.dataset.images, task.dataset.labels
    full, rest = divmod(len(task.train), task.batch_size)
    model.fit(
        images[task.train],
        labels[task.train],
        batch_size=task.batch_size,
        epochs=NUM_EPOCHS,
        validation_data=(images[task.val], labels[task.val]),
        callbacks=[_Timer(clock, [task.batch_size] * full + [rest])],
        verbose=0,
    )
    return {"Keras": clock.pace}


def _create_optimizer(config: OptimizerConfig) -> Any:
    match config:
        case AdamConfig():
            return keras.optimizers.Adam(config.learning_rate)
        case SGDConfig():
            return keras.optimizers.SGD(
                config.learning_rate, config.momentum, nesterov=config.nesterov, weight_decay=config.weight_decay
            )
        case _:
            return keras.optimizers.Muon(config.learning_rate, exclude_layers=["classifier"])
