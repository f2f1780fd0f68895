"""A run's network as a folder that is a web page: it runs in the browser, from any static host or from a disk."""

import base64
import gzip
import json
import shutil
import tempfile
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from cifar_core.export.model import write_networks, write_parity
from cifar_core.export.model.card import write_card
from cifar_core.export.model.parity import Parity
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch
from cifar_core.export.web.about import describe_examples, describe_page
from cifar_core.export.web.bundle import bundle_modules
from cifar_core.export.web.licences import LICENCES
from cifar_core.export.web.runtime import RUNTIME, WASM, find_runtime
from cifar_core.serving import find_app

_MODELS = {"float32": "model.onnx", "int8": "model-int8.onnx"}
_USE = """Open `index.html` in a browser, from this disk; or put the folder on any host that serves files (a school's
server, GitHub Pages, a drive with a web address), in a folder of its own or not. Nothing has to be installed there. The
camera works from https, from `localhost`, or from the disk.

On the page's console, `await cifarLab.ask(pictures)` answers with probabilities: a `Uint8Array` of 3072 bytes a
picture, all its reds, then all greens, then all blues, row by row."""


def write_page(subject: Subject, folder: Path, watch: Watch) -> dict[str, Any]:
    """Write the folder.

    Raises:
        ExportError: What runs it cannot be had, or what was written does not predict what the run did.
    """
    watch.tell(0.0, "Looking for what runs it")
    runtime = find_runtime(watch.part(0.0, 0.3))
    folder.mkdir()
    with tempfile.TemporaryDirectory() as place:
        found = write_networks("onnx", subject, Path(place), watch.part(0.3, 0.85))
        watch.tell(0.85, "Packing the page")
        sizes = {name: write_parts(folder / f"{name}.js", {name: Path(place) / file}) for name, file in _MODELS.items()}
    runtime_bytes = write_parts(folder / "runtime.js", {"runtime": runtime / RUNTIME, "wasm": runtime / WASM})
    watch.tell(0.95, "Writing the page")
    write_files(subject, folder, found, sizes, runtime_bytes)
    return write_parity(found, folder)


def write_files(
    subject: Subject, folder: Path, found: dict[str, Parity], sizes: dict[str, int], runtime_bytes: int
) -> None:
    """Write what is not packed: the page, what it tells, and what goes along with it."""
    components = find_app().parent / "dashboard" / "components"
    live, paper, shared = (components / name for name in ("live", "sketch", "shared"))
    about = describe_page(subject, {name: found[file] for name, file in _MODELS.items()}, sizes, runtime_bytes)
    css = _read(shared / "buttons.css") + _read(paper / "component.css")
    about["paper"] = {"html": _read(paper / "component.html"), "css": css}
    texts = {
        "index.html": fill_page(_read(live / "page.html"), about, describe_examples(subject)),
        "about.js": f"{_shelf(worker=bundle_modules(live / 'worker.js'))}cifarLab.about = {_literal(about)};\n",
        "page.js": bundle_modules(live / "page.js"),
        "README.md": write_card(subject, found, _USE),
        "LICENCES.txt": LICENCES,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copyfile(live / "page.css", folder / "page.css")


def fill_page(template: str, about: dict[str, Any], examples: str) -> str:
    """Return the page with what it says before any script has run."""
    return Template(template).substitute(
        title=escape(about["title"]), lead=escape(about["lead"]), examples=escape(examples)
    )


def write_parts(path: Path, files: dict[str, Path]) -> int:
    """Write files as a script that puts them on the page's shelf, each smaller by gzip; return the script's size."""
    packed = {
        name: base64.b64encode(gzip.compress(file.read_bytes(), mtime=0)).decode() for name, file in files.items()
    }
    path.write_text(_shelf(**packed), encoding="ascii")
    return path.stat().st_size


def _shelf(**parts: str) -> str:
    """Return a script that lays down texts where the page's modules look for them."""
    lines = [f"cifarLab.parts.{name} = {_literal(text)};\n" for name, text in parts.items()]
    return "globalThis.cifarLab ??= { parts: {} };\n" + "".join(lines)


def _literal(value: Any) -> str:
    """Return a value as JavaScript has it."""
    return json.dumps(value)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
