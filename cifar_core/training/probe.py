"""How long an epoch will take here, from two seconds of it."""

import time
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset
from cifar_core.evaluation.views import views_of
from cifar_core.inference.predict import predict
from cifar_core.training.device import reproducible, resolve_device
from cifar_core.training.optimizer import set_learning_rate
from cifar_core.training.state import create_training_state, iterate_batches
from cifar_core.training.step import train_on

_SECONDS = 2.0
_NUM_WARM_UP = 2
_NUM_PREDICTED = 1000


@dataclass(frozen=True)
class Probe:
    """What two seconds of training showed.

    Attributes:
        images_per_second: (1,) float64, training throughput, augmentation included.
        epoch_seconds: (1,) float64, estimate for one epoch, the look at val included.
    """

    images_per_second: NDArray[np.float64]
    epoch_seconds: NDArray[np.float64]


def probe_speed(config: RunConfig, dataset: Dataset, contents: Contents = MappingProxyType({})) -> Probe:
    """Train a new network of this config for two seconds, after two steps that warm up, and predict a few val images.

    Args:
        config: Of the run.
        dataset: The images; only read.
        contents: The images that `config.data` refers to.

    Raises:
        DeviceError: The configured device is not on this machine.
    """
    device = resolve_device(config.training.device)
    training = config.training
    with reproducible(device, training.num_threads):
        state = create_training_state(config, dataset, device, contents=contents)
        set_learning_rate(state.optimizer, config.optimizer.learning_rate / 1000)  # it is about time, not about loss
        num_images, started = 0, time.perf_counter()
        for step, batch in enumerate(iterate_batches(state, 1)):
            if step == _NUM_WARM_UP:
                num_images, started = 0, time.perf_counter()
            loss, _ = train_on(state, batch)
            num_images += len(batch.images)
            loss.item()  # waits for the device
            if step >= _NUM_WARM_UP and time.perf_counter() - started >= _SECONDS:
                break
        per_second = num_images / (time.perf_counter() - started)
        val = state.splits.val[:_NUM_PREDICTED]
        started = time.perf_counter()
        predict(state.evaluated, dataset.images, dataset.labels, val, views=views_of(training))
        val_seconds = (time.perf_counter() - started) * len(state.splits.val) / len(val)
    epoch_seconds = len(state.epoch_images) / per_second + val_seconds
    return Probe(np.array([per_second]), np.array([epoch_seconds]))
