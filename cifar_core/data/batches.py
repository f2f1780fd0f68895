"""The content of one of CIFAR-10's batches, in the three forms it is published in; each promise is checked."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.dataset import CIFAR10_CLASS_NAMES, IMAGE_SHAPE, DataError
from cifar_core.data.unpickling import unpickle

BATCH_NAMES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
_PIXELS = 3 * 32 * 32
_CHANNEL_LAST = (32, 32, 3)
_SAMPLE = 500

# Of two ways to go one pixel down, the right one changes the picture clearly less.
_CLEARLY_LESS = 0.8


@dataclass(frozen=True)
class Form:
    """One of the forms that CIFAR-10 is published in.

    Attributes:
        title: Its name on the dataset's page.
        suffix: Of its files' names.
    """

    title: str
    suffix: str

    @property
    def names(self) -> tuple[str, ...]:
        """The six files, in canonical order."""
        return tuple(f"{name}{self.suffix}" for name in BATCH_NAMES)


PYTHON, BINARY, MATLAB = Form("Python", ""), Form("binary", ".bin"), Form("Matlab", ".mat")
FORMS = (PYTHON, BINARY, MATLAB)


def parse_batch(content: bytes, form: Form, count: int, where: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return images (count, 3, 32, 32) and labels (count,).

    Raises:
        DataError: It is not what a batch is; the message names `where`, what was found and what is needed.
    """
    kind = guess_kind(content[:512])
    if kind in ("empty", "a web page") or (form is not PYTHON and kind):
        raise DataError(f"{where} is not a CIFAR-10 batch: it is {kind}. {ADVICE}")
    if form is BINARY:
        return _parse_binary(content, count, where)
    data, labels = _read_matlab(content, where) if form is MATLAB else _read_pickle(content, where)
    return _check_pixels(data, count, where), _check_labels(labels, count, where)


ADVICE = "Put cifar-10-python.tar.gz, or the six files it holds, there, or download it on Overview"


def guess_kind(head: bytes) -> str:
    """Say in words what a file that begins so is, if it is certainly neither a batch nor an archive of tar's; or ""."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "empty"
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "a web page"
    for start, kind in ((b"PK\x03\x04", "a zip archive"), (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!", "a rar archive")):
        if head.startswith(start):
            return kind
    return ""


def _read_pickle(content: bytes, where: str) -> tuple[Any, Any]:
    try:
        batch = unpickle(content)
    except Exception as error:
        # A damaged pickle can fail in any way a constructor can; whichever it was, the file is unusable.
        raise DataError(f"{where} is not a CIFAR-10 batch: {error}. {ADVICE}") from error
    keys = {_text(key): key for key in batch} if isinstance(batch, dict) else {}
    if "fine_labels" in keys:
        raise DataError(f"{where} is a batch of CIFAR-100, not of CIFAR-10. {ADVICE}")
    if not {"data", "labels"} <= keys.keys():
        raise DataError(f"{where} is not a CIFAR-10 batch: it has no data and labels. {ADVICE}")
    return batch[keys["data"]], batch[keys["labels"]]


def _read_matlab(content: bytes, where: str) -> tuple[Any, Any]:
    from scipy.io import loadmat

    try:
        batch = loadmat(io.BytesIO(content), variable_names=["data", "labels", "fine_labels"])
    except Exception as error:
        # As with pickles: a damaged file can fail in any way.
        raise DataError(f"{where} is not a CIFAR-10 batch: {error}. {ADVICE}") from error
    if "fine_labels" in batch:
        raise DataError(f"{where} is a batch of CIFAR-100, not of CIFAR-10. {ADVICE}")
    if not {"data", "labels"} <= batch.keys():
        raise DataError(f"{where} is not a CIFAR-10 batch: it has no data and labels. {ADVICE}")
    return batch["data"], np.asarray(batch["labels"]).reshape(-1)


def _parse_binary(content: bytes, count: int, where: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if len(content) != count * (1 + _PIXELS):
        is_100 = len(content) % (2 + _PIXELS) == 0
        kind = "as CIFAR-100 has" if is_100 else f"{len(content) / (1 + _PIXELS):.6g} images"
        raise DataError(f"{where} has {len(content):,} bytes, {kind}, where {count:,} images are needed. {ADVICE}")
    rows = np.frombuffer(content, np.uint8).reshape(count, 1 + _PIXELS)
    return _check_pixels(np.ascontiguousarray(rows[:, 1:]), count, where), _check_labels(rows[:, 0], count, where)


def _check_pixels(data: Any, count: int, where: str) -> NDArray[np.uint8]:
    shape = (count, _PIXELS)
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape not in (shape, (count, *IMAGE_SHAPE)):
        if isinstance(data, np.ndarray) and data.shape[1:] == _CHANNEL_LAST:
            raise DataError(f"{where}: its colours come last, shape {data.shape}, where {shape} is needed. {ADVICE}")
        found = f"{data.dtype} of shape {data.shape}" if isinstance(data, np.ndarray) else type(data).__name__
        raise DataError(f"{where}: data is not an array of {shape} bytes but {found}. {ADVICE}")
    if _is_channel_last(data.reshape(shape)):
        raise DataError(f"{where}: its pixels are stored with the colours last, not plane by plane. {ADVICE}")
    return data.reshape(count, *IMAGE_SHAPE)


def _is_channel_last(rows: NDArray[np.uint8]) -> bool:
    """Whether one pixel down is 96 numbers on, as with the colours last, and not 32."""
    sample = rows[:_SAMPLE].astype(np.float32)
    changes = {step: float(np.abs(sample[:, step:] - sample[:, :-step]).mean()) for step in (32, 96)}
    return changes[96] < _CLEARLY_LESS * changes[32]


def _check_labels(labels: Any, count: int, where: str) -> NDArray[np.int64]:
    most = len(CIFAR10_CLASS_NAMES) - 1
    if not isinstance(labels, list | tuple | np.ndarray) or np.shape(labels)[:1] != (count,):
        found = f"{len(labels):,}" if isinstance(labels, list | tuple) else type(labels).__name__
        raise DataError(f"{where}: labels is not a list of {count} numbers but {found}. {ADVICE}")
    if isinstance(labels, np.ndarray):
        is_whole = labels.ndim == 1 and labels.dtype.kind in "iu"
    else:
        is_whole = all(isinstance(label, int) and not isinstance(label, bool) for label in labels)
    if not is_whole or not all(0 <= label <= most for label in labels):
        raise DataError(f"{where}: a label is not a whole number from 0 to {most}. {ADVICE}")
    return np.array([int(label) for label in labels], np.int64)


def _text(key: Any) -> Any:
    return key.decode("latin1") if isinstance(key, bytes) else key
