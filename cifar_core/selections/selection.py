"""A named set of images: which they are, what they are called, and where they come from."""

import re
import time
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cifar_core.data import ChosenImages, DataError, Dataset, Splits
from cifar_core.slugs import SLUG

_FORMAT = 1
LONGEST_NAME, _LONGEST_ID = 60, 40
_ID = re.compile(SLUG)


class SelectionError(ValueError):
    """A selection that cannot be had, read or kept; the message says which, what is wrong and what is allowed."""


@dataclass(frozen=True)
class Selection:
    """A named set of images.

    Attributes:
        id: Of the name, for files and addresses: small letters, digits and hyphens.
        name: For people.
        images: Which they are, and what somebody says they show.
        note: For people.
        origin: In words, where they come from, e.g. "cell cat as dog of run ...".
        created_at: Seconds since 1970.
        fingerprint: Of the dataset they were chosen from; empty where nobody said.
    """

    id: str
    name: str
    images: ChosenImages
    note: str = ""
    origin: str = ""
    created_at: float = 0.0
    fingerprint: str = ""

    @property
    def num_images(self) -> int:
        """How many there are."""
        return len(self.images.indices)

    @property
    def content_hash(self) -> str:
        """How a config refers to its images; the same for another selection of the same ones."""
        return self.images.content_hash

    def to_json(self) -> str:
        """Return what is kept of it."""
        images = self.images
        return _Stored(
            format=_FORMAT,
            id=self.id,
            name=self.name,
            note=self.note,
            origin=self.origin,
            created_at=self.created_at,
            fingerprint=self.fingerprint,
            content=images.content_hash,
            indices=images.indices.tolist(),
            labels=None if images.labels is None else images.labels.tolist(),
        ).model_dump_json()


@dataclass(frozen=True, eq=False)
class Balance:
    """What a selection holds of each class and split.

    Attributes:
        classes: (C,) int64 images of each class, by the dataset's labels.
        splits: Images of "train", "val", "test" and "unused".
    """

    classes: NDArray[np.int64]
    splits: dict[str, int]


class _Stored(BaseModel):
    """A selection as a file has it."""

    model_config = ConfigDict(extra="ignore", strict=True)

    format: int = _FORMAT
    id: str
    name: str
    note: str = ""
    origin: str = ""
    created_at: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    fingerprint: str = ""
    content: str = ""
    indices: list[int]
    labels: list[int] | None = None


def create_selection(
    name: str,
    indices: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    note: str = "",
    origin: str = "",
    fingerprint: str = "",
) -> Selection:
    """Give some images a name.

    Args:
        name: For people, 1 to 60 characters.
        indices: (N,) dataset indices in any order; each counts once.
        labels: (N,) the class each shall have instead of its own, in the same order.
        note: For people.
        origin: In words, where they come from.
        fingerprint: Of the dataset.

    Raises:
        SelectionError: The name is not allowed, there is no image, or one of them shall have two classes.
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise SelectionError(f"name {name!r} is not allowed; allowed: 1 to {LONGEST_NAME} characters")
    images = _arrange(indices, labels)
    return Selection(id_of(name), name, images, note.strip(), origin, time.time(), fingerprint)


def id_of(name: str) -> str:
    """Return a name as files and addresses have it.

    Raises:
        SelectionError: No letter of a to z and no digit is left of it.
    """
    found = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_LONGEST_ID].strip("-")
    if not found:
        raise SelectionError(f"name {name!r} is not allowed; allowed: one with a letter of a to z, or a digit")
    return found


def is_id(text: str) -> bool:
    """Whether a text may be a selection's id; nothing else becomes part of a path."""
    return len(text) <= _LONGEST_ID and _ID.fullmatch(text) is not None


def read_selection(text: str | bytes, what: str) -> Selection:
    """Read what `Selection.to_json` wrote.

    Args:
        text: The content of a file.
        what: How to call the file in a message.

    Raises:
        SelectionError: It holds something else, or other images than it says.
    """
    try:
        stored = _Stored.model_validate_json(text)
        indices = np.array(stored.indices, np.int64)
        labels = None if stored.labels is None else np.array(stored.labels, np.int64)
        images = ChosenImages(indices, labels)
    except (ValidationError, DataError, OverflowError) as error:
        raise SelectionError(f"{what} is damaged: {_first_line(error)}; allowed: a selection") from error
    if stored.content and stored.content != images.content_hash:
        raise SelectionError(f"{what} is damaged: its images are not those of {stored.content}; allowed: a selection")
    return Selection(stored.id, stored.name, images, stored.note, stored.origin, stored.created_at, stored.fingerprint)


def compute_balance(images: ChosenImages, dataset: Dataset, splits: Splits) -> Balance:
    """Count a selection's images by class and by split.

    Raises:
        SelectionError: It names images that the dataset does not have.
    """
    if images.indices[-1] >= dataset.num_images:
        raise SelectionError(f"index {images.indices[-1]} is not allowed; allowed: 0 to {dataset.num_images - 1}")
    names: tuple[Literal["train", "val", "test"], ...] = ("train", "val", "test")
    counts = {name: int(np.isin(images.indices, splits.indices(name)).sum()) for name in names}
    classes = np.bincount(dataset.labels[images.indices], minlength=dataset.num_classes)
    return Balance(classes, counts | {"unused": len(images.indices) - sum(counts.values())})


def _arrange(indices: ArrayLike, labels: ArrayLike | None) -> ChosenImages:
    """Return images ascending, each once."""
    given = np.asarray(indices, np.int64).reshape(-1)
    if not len(given):
        raise SelectionError("no images; allowed: one and more")
    if given.min() < 0:
        raise SelectionError(f"index {given.min()} is not allowed; allowed: 0 and above")
    ascending, first = np.unique(given, return_index=True)
    if labels is None:
        return ChosenImages(ascending)
    classes = np.asarray(labels, np.int64).reshape(-1)
    if len(classes) != len(given):
        raise SelectionError(f"{len(classes)} classes for {len(given)} images; allowed: one for each")
    chosen = classes[first]
    differs = classes != chosen[np.searchsorted(ascending, given)]
    if differs.any():
        raise SelectionError(f"index {given[differs][0]} has two classes; allowed: one for each image")
    return ChosenImages(ascending, chosen)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        details = error.errors()[0]
        return f"{'.'.join(map(str, details['loc'])) or 'its content'}: {details['msg']}"
    return str(error).splitlines()[0]
