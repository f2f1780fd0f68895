"""The images: where they come from, how they are kept, and which of them train."""

from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, DataError, Dataset, DownloadError, DownloadStoppedError, Source
from cifar_core.data.download import DownloadProgress, download_archive
from cifar_core.data.sources import SourceState, default_data_dir, inspect_source, load_dataset
from cifar_core.data.splits import (
    SPLIT_NAMES,
    SplitName,
    Splits,
    create_splits,
    noisy_labels,
    splits_of,
    subset_of_train,
)
from cifar_core.data.statistics import CIFAR10_MEAN, CIFAR10_STD, ChannelStatistics, compute_channel_statistics

__all__ = [
    "CIFAR10_CLASS_NAMES",
    "CIFAR10_MEAN",
    "CIFAR10_STD",
    "SPLIT_NAMES",
    "ChannelStatistics",
    "DataError",
    "Dataset",
    "DownloadError",
    "DownloadProgress",
    "DownloadStoppedError",
    "Source",
    "SourceState",
    "SplitName",
    "Splits",
    "compute_channel_statistics",
    "create_splits",
    "default_data_dir",
    "download_archive",
    "inspect_source",
    "load_dataset",
    "noisy_labels",
    "splits_of",
    "subset_of_train",
]
