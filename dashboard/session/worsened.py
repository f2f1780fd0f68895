"""A corruption at a severity, as the address has it, and pictures of it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES, Corruption
from dashboard import engine
from dashboard.session.parameter import Parameter


@dataclass(frozen=True)
class Worse:
    """How an image is made worse.

    Attributes:
        name: One of CORRUPTIONS.
        severity: One of SEVERITIES.
    """

    name: str
    severity: int

    @property
    def corruption(self) -> Corruption:
        """What is done."""
        return CORRUPTIONS[self.name]

    @property
    def words(self) -> str:
        """E.g. "glass blur, severity 3"."""
        return f"{self.corruption.title}, severity {self.severity}"

    @property
    def text(self) -> str:
        """As an address has it."""
        return f"{self.name}-{self.severity}"


def read_worse(parameter: Parameter) -> Worse | None:
    """Return what a parameter names; None if that is nothing, or nothing there is."""
    name, _, severity = (parameter.value() or "").rpartition("-")
    if name not in CORRUPTIONS or severity not in map(str, SEVERITIES):
        return None
    return Worse(name, int(severity))


def worsen(image: NDArray[np.uint8], index: int, worse: Worse) -> NDArray[np.uint8]:
    """Return an image (3, 32, 32) of the dataset made worse."""
    return worsen_all(image[None], np.array([index]), worse)[0]


def worsen_all(images: NDArray[np.uint8], indices: NDArray[np.int64], worse: Worse) -> NDArray[np.uint8]:
    """Return images (N, 3, 32, 32) of the dataset made worse."""
    return engine.corrupt(images, indices, worse.name, worse.severity)


@st.cache_data(show_spinner=False, max_entries=32)
def worsen_every_way(fingerprint: str, index: int, _image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (75, 3, 32, 32): an image under each corruption in turn, at each severity.

    Args:
        fingerprint: The dataset's.
        index: The image's place in it.
        _image: (3, 32, 32).
    """
    ways = [Worse(name, severity) for name in CORRUPTIONS for severity in SEVERITIES]
    return np.stack([worsen(_image, index, worse) for worse in ways])
