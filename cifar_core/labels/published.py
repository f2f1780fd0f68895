"""Judgements on CIFAR-10's test images that others have published: fetched when wanted, never brought along."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cifar_core.data import DataError, Dataset
from cifar_core.data.download import Checksum, DownloadProgress, download_file
from cifar_core.failures import explain

NUM_TEST, NUM_CLASSES = 10_000, 10
_FOLDER = "CIFAR_PEOPLE_DIR"
_ENOUGH_BYTES = 10_000_000
_SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Published:
    """A file that somebody else published.

    Attributes:
        name: Of the file.
        what: It holds, in words.
        home: Where it is told of, for people.
        url: Where it can be had, this very version.
        licence: Under which it stands, in words.
        sha256: Of the published file.
        num_bytes: Of it.
    """

    name: str
    what: str
    home: str
    url: str
    licence: str
    sha256: str
    num_bytes: int

    def how_to_get(self, data_dir: Path) -> str:
        """Say in words what to do for it to be there."""
        return (
            f"{self.name} ({self.what}) is not in {data_dir}. It is not part of this project: get it from {self.home} "
            f"({self.licence}) and put it there, or into the folder that {_FOLDER} names."
        )

    def is_original(self, content: bytes) -> bool:
        """Whether this is, to the byte, what was published."""
        return hashlib.sha256(content).hexdigest() == self.sha256


VERDICTS = Published(
    "cifar10_mturk.json",
    "five votes each on 275 suspected labels of test, Northcutt, Athalye and Mueller, 2021",
    "https://github.com/cleanlab/label-errors/tree/main/mturk",
    "https://raw.githubusercontent.com/cleanlab/label-errors/5457895eee26e49187de5c4d6617b9de6f172221/mturk/"
    "cifar10_mturk.json",
    "see the terms in that repository",
    "81b2c16c9eee060d6cc2390f6bbce1e0e7be0a050574be5177c9428f3596b5b5",
    88_252,
)
PEOPLE = Published(
    "cifar10h-counts.npy",
    "CIFAR-10H: some 51 people's answers for each test image, Peterson, Battleday, Griffiths and Russakovsky, 2019",
    "https://github.com/jcpeterson/cifar-10h/tree/master/data",
    "https://raw.githubusercontent.com/jcpeterson/cifar-10h/597cbc5f07266c9405b830ee4a53463539124c4f/data/"
    "cifar10h-counts.npy",
    "CC BY-NC-SA 4.0: not for commercial use",
    "9b36b4550349af56c79083356312eb4af856cc5fd3caf1f669d40b9d0bbb69ff",
    800_128,
)


def find_published(published: Published, data_dir: Path) -> Path | None:
    """Return where the file is: in the data folder, or in the one that $CIFAR_PEOPLE_DIR names; None: in neither."""
    places = (folder / published.name for folder in _folders(data_dir))
    return next((path for path in places if path.is_file()), None)


def fetch_published(
    published: Published,
    data_dir: Path,
    *,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Download the file to where it is looked for last, and return its path.

    Raises:
        DownloadError: It did not succeed, or what came is not the published file.
    """
    *_, folder = _folders(data_dir)
    return download_file(
        folder / published.name,
        published.url,
        Checksum("sha256", published.sha256),
        needed_bytes=_ENOUGH_BYTES,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def is_spoken_of(dataset: Dataset) -> bool:
    """Whether the published files speak of this dataset's test images."""
    return not dataset.is_practice and dataset.num_test == NUM_TEST


def read_published(published: Published, data_dir: Path, dataset: Dataset) -> bytes:
    """Return what is in the file.

    Raises:
        DataError: It is not there, cannot be read, is not the published one, or speaks of other images; the message
            says what to do.
    """
    if not is_spoken_of(dataset):
        raise DataError(f"{published.name} speaks of CIFAR-10's test images, not of the {dataset.title.lower()}")
    path = find_published(published, data_dir)
    if path is None:
        raise DataError(published.how_to_get(data_dir))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{published.name} cannot be read: {explain(error)}") from error
    if not published.is_original(content):
        found, wanted = (each[:_SHOWN_DIGITS] for each in (hashlib.sha256(content).hexdigest(), published.sha256))
        raise DataError(
            f"{path} is not the published file: its SHA-256 begins with {found}, not {wanted}; "
            f"move it away and get it anew from {published.home}"
        )
    return content


def not_it(published: Published, data_dir: Path) -> DataError:
    """Return the error of a file that holds something else."""
    return DataError(f"{published.name} in {data_dir} is not what it should be: get it anew from {published.home}")


def _folders(data_dir: Path) -> list[Path]:
    named = os.environ.get(_FOLDER)
    return [data_dir, Path(named)] if named else [data_dir]
