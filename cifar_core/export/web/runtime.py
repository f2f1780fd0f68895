"""What runs a network in a browser: two files of onnxruntime-web, fetched once from the npm registry and checked."""

import base64
import hashlib
import os
import shutil
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

from cifar_core.export.exceptions import ExportError
from cifar_core.export.target import built_beside
from cifar_core.export.watch import Watch
from cifar_core.serving import find_app

VERSION = "1.30.0"
TITLE = f"onnxruntime-web {VERSION}"
RUNTIME, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
FOLDER_VARIABLE = "CIFAR_WEB_RUNTIME"

_PACKAGE = f"onnxruntime-web-{VERSION}"
_REGISTRY_VARIABLE = "npm_config_registry"  # as npm is told of another one
_REGISTRY = "https://registry.npmjs.org"
# As the registry publishes it for the whole package, and of the two files in it.
_INTEGRITY = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
_DIGESTS = {
    RUNTIME: "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    WASM: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
_MEGABYTES = 33
_MOST_BYTES = 100_000_000
_CHUNK = 1 << 18
_TIMEOUT_SECONDS = 30.0


def find_runtime(watch: Watch) -> Path:
    """Return a folder with both files.

    It is the one that $CIFAR_WEB_RUNTIME names, or else in the project's node_modules or in our cache, into which they
    are fetched if they are nowhere.

    Raises:
        ExportError: The folder that is named has others, or there are none and they cannot be fetched.
    """
    if named := os.environ.get(FOLDER_VARIABLE):
        return _check_named(Path(named))
    found = find_kept()
    return found if found is not None else _fetch(watch)


def find_kept() -> Path | None:
    """Return a folder on this machine that has both files, None if there is none."""
    named = os.environ.get(FOLDER_VARIABLE)
    places = [Path(named)] if named else [*_list_node_modules(), _cache_dir()]
    return next((folder for place in places for folder in (place, place / "dist") if _is_whole(folder)), None)


def _check_named(folder: Path) -> Path:
    found = find_kept()
    if found is None:
        raise ExportError(
            f"{FOLDER_VARIABLE}={str(folder)!r} does not have {RUNTIME} and {WASM} of {TITLE}; "
            f"allowed: the folder of that package, or no {FOLDER_VARIABLE}"
        )
    return found


def _list_node_modules() -> Iterator[Path]:
    try:
        yield find_app().parent / "node_modules" / "onnxruntime-web"
    except ValueError:  # the core alone
        return


def _cache_dir() -> Path:
    chosen = os.environ.get("CIFAR_CACHE_DIR")
    home = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cifar-lab"
    return home / _PACKAGE


def _is_whole(folder: Path) -> bool:
    return all(_digest(folder / name) == digest for name, digest in _DIGESTS.items())


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _fetch(watch: Watch) -> Path:
    """Fetch the package, keep both files of it, and return where."""
    registry = (os.environ.get(_REGISTRY_VARIABLE) or _REGISTRY).rstrip("/")
    url = f"{registry}/onnxruntime-web/-/{_PACKAGE}.tgz"
    folder = _cache_dir()
    with tempfile.TemporaryDirectory() as place:
        archive = Path(place) / "package.tgz"
        try:
            _download(url, archive, watch)
            _check_archive(archive)
        except ExportError:  # somebody asked to stop
            raise
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise ExportError(
                f"{TITLE}, which runs networks in browsers, is not here and could not be fetched from {url} "
                f"({reason}); allowed: a connection once ({_MEGABYTES} MB), or {FOLDER_VARIABLE} with the folder of "
                "that package"
            ) from error
        _keep(archive, folder)
    return folder


def _download(url: str, path: Path, watch: Watch) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{_REGISTRY_VARIABLE}: {url} is no http or https address")
    request = urllib.request.Request(url, headers={"User-Agent": "cifar-lab"})  # noqa: S310 the scheme was checked
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer, path.open("wb") as file:  # noqa: S310
        total = int(answer.headers.get("Content-Length") or _MEGABYTES * 10**6)
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            if file.tell() > _MOST_BYTES:
                raise ValueError(f"it is larger than {_MOST_BYTES / 1e6:.0f} MB")
            share = min(1.0, file.tell() / total)
            watch.tell(share, f"Fetching {TITLE}, once ({file.tell() / 1e6:.0f} of {total / 1e6:.0f} MB)")


def _check_archive(archive: Path) -> None:
    with archive.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if found != _INTEGRITY:
        raise ValueError("what arrived is not what was published: its checksum differs")


def _keep(archive: Path, folder: Path) -> None:
    """Put both files where the next one finds them, whole or not at all."""
    if folder.is_dir() and not _is_whole(folder):
        shutil.rmtree(folder)  # damaged
    try:
        with built_beside(folder) as building, tarfile.open(archive) as package:
            building.mkdir()
            for name in _DIGESTS:
                _extract(package, name, building / name)
    except ExportError:
        if not _is_whole(folder):  # somebody else may have been faster
            raise


def _extract(package: tarfile.TarFile, name: str, path: Path) -> None:
    member = package.extractfile(f"package/dist/{name}")
    if member is None:
        raise ExportError(f"{TITLE} has no {name}")
    with path.open("wb") as file:
        shutil.copyfileobj(member, file)
