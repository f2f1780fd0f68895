"""The images of one dataset in memory, and the errors of the data layer."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Source = Literal["cifar10", "cifar10-unverified", "practice"]

CIFAR10_CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
IMAGE_SHAPE = (3, 32, 32)

_TITLES: dict[Source, str] = {
    "cifar10": "CIFAR-10",
    "cifar10-unverified": "CIFAR-10 (unverified)",
    "practice": "Practice set",
}


class DataError(ValueError):
    """A dataset's files cannot be used; the message names the file, what is wrong and what to do."""


class DownloadError(DataError):
    """A download did not succeed; the message says why and how to place the file by hand."""


class DownloadStoppedError(DownloadError):
    """A download was stopped on request; what arrived is kept and the next one continues from there."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels in one order: first the training images, then the test images.

    An image's index is its place here; for CIFAR-10 the indices are canonical (data_batch_1 to 5, then test_batch).

    Attributes:
        images: (N, 3, 32, 32) uint8, read-only; a memory map whose pages all processes share.
        labels: (N,) int64 in [0, num_classes), read-only.
        class_names: The name of each label.
        num_train: The first so many images are for training, the others are the test images.
        source: Where the images come from and whether their checksums are the official ones.
        fingerprint: 16 hexadecimal digits that stand for the content; computed from it when not given.
        note: Why a better source did not serve, or "".
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    num_train: int
    source: Source
    fingerprint: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.fingerprint:
            fingerprint = compute_fingerprint(self.images, self.labels, self.class_names, self.num_train)
            object.__setattr__(self, "fingerprint", fingerprint)

    @property
    def num_images(self) -> int:
        """Training and test images together."""
        return len(self.labels)

    @property
    def num_test(self) -> int:
        """Images after the first `num_train`."""
        return self.num_images - self.num_train

    @property
    def num_classes(self) -> int:
        """Labels run from 0 to one less than this."""
        return len(self.class_names)

    @property
    def is_practice(self) -> bool:
        """Whether the images were drawn by code instead of photographed."""
        return self.source == "practice"

    @property
    def title(self) -> str:
        """The source in words, to stand beside every number that comes from it."""
        return _TITLES[self.source]


def compute_fingerprint(
    images: Iterable[np.ndarray], labels: np.ndarray, class_names: tuple[str, ...], num_train: int
) -> str:
    """Hash a dataset's content.

    Args:
        images: The pixels in order, in portions of any size (an array of images is one).
        labels: (N,) integers.
        class_names: The name of each label.
        num_train: Number of training images.

    Returns:
        16 hexadecimal digits that do not depend on how the pixels were portioned.
    """
    digest = hashlib.blake2b(digest_size=8)
    for portion in images:
        digest.update(np.ascontiguousarray(portion).data)
    digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
    digest.update("/".join([*class_names, str(num_train)]).encode())
    return digest.hexdigest()
