"""What others have published about test images, read once a server; what of it a tile or a sentence says."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import streamlit as st

from cifar_core.data import DataError, Dataset, default_data_dir
from cifar_core.files import Stamp, stamp
from cifar_core.labels.known import NUM_VOTES, VOTES, KnownVerdicts, load_verdicts
from cifar_core.labels.people import PeoplesAnswers, load_people
from cifar_core.labels.published import PEOPLE, VERDICTS, Published, find_published, is_spoken_of


def find_verdicts(dataset: Dataset) -> KnownVerdicts | None:
    """Return people's votes on suspected test labels; None where they are not at hand, or speak of other images.

    Raises:
        DataError: The file is there and cannot be used.
    """
    path = _find(VERDICTS, dataset)
    return None if path is None else _verdicts(path, stamp(path), dataset.fingerprint, dataset)


def find_people(dataset: Dataset) -> PeoplesAnswers | None:
    """Return what people called each test image; None as `find_verdicts`.

    Raises:
        DataError: Likewise.
    """
    path = _find(PEOPLE, dataset)
    return None if path is None else _people(path, stamp(path), dataset.fingerprint, dataset)


def find_disputes(dataset: Dataset) -> dict[int, str]:
    """Return what people said of disputed labels, by dataset index, for tiles; nothing where none is known.

    A file that cannot be used is told of where it is asked for, not on every gallery.
    """
    with suppress(DataError):
        verdicts = find_verdicts(dataset)
        if verdicts is not None:
            return _describe_all(verdicts, dataset.class_names)
    return {}


def render_dispute(dataset: Dataset, index: int) -> None:
    """Say of an image whose label people dispute how they voted; nothing of all others."""
    if (votes := find_disputes(dataset).get(index)) is not None:
        st.markdown(f":orange-badge[:material/how_to_vote: Disputed label] {votes}.")


def describe_votes(verdicts: KnownVerdicts, row: int, class_names: tuple[str, ...]) -> str:
    """Say how the five voted, e.g. "people: 1 cat, 4 dog"."""
    names = (class_names[verdicts.given[row]], class_names[verdicts.guessed[row]], *VOTES[2:])
    said = [f"{count} {name}" for count, name in zip(verdicts.votes[row].tolist(), names, strict=True) if count]
    return f"{NUM_VOTES} people: {', '.join(said)}"


def _describe_all(verdicts: KnownVerdicts, class_names: tuple[str, ...]) -> dict[int, str]:
    return {
        int(verdicts.indices[row]): describe_votes(verdicts, row, class_names)
        for row in np.flatnonzero(verdicts.is_disputed).tolist()
    }


def _find(published: Published, dataset: Dataset) -> Path | None:
    return find_published(published, default_data_dir()) if is_spoken_of(dataset) else None


@st.cache_resource(show_spinner=False, max_entries=4)
def _verdicts(path: Path, stamped: Stamp | None, fingerprint: str, _dataset: Dataset) -> KnownVerdicts:
    return load_verdicts(default_data_dir(), _dataset)


@st.cache_resource(show_spinner=False, max_entries=4)
def _people(path: Path, stamped: Stamp | None, fingerprint: str, _dataset: Dataset) -> PeoplesAnswers:
    return load_people(default_data_dir(), _dataset)
