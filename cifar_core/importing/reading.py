"""A network's file, read so that nothing in it is executed but what was asked for by name."""

import io
import json
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from cifar_core.failures import explain, first_line
from cifar_core.files import BROKEN_ARCHIVE
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.user_models import user_models_dir

FileKind = Literal["weights", "torchscript", "onnx", "python"]

MOST_BYTES = 400_000_000
_MOST_PYTHON_BYTES = 1_000_000
_ENDINGS = ".safetensors, .pt, .pth, .ts, .onnx, or .py in models/user/"
# Where checkpoints of others keep the weights.
_INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights", "ema")
# What wrappers put before a layer's name.
_PREFIXES = ("module.", "_orig_mod.", "network.")
# What a TorchScript program may not do: reach files, run when it is opened, or call what is not torch's arithmetic.
_FORBIDDEN = re.compile(r"from_file|\bsave\b|__setstate__|\bops\.(?!aten\b|prim\b|torchvision\b)\w+")


@dataclass(frozen=True)
class NetworkFile:
    """A file that was read.

    Attributes:
        name: The file's.
        kind: What is in it.
        content: Its bytes.
        tensors: Weights by name, of a file of weights; names as they are there, without what wrappers put before them.
        about: What the file's header says, of safetensors.
    """

    name: str
    kind: FileKind
    content: bytes
    tensors: Mapping[str, Tensor]
    about: Mapping[str, str]


def read_network_file(path: Path) -> NetworkFile:
    """Read a file.

    Raises:
        ImportRefusedError: It is missing, too large, broken, or would execute something.
    """
    content = _read_bytes(path)
    ending = path.suffix.lower()
    if ending == ".py":
        return _read_python(path, content)
    if ending == ".onnx":
        return NetworkFile(path.name, "onnx", content, {}, {})
    if ending == ".safetensors":
        tensors, about = _read_safetensors(path, content)
        return NetworkFile(path.name, "weights", content, tensors, about)
    if ending not in (".pt", ".pth", ".ts", ".bin", ".ckpt"):
        raise ImportRefusedError(f"{path.name}: no file of a network; allowed: {_ENDINGS}")
    if _is_script(path, content):
        return NetworkFile(path.name, "torchscript", content, {}, {})
    return NetworkFile(path.name, "weights", content, _read_pickled(path, content), {})


def clean_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights by their layers' names, without what wrappers put before all of them."""
    named = {name: value for name, value in tensors.items() if not name.startswith("optimizer/")}
    for part in ("average/", "model/"):  # of a checkpoint of ours, whose averaged weights are the network
        if any(name.startswith(part) for name in named):
            named = {name.removeprefix(part): value for name, value in named.items() if name.startswith(part)}
            break
    found = True
    while found:
        found = False
        for prefix in _PREFIXES:
            own = [name for name in named if not name.startswith("normalize.")]
            if own and all(name.startswith(prefix) for name in own):
                named = {name.removeprefix(prefix): value for name, value in named.items()}
                found = True
    return named


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            most = f"{MOST_BYTES / 1e6:.0f} MB"
            raise ImportRefusedError(f"{path.name} has {size / 1e6:.0f} MB; allowed: up to {most}")
        if not size:
            raise ImportRefusedError(f"{path.name} is empty; allowed: {_ENDINGS}")
        return path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {explain(error)}") from error


def _read_python(path: Path, content: bytes) -> NetworkFile:
    """Take a Python file only from the folder whose files somebody has put there to be executed."""
    folder = user_models_dir()
    if path.resolve().parent != folder.resolve():
        raise ImportRefusedError(
            f"{path.name} is Python, which is executed when it is imported and whenever its run is asked something; "
            f"allowed: a file that you have read and put into {folder}/"
        )
    if len(content) > _MOST_PYTHON_BYTES:
        raise ImportRefusedError(f"{path.name} has {len(content) / 1e6:.1f} MB; allowed: up to 1 MB of Python")
    return NetworkFile(path.name, "python", content, {}, {})


def _read_safetensors(path: Path, content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        size = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + size]) if size < len(content) else {}
        about = header.get("__metadata__", {}) if isinstance(header, dict) else {}
        return load_safetensors(content), {str(name): str(value) for name, value in about.items()}
    except (SafetensorError, ValueError, RecursionError, AttributeError) as error:
        raise ImportRefusedError(f"{path.name} is no whole safetensors file: {first_line(error)}") from error


def _is_script(path: Path, content: bytes) -> bool:
    """Whether an archive is a TorchScript program; one that could do more than arithmetic is refused unopened."""
    try:
        if not zipfile.is_zipfile(io.BytesIO(content)):
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 2 * MOST_BYTES:
                raise ImportRefusedError(f"{path.name} unpacks to more than {2 * MOST_BYTES / 1e6:.0f} MB")
            if any(name.endswith("/archive_format") for name in archive.namelist()):
                raise ImportRefusedError(f"{path.name} is a program of torch.export; allowed: {_ENDINGS}")
            code = [name for name in archive.namelist() if "/code/" in name and name.endswith(".py")]
            for name in code:
                match = _FORBIDDEN.search(archive.read(name).decode("utf-8", errors="replace"))
                if match:
                    raise ImportRefusedError(
                        f"{path.name} calls {match[0]!r}, which a network does not need; allowed: a TorchScript "
                        "program that only computes"
                    )
            return bool(code) or any(name.endswith("/constants.pkl") for name in archive.namelist())
    except ImportRefusedError:
        raise
    except BROKEN_ARCHIVE as error:
        raise ImportRefusedError(f"{path.name} is cut short or broken: {first_line(error)}") from error


def _read_pickled(path: Path, content: bytes) -> dict[str, Tensor]:
    """Read weights that torch.save wrote. Whatever a pickle wants executed beside tensors is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickles that torch did not write: they are refused or read
            found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ImportRefusedError(
            f"{path.name} wants more executed than loading weights does ({_name_global(error)}), and was not opened "
            "further; allowed: torch.save(network.state_dict(), path)"
        ) from error
    except Exception as error:  # whatever a damaged byte leads torch's unpickler to
        raise ImportRefusedError(f"{path.name} is cut short or broken: {first_line(error)}") from error
    return _find_tensors(path, found)


def _find_tensors(path: Path, found: Any) -> dict[str, Tensor]:
    for _ in range(3):
        if isinstance(found, dict) and found and all(isinstance(value, Tensor) for value in found.values()):
            return {str(name): value for name, value in found.items()}
        inside = next((found[name] for name in _INSIDE if isinstance(found, dict) and name in found), None)
        if inside is None:
            break
        found = inside
    kind = f"the keys {', '.join(map(str, list(found)[:5]))}" if isinstance(found, dict) else type(found).__name__
    raise ImportRefusedError(f"{path.name} holds {kind}; allowed: torch.save(network.state_dict(), path)")


def _name_global(error: Exception) -> str:
    match = re.search(r"GLOBAL (\S+)", str(error))
    return match[1] if match else "something that is no tensor"
