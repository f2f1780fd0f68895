"""The optimizer's part of a checkpoint, without torch: how large it is, and the same checkpoint without it.

A checkpoint is a safetensors file: eight bytes with the length of a header, the header as JSON, then the tensors' bytes
one after another, where the header says.
"""

import json
import shutil
from pathlib import Path
from typing import Any, BinaryIO

from cifar_core.files import replaced_atomically
from cifar_core.training.exceptions import CheckpointError

# What its tensors' names begin with, and where the header has what of it is no tensor.
PREFIX, ENTRY = "optimizer/", "optimizer"
_METADATA = "__metadata__"
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000  # as safetensors itself allows


def has_optimizer(path: Path) -> bool:
    """Whether a checkpoint can be trained on as if training had never paused.

    Raises:
        CheckpointError: The file is missing or broken.
    """
    return ENTRY in _read_header(path)[0].get(_METADATA, {})


def count_optimizer_bytes(path: Path) -> int:
    """Return how many bytes of a checkpoint are the optimizer's tensors.

    Raises:
        CheckpointError: The file is missing or broken.
    """
    header, _ = _read_header(path)
    return sum(_end(entry) - _begin(entry) for name, entry in header.items() if name.startswith(PREFIX))


def drop_optimizer(path: Path) -> int:
    """Put the same checkpoint without its optimizer in its place, all or nothing; return how many bytes are free now.

    One whose optimizer has no tensors stays as it is: it would free nothing.

    Raises:
        CheckpointError: The file is missing or broken.
        OSError: There is no room for the new one beside it, or it may not be written.
    """
    if not count_optimizer_bytes(path):
        return 0
    before = path.stat().st_size
    with replaced_atomically(path) as temporary:
        header, start = _read_header(path)
        with path.open("rb") as source, temporary.open("wb") as target:
            _copy_without(header, start, source, target)
        shutil.copymode(path, temporary)
    return before - path.stat().st_size


def _copy_without(header: dict[str, Any], start: int, source: BinaryIO, target: BinaryIO) -> None:
    tensors = [(name, entry) for name, entry in header.items() if name != _METADATA and not name.startswith(PREFIX)]
    tensors.sort(key=lambda each: _begin(each[1]))
    kept: dict[str, Any] = {_METADATA: {key: text for key, text in header[_METADATA].items() if key != ENTRY}}
    place = 0
    for name, entry in tensors:
        size = _end(entry) - _begin(entry)
        kept[name] = entry | {"data_offsets": [place, place + size]}
        place += size
    text = json.dumps(kept, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    target.write(len(text).to_bytes(_LENGTH_BYTES, "little") + text)
    for _, entry in tensors:
        source.seek(start + _begin(entry))
        target.write(source.read(_end(entry) - _begin(entry)))


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header, and where in the file the tensors begin."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            if not 2 <= length <= _LONGEST_HEADER:
                raise CheckpointError(f"{path.name} cannot be read as a checkpoint: its header has {length} bytes")
            header = json.loads(file.read(length))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path.name} cannot be read as a checkpoint: {error}") from error
    if not isinstance(header, dict) or not isinstance(header.get(_METADATA), dict):
        raise CheckpointError(f"{path.name} is not a checkpoint of CIFAR Lab: its header says nothing of a run")
    size, end = path.stat().st_size, 0
    for name, entry in header.items():
        if name != _METADATA:
            end = max(end, _checked(path, name, entry))
    if end != size - _LENGTH_BYTES - length:
        raise CheckpointError(f"{path.name} cannot be read as a checkpoint: it has {size} bytes, its header says other")
    return header, _LENGTH_BYTES + length


def _checked(path: Path, name: str, entry: Any) -> int:
    """Return where a tensor ends."""
    match entry:
        case {"data_offsets": [int(begin), int(end)]} if 0 <= begin <= end:
            return end
    raise CheckpointError(f"{path.name} cannot be read as a checkpoint: it does not say where {name[:80]} is")


def _begin(entry: dict[str, Any]) -> int:
    return int(entry["data_offsets"][0])


def _end(entry: dict[str, Any]) -> int:
    return int(entry["data_offsets"][1])
