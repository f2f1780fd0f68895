"""The images: where they come from, how they are kept, and which of them train."""

from cifar_core.data.chosen import ChosenImages, Contents, choices_in, without_choices
from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, DataError, Dataset, DownloadError, DownloadStoppedError, Source
from cifar_core.data.download import DownloadProgress, download_archive
from cifar_core.data.sources import SourceState, default_data_dir, inspect_source, load_dataset
from cifar_core.data.splits import (
    SPLIT_NAMES,
    SplitName,
    Splits,
    create_splits,
    images_of_epoch,
    labels_for_training,
    noisy_labels,
    splits_of,
    subset_of_train,
    without_selections,
)
from cifar_core.data.statistics import CIFAR10_MEAN, CIFAR10_STD, ChannelStatistics, compute_channel_statistics

__all__ = [
    "CIFAR10_CLASS_NAMES",
    "CIFAR10_MEAN",
    "CIFAR10_STD",
    "SPLIT_NAMES",
    "ChannelStatistics",
    "ChosenImages",
    "Contents",
    "DataError",
    "Dataset",
    "DownloadError",
    "DownloadProgress",
    "DownloadStoppedError",
    "Source",
    "SourceState",
    "SplitName",
    "Splits",
    "choices_in",
    "compute_channel_statistics",
    "create_splits",
    "default_data_dir",
    "download_archive",
    "images_of_epoch",
    "inspect_source",
    "labels_for_training",
    "load_dataset",
    "noisy_labels",
    "splits_of",
    "subset_of_train",
    "without_choices",
    "without_selections",
]
