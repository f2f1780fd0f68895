"""Pickles of arrays, read without trusting them: nothing that is called here does anything but make numbers."""

import io
import pickle
from typing import Any

import numpy as np

# All that a pickled array of numbers needs, under the names of numpy 1 and 2.
_ARRAY_GLOBALS = {
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


def unpickle(content: bytes) -> Any:
    """Return what was pickled by Python 2 or 3, by any protocol; texts of Python 2 come as bytes.

    Raises:
        Exception: Of any kind: a damaged pickle can fail in any way a constructor can.
    """
    return _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()


class _ArrayUnpickler(pickle.Unpickler):
    """Builds containers, numbers, text and arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every global that an array does not need."""
        module = module.replace("numpy.core", "numpy._core") if module.startswith("numpy.core.") else module
        if (module, name) in _ARRAY_GLOBALS:
            return super().find_class(module, name)
        if (module, name) in _REPLACED:
            return _REPLACED[module, name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no image needs")


def _encode(text: str, encoding: str) -> bytes:
    """Stand in for `_codecs.encode`, through which protocols 0 to 2 of Python 3 write bytes."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}, which no image needs")
    return text.encode("latin1")


def _scalar(dtype: np.dtype[Any], data: bytes) -> int:
    """Stand in for numpy's scalars: whole numbers, as in a list of an array's entries."""
    if not isinstance(dtype, np.dtype) or dtype.kind not in "iu" or not isinstance(data, bytes):
        raise pickle.UnpicklingError("it asks for a number that is not a whole one, which no label is")
    return int(np.frombuffer(data, dtype, count=1)[0])


_REPLACED = {("_codecs", "encode"): _encode, ("numpy._core.multiarray", "scalar"): _scalar}
