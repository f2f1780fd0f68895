"""Images, splits and transforms of a run as plain code."""

from cifar_core.augmentation.recipe import torchvision_code
from cifar_core.config import DataConfig, RunConfig
from cifar_core.data.statistics import ChannelStatistics

IMPORTS = """
import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets
from torchvision.transforms import v2

device = "cuda" if torch.cuda.is_available() else "cpu"
print(device, torch.__version__)
"""

_LOAD = """
train_source = datasets.CIFAR10("data", train=True, download=True)
test_source = datasets.CIFAR10("data", train=False, download=True)
class_names = train_source.classes

labels = np.array(train_source.targets)
is_val = np.zeros(len(labels), dtype=bool)
for class_index in range(10):  # the same share of each class
    members = np.flatnonzero(labels == class_index)
    order = np.random.default_rng([{split_seed}, class_index]).permutation(members)
    is_val[order[: round({val_fraction:g} * len(members))]] = True
train_indices, val_indices = np.flatnonzero(~is_val), np.flatnonzero(is_val)
"""

_FEWER = """
chosen = []  # only a share of the training images, the same of each class
for class_index in range(10):
    members = train_indices[labels[train_indices] == class_index]
    order = np.random.default_rng([{split_seed}, class_index, 1]).permutation(members)
    chosen.append(order[: max(2, round({train_fraction:g} * len(members)))])
train_indices = np.sort(np.concatenate(chosen))
"""

_NOISE = """
num_images = len(labels) + len(test_source.targets)
random = np.random.default_rng([{split_seed}, 2])
order, steps = random.permutation(num_images), random.integers(1, 10, num_images)
wrong = order[np.isin(order, train_indices)][: round({label_noise:g} * len(train_indices))]
train_labels = labels.copy()
train_labels[wrong] = (labels[wrong] + steps[wrong]) % 10  # on purpose, to see a network memorise
"""

_SETS = """
class Images(Dataset):
    \"\"\"Some images of a source, transformed, with their labels.\"\"\"

    def __init__(self, source, indices, labels, transform):
        self.pixels, self.indices, self.labels, self.transform = source.data, indices, labels, transform

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, place):
        index = self.indices[place]
        return self.transform(self.pixels[index]), int(self.labels[index])


test_indices, test_labels = np.arange(len(test_source.targets)), np.array(test_source.targets)
train_set = Images(train_source, train_indices, {train_labels}, transform)
val_set = Images(train_source, val_indices, labels, plain_transform)
test_set = Images(test_source, test_indices, test_labels, plain_transform)

has_single = len(train_set) % {batch_size} == 1  # batch norm needs two
train_loader = DataLoader(train_set, batch_size={batch_size}, shuffle=True, drop_last=has_single)
val_loader, test_loader = DataLoader(val_set, batch_size=500), DataLoader(test_set, batch_size=500)
print(len(train_set), "to train on,", len(val_set), "to choose by,", len(test_set), "for the end")
"""


def load_code(config: DataConfig) -> str:
    """Return the code that loads CIFAR-10 and splits it, image by image as the run did."""
    parts = [_LOAD, _FEWER * (config.train_fraction < 1), _NOISE * (config.label_noise > 0)]
    return "".join(part.format(**config.model_dump()) for part in parts if part)


def transform_code(config: RunConfig, statistics: ChannelStatistics) -> str:
    """Return the code of the transforms: `transform` for training, `plain_transform` for looking."""
    plain = config.model_copy(update={"augmentation": type(config.augmentation)()})
    codes = [torchvision_code(settings, statistics) for settings in (config, plain)]
    # What each imports stands in the first cell.
    training, looking = (code.partition("\n\n")[2] for code in codes)
    return f"{training}\n{looking.replace('transform =', 'plain_transform =')}"


def sets_code(config: RunConfig) -> str:
    """Return the code of the data sets and loaders."""
    train_labels = "train_labels" if config.data.label_noise else "labels"
    return _SETS.format(batch_size=config.training.batch_size, train_labels=train_labels)
