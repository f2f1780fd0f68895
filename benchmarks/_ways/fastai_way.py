"""fastai: pictures with item transforms, batches normalised on the device, a Learner with fastai's own optimizer."""

import tempfile
from functools import partial
from typing import Any

import torch
from fastai.vision import all as fastai
from torch import nn

from benchmarks._ways import Pace
from benchmarks._ways.clock import NUM_EPOCHS, EpochClock
from benchmarks._ways.task import Task
from cifar_core.config import AdamConfig, SGDConfig
from cifar_core.training.optimizer import create_optimizer


class _Timer(fastai.Callback):
    """Tells the clock where an epoch is, after all other callbacks."""

    order = 100

    def __init__(self, clock: EpochClock) -> None:
        super().__init__()
        self.clock = clock

    def before_epoch(self) -> None:
        self.clock.begin()

    def after_batch(self) -> None:
        if self.training:
            self.clock.step(len(self.yb[0]))

    def after_train(self) -> None:
        self.clock.trained()

    def after_epoch(self) -> None:
        self.clock.end()


def measure(task: Task) -> dict[str, Pace]:
    """Train in float32."""
    clock = EpochClock(task.device)
    network = task.create_network()
    with tempfile.TemporaryDirectory() as folder:
        learner = fastai.Learner(
            _create_loaders(task),
            network,
            loss_func=nn.CrossEntropyLoss(),
            opt_func=_choose_optimizer(task, network),
            lr=task.config.optimizer.learning_rate,
            metrics=fastai.accuracy,
            path=folder,
            cbs=[_Timer(clock)],
        )
        with learner.no_bar(), learner.no_logging():
            learner.fit(NUM_EPOCHS)
    return {"fastai": clock.pace}


def _create_loaders(task: Task) -> Any:
    """Return fastai's DataLoaders; as many workers as fastai takes by itself."""
    images, labels = task.dataset.images, task.dataset.labels
    padded = 32 + 2 * task.config.augmentation.crop_padding
    datasets = fastai.Datasets(
        [*task.train.tolist(), *task.val.tolist()],
        [
            [lambda index: fastai.PILImage.create(images[index].transpose(1, 2, 0))],
            [lambda index: fastai.TensorCategory(int(labels[index]))],
        ],
        splits=[range(len(task.train)), range(len(task.train), len(task.train) + len(task.val))],
    )
    normalize = fastai.Normalize.from_stats(task.statistics.mean, task.statistics.std, cuda=task.device != "cpu")
    return datasets.dataloaders(
        bs=task.batch_size,
        device=torch.device(task.device),
        after_item=[fastai.CropPad(padded), fastai.RandomCrop(32), fastai.FlipItem(), fastai.ToTensor()],
        after_batch=[fastai.IntToFloatTensor(), normalize],
    )


def _choose_optimizer(task: Task, network: nn.Module) -> Any:
    """Return fastai's own optimizer of that name; what fastai lacks comes from torch, wrapped."""
    match task.config.optimizer:
        case AdamConfig():
            return fastai.Adam
        case SGDConfig() as config:
            return partial(fastai.SGD, mom=config.momentum, wd=config.weight_decay)
        case config:
            return lambda *_, **__: fastai.OptimWrapper(opt=create_optimizer(config, network))
