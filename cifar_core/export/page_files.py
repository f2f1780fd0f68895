"""The files of a page that runs a network, and how one is read out of the zip that the page is kept as."""

import zipfile
from pathlib import Path

from cifar_core.files import BROKEN_ARCHIVE

# What a browser is told that each of them is.
FILES = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "about.js": "text/javascript",
    "runtime.js": "text/javascript",
    "float32.js": "text/javascript",
    "int8.js": "text/javascript",
    "README.md": "text/markdown",
    "LICENCES.txt": "text/plain",
    "parity.json": "application/json",
}


def read_file(archive: Path, name: str) -> bytes | None:
    """Return a file of the page; None if it is none of its, or the zip is gone or damaged."""
    if name not in FILES:
        return None
    try:
        with zipfile.ZipFile(archive) as packed:
            member = next((each for each in packed.namelist() if each.rpartition("/")[2] == name), None)
            return None if member is None else packed.read(member)
    except BROKEN_ARCHIVE:
        return None
