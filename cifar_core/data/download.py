"""CIFAR-10 and other published files over HTTP: continued where they broke off, checked before they count."""

import hashlib
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Literal

from cifar_core.data.dataset import DownloadError, DownloadStoppedError
from cifar_core.data.reader import ARCHIVE

# The archive and its checksum as published, and as torchvision has them.
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR10_MD5 = "c58f30108f718f92721af3b95e74349a"

_NEEDED_BYTES = 550_000_000  # the archive, and the cache made from it
_CHUNK = 1 << 16
_TIMEOUT_SECONDS = 20.0
_MAX_TRIES = 5
_LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is.

    Attributes:
        bytes_done: On disk, those of earlier tries included.
        bytes_total: Of the whole file; None if the server does not say.
        bytes_per_second: Of this try.
    """

    bytes_done: int
    bytes_total: int | None
    bytes_per_second: float


@dataclass(frozen=True)
class Checksum:
    """What tells whether a file is the published one.

    Attributes:
        algorithm: By which it is computed.
        expected: In hexadecimal digits.
    """

    algorithm: Literal["md5", "sha256"]
    expected: str


OnProgress = Callable[[DownloadProgress], None]


class _TransientError(Exception):
    """Worth another try, after `wait` seconds if the server said so."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def download_archive(
    data_dir: Path,
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    url: str = CIFAR10_URL,
    md5: str = CIFAR10_MD5,
    first_wait: float = 1.0,
) -> Path:
    """Download `cifar-10-python.tar.gz` into the directory and return its path.

    Args:
        data_dir: Made if it is missing.
        on_progress: As for `download_file`.
        should_stop: Likewise.
        url: http or https.
        md5: Checksum that the file must have.
        first_wait: As for `download_file`.

    Raises:
        DownloadStoppedError: `should_stop` said so.
        DownloadError: It did not succeed; the message says why, and how to place the file by hand.
    """
    return download_file(
        data_dir / ARCHIVE,
        url,
        Checksum("md5", md5),
        needed_bytes=_NEEDED_BYTES,
        on_progress=on_progress,
        should_stop=should_stop,
        first_wait=first_wait,
    )


def download_file(
    target: Path,
    url: str,
    checksum: Checksum,
    *,
    needed_bytes: int,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    first_wait: float = 1.0,
) -> Path:
    """Download a file, and return where it is.

    Args:
        target: Where it shall be; its folder is made if it is missing.
        url: http or https.
        checksum: That the file must have.
        needed_bytes: Room that it needs on the disk, with what is made from it.
        on_progress: Told after each portion.
        should_stop: Asked after each portion; what has arrived is kept for the next call.
        first_wait: Seconds before the second try; doubled for each further one.

    Raises:
        DownloadStoppedError: `should_stop` said so.
        DownloadError: It did not succeed; the message says why, and how to place the file by hand.
    """
    partial = _partial_path(target)
    if not url.startswith(("http://", "https://")):
        raise DownloadError(f"url {url!r} is not allowed; allowed: http and https addresses")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_space(target.parent, needed_bytes)
        _fetch_with_retries(url, partial, on_progress, should_stop or (lambda: False), first_wait)
        _check_content(partial, checksum)
        partial.replace(target)
    except DownloadStoppedError:
        raise
    except (_TransientError, OSError) as error:
        raise DownloadError(f"{url} could not be downloaded: {error}. {_by_hand(url, target)}") from error
    return target


def partial_bytes(data_dir: Path) -> int:
    """Return how much of a download of CIFAR-10 that broke off is on disk."""
    partial = _partial_path(data_dir / ARCHIVE)
    return partial.stat().st_size if partial.exists() else 0


def _partial_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _by_hand(url: str, target: Path) -> str:
    return f"By hand: download {url} in a browser and put {target.name} into {target.parent}, then look again."


def _check_space(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise OSError(f"{folder} has {free / 1e6:.0f} MB free, {needed_bytes / 1e6:.0f} MB are needed")


def _fetch_with_retries(
    url: str, partial: Path, on_progress: OnProgress | None, should_stop: Callable[[], bool], first_wait: float
) -> None:
    for number in range(_MAX_TRIES):
        try:
            _fetch(url, partial, on_progress, should_stop)
        except _TransientError as error:
            if number == _MAX_TRIES - 1:
                raise
            wait = first_wait * 2**number if error.wait is None else error.wait
            _sleep(min(wait, _LONGEST_WAIT_SECONDS), should_stop)
        else:
            return


def _sleep(seconds: float, should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if should_stop():
            raise DownloadStoppedError("The download was stopped; what arrived is kept.")
        time.sleep(min(0.1, seconds))


def _fetch(url: str, partial: Path, on_progress: OnProgress | None, should_stop: Callable[[], bool]) -> None:
    """Append what is missing; start over if the server cannot continue."""
    start = partial.stat().st_size if partial.exists() else 0
    headers = {"User-Agent": "cifar-lab", **({"Range": f"bytes={start}-"} if start else {})}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 the scheme was checked
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            if start and response.status != 206:
                start = 0
            length = response.headers.get("Content-Length")
            total = start + int(length) if length and length.isdecimal() else None
            _copy(response, partial, start, total, on_progress, should_stop)
    except urllib.error.HTTPError as error:
        _raise_for_status(error, partial)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _TransientError(str(getattr(error, "reason", "") or error or type(error).__name__)) from error


def _raise_for_status(error: urllib.error.HTTPError, partial: Path) -> None:
    """Tell errors worth waiting for from those that stay."""
    if error.code == 416:
        # The server has no bytes behind those we have: it is another file by now.
        partial.unlink(missing_ok=True)
        raise _TransientError("the file on the server is not the one that was begun", wait=0.0) from error
    if error.code in (429, 500, 502, 503, 504):
        after = error.headers.get("Retry-After", "")
        wait = float(after) if after.isdecimal() else None
        raise _TransientError(f"the server answered {error.code} {error.reason}", wait) from error
    raise OSError(f"the server answered {error.code} {error.reason}") from error


def _copy(
    response: HTTPResponse,
    partial: Path,
    start: int,
    total: int | None,
    on_progress: OnProgress | None,
    should_stop: Callable[[], bool],
) -> None:
    done, began = start, time.monotonic()
    with partial.open("ab" if start else "wb") as file:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            if on_progress is not None:
                elapsed = max(time.monotonic() - began, 1e-6)
                on_progress(DownloadProgress(done, total, (done - start) / elapsed))
            if should_stop():
                raise DownloadStoppedError("The download was stopped; what arrived is kept.")
    if total is not None and done < total:
        raise _TransientError(f"the connection was cut after {done} of {total} bytes")


def _check_content(partial: Path, checksum: Checksum) -> None:
    with partial.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.new(checksum.algorithm, usedforsecurity=False)).hexdigest()
    if found != checksum.expected:
        partial.unlink()
        raise OSError(f"its checksum is {found}, not {checksum.expected}; the file was removed")
