"""python -m pytest tests/unit/export/test_web.py. The page as a folder; tests/browser/test_live_page.py opens it."""

import base64
import gzip
import hashlib
import http.server
import io
import json
import re
import shutil
import subprocess
import tarfile
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cifar_core.data.upload import read_upload
from cifar_core.evaluation.predictions import Predictions
from cifar_core.export import ExportError, ExportStoppedError, Watch, check_kind, export_run, web
from cifar_core.export.exporting import Exported
from cifar_core.export.kinds import KINDS
from cifar_core.export.model.parity import Parity
from cifar_core.export.page_files import FILES, read_file
from cifar_core.export.web import about, bundle, runtime
from dashboard.components import colours

LIVE = Path(colours.__file__).parent / "live"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node: its checks are `make test-javascript`'s")


def run_node(script, data=b""):
    """What a module prints that node is given."""
    command = [NODE, "--input-type=module", "--eval", script]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


# One script of many modules.


@pytest.fixture
def modules(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return tmp_path / "main.js"

    return write


MAIN = """import { two } from "./a.js";
import {
  C as B,
  one,
} from "./b.js";

console.log(one, two, new B().x);
"""
A = """import { one } from "./b.js";

// import of nothing
export const two = one + 1;
"""
B = """const hidden = 1;

export const one = hidden;

export class C {
  x = 7;
}

export async function wait() {}
"""


@needs_node
def test_modules_become_one_script_that_does_the_same(modules):
    script = bundle.bundle_modules(modules(main=MAIN, a=A, b=B))
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    assert script.count("const hidden = 1") == 1
    assert run_node(script) == b"1 2 7\n"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"main": 'import all from "./a.js";\n', "a": ""}, "import all"),
        ({"main": "export default 3;\n"}, "export default"),
        ({"main": 'import { a } from "./gone.js";\n'}, "gone.js cannot be read"),
        ({"main": 'import { a } from "./a.js";\n', "a": 'import { b } from "./main.js";\n'}, "in a circle"),
    ],
)
def test_a_module_of_another_form_is_refused(texts, words, modules):
    with pytest.raises(ExportError, match=re.escape(words)):
        bundle.bundle_modules(modules(**texts))


@needs_node
@pytest.mark.parametrize("name", ["page", "worker"])
def test_the_pages_own_modules_become_scripts(name, tmp_path):
    path = tmp_path / f"{name}.cjs"
    path.write_text(bundle.bundle_modules(LIVE / f"{name}.js"))
    subprocess.run([NODE, "--check", path], check=True)


# A picture becomes the same numbers in the page as in the dashboard.

SIZES = [(32, 32), (33, 32), (31, 40), (5, 9), (48, 48), (57, 41), (480, 640), (1700, 1301)]
SHRINK = """import { readFileSync } from "node:fs";
import { shrink } from "%s";
const [data, found] = [readFileSync(0), []];
for (let at = 0; at < data.length; ) {
  const [width, height] = [data.readUInt32LE(at), data.readUInt32LE(at + 4)];
  const end = at + 8 + 4 * width * height;
  found.push(shrink({ pixels: new Uint8ClampedArray(data.subarray(at + 8, end)), width, height }));
  at = end;
}
process.stdout.write(Buffer.concat(found));"""


@needs_node
def test_a_picture_is_shrunk_to_the_numbers_that_the_dashboard_gives_it():
    generator, sent, expected = np.random.default_rng(0), b"", []
    for width, height in SIZES:
        coarse = generator.integers(0, 256, (height // 7 + 2, width // 9 + 2, 3), dtype=np.uint8)
        pixels = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).astype(int)
        pixels = np.clip(pixels + generator.integers(-30, 30, pixels.shape), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", compress_level=1)
        expected.append(read_upload(file.getvalue()).image)
        opaque = np.dstack([pixels, np.full((height, width), 255, np.uint8)])
        sent += np.array([width, height], "<u4").tobytes() + opaque.tobytes()
    found = np.frombuffer(run_node(SHRINK % (LIVE / "resample.js").as_uri(), sent), np.uint8)
    np.testing.assert_array_equal(found.reshape(-1, 3, 32, 32), np.stack(expected))


# What runs it: fetched once, checked, kept.


class Registry(http.server.BaseHTTPRequestHandler):
    """Answers with one package."""

    package = b""
    asked: list[str] = []  # noqa: RUF012 - of the test that runs

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.package)))
        self.end_headers()
        self.wfile.write(self.package)

    def log_message(self, *args):
        pass


CONTENTS = {runtime.RUNTIME: b"export const env = {};", runtime.WASM: bytes(range(256)) * 4}


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A registry on this machine, whose package is the one that is asked for."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in {**CONTENTS, "other.js": b"not needed"}.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    monkeypatch.setattr(Registry, "package", packed.getvalue())
    monkeypatch.setattr(Registry, "asked", [])
    digest = base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()
    monkeypatch.setattr(runtime, "_INTEGRITY", digest)
    monkeypatch.setattr(runtime, "_DIGESTS", {name: hashlib.sha256(it).hexdigest() for name, it in CONTENTS.items()})
    monkeypatch.setenv("CIFAR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv(runtime.FOLDER_VARIABLE, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}/")
    yield Registry
    server.shutdown()
    server.server_close()


def test_what_runs_it_is_fetched_once_and_nothing_else_is_kept(registry, tmp_path):
    told = []
    folder = runtime.find_runtime(Watch(told.append))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS
    assert "Fetching onnxruntime-web 1.30.0" in told[-1].words
    assert runtime.find_runtime(Watch()) == folder
    assert registry.asked == ["/onnxruntime-web/-/onnxruntime-web-1.30.0.tgz"]


def test_damaged_it_is_fetched_again(registry):
    folder = runtime.find_runtime(Watch())
    (folder / runtime.WASM).write_bytes(b"half")
    assert runtime.find_runtime(Watch()) == folder
    assert (folder / runtime.WASM).read_bytes() == CONTENTS[runtime.WASM]
    assert len(registry.asked) == 2


def test_another_package_than_the_published_one_is_refused_and_leaves_nothing(registry, monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "package", registry.package[:-20] + b"x" * 20)
    with pytest.raises(ExportError, match="its checksum differs"):
        runtime.find_runtime(Watch())
    assert not list((tmp_path / "cache").rglob("*"))


def test_without_a_connection_a_sentence_says_what_to_do(registry, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    with pytest.raises(ExportError, match=r"could not be fetched .* CIFAR_WEB_RUNTIME with the folder"):
        runtime.find_runtime(Watch())


def test_stopped_while_it_is_fetched_nothing_is_left(registry, tmp_path):
    with pytest.raises(ExportStoppedError):
        runtime.find_runtime(Watch(should_stop=lambda: True))
    assert not list((tmp_path / "cache").rglob("*"))


def test_a_folder_that_is_named_is_taken_or_refused(registry, monkeypatch, tmp_path):
    monkeypatch.setenv(runtime.FOLDER_VARIABLE, str(tmp_path / "package"))
    with pytest.raises(ExportError, match="does not have"):
        runtime.find_runtime(Watch())
    dist = tmp_path / "package" / "dist"
    dist.mkdir(parents=True)
    for name, content in CONTENTS.items():
        (dist / name).write_bytes(content)
    assert runtime.find_runtime(Watch()) == dist
    assert registry.asked == []


# The folder.


def write_two(name, subject, folder, watch):
    """In place of networks, which need packages."""
    found = {}
    for place, file in enumerate(("model.onnx", "model-int8.onnx")):
        watch.tell(place / 2, f"Writing {file}")
        (folder / file).write_bytes(file.encode() * 100)
        found[file] = Parity("test", 1000, (), 1e-6)
    return found


@pytest.fixture
def made(subject, registry, tmp_path, monkeypatch):
    """Make the page of the small run, with networks that are none."""
    monkeypatch.setattr(web, "write_networks", write_two)
    folder = tmp_path / "page"
    facts = web.write_page(subject, folder, Watch())
    return Exported(KINDS["web"], folder, 0, 0.0, facts)


def read_about(folder):
    """What `about.js` lays down."""
    text = (folder / "about.js").read_text()
    return json.loads(re.search(r"^cifarLab.about = (.*);$", text, re.MULTILINE)[1])


def test_the_folder_holds_all_that_the_page_needs_and_names_nothing_outside(made):
    assert {path.name for path in made.path.iterdir()} == set(FILES)
    page = (made.path / "index.html").read_text(encoding="utf-8")
    assert "$" not in page
    assert "A small &lt;run&gt;" in page
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert set(files) - {"data:,"} <= set(FILES)
    assert "default-src 'none'" in page
    texts = ((made.path / name).read_text(encoding="utf-8") for name in ("index.html", "page.css", "page.js"))
    assert not [text for text in texts if re.search(r"https?://", text)]
    assert "Microsoft Corporation" in (made.path / "LICENCES.txt").read_text()
    card = (made.path / "README.md").read_text(encoding="utf-8")
    assert "Open `index.html`" in card
    assert "InferenceSession" not in card
    assert made.facts["words"]["model.onnx"].startswith("the same class on 1,000")


def test_there_is_the_same_paper_to_draw_on_as_on_the_dashboard(made):
    sketch = LIVE.parent / "sketch"
    [looks] = re.findall(r"register\(__file__, (.*)\)", (sketch / "__init__.py").read_text())
    shared = [LIVE.parent / "shared" / f"{look}.css" for look in re.findall(r'"(\w+)"', looks)]
    css = "".join(path.read_text() for path in [*shared, sketch / "component.css"])
    assert read_about(made.path)["paper"] == {"html": (sketch / "component.html").read_text(), "css": css}


def test_a_page_is_read_out_of_its_zip_and_nothing_else_is(made, tmp_path):
    archive = Path(shutil.make_archive(str(tmp_path / "kept"), "zip", made.path.parent, made.path.name))
    for name in FILES:
        assert read_file(archive, name) == (made.path / name).read_bytes()
    for name in ("other.js", "../index.html", "", f"{made.path.name}/index.html"):
        assert read_file(archive, name) is None
    archive.write_bytes(archive.read_bytes()[:500])
    assert read_file(archive, "index.html") is None
    assert read_file(tmp_path / "gone.zip", "index.html") is None


def test_what_is_packed_comes_out_again(made):
    text = (made.path / "runtime.js").read_text()
    packed = dict(re.findall(r'^cifarLab.parts.(\w+) = "([^"]*)";$', text, re.MULTILINE))
    assert {name: gzip.decompress(base64.b64decode(part)) for name, part in packed.items()} == {
        "runtime": CONTENTS[runtime.RUNTIME],
        "wasm": CONTENTS[runtime.WASM],
    }
    [[name, part]] = re.findall(
        r'^cifarLab.parts.(\w+) = "([^"]*)";$', (made.path / "int8.js").read_text(), re.MULTILINE
    )
    assert name == "int8"
    assert gzip.decompress(base64.b64decode(part)) == b"model-int8.onnx" * 100


def test_the_page_tells_val_and_its_examples_are_the_first_of_each_class(made, subject):
    told = read_about(made.path)
    card = subject.scorecard
    assert f"Right on {100 * card.val_best.value:.1f} % ({100 * card.val_best.low:.1f} % to " in told["lead"]
    assert "(val)" in told["lead"]
    items = told["examples"]["items"]
    assert [item["label"] for item in items] == [*range(10)] * 2
    pixels = np.frombuffer(base64.b64decode(told["examples"]["pixels"]), np.uint8).reshape(-1, 3, 32, 32)
    dataset = subject.load_images()
    rows = {int(index): row for row, index in enumerate(subject.val.indices)}
    for item, image in zip(items, pixels, strict=True):
        np.testing.assert_array_equal(image, dataset.images[item["index"]])
        assert dataset.labels[item["index"]] == item["label"]
        np.testing.assert_allclose(item["probs"], subject.val.probs[rows[item["index"]]], atol=1e-6)
    first = min(index for index, row in rows.items() if subject.val.targets[row] == 3)
    assert items[3]["index"] == first
    assert subject.record.test_readings() == 1  # of the end of the run


def test_test_is_told_where_it_is_asked_for_and_counted(record):
    from cifar_core.export import Subject

    subject = Subject(record, with_test=True)
    assert "(test)" in about.introduce(subject)
    assert about.collect_examples(subject)["split"] == "test"
    assert record.test_readings() == 2


def test_a_class_with_one_image_has_one_example():
    saved = Predictions(np.zeros((4, 2), np.float32), np.array([1, 0, 1, 1]), np.array([9, 5, 3, 7]))
    assert about.choose_rows(saved, 2).tolist() == [1, 2, 3]


def test_stopped_or_broken_nothing_is_left(subject, registry, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "write_networks", write_two)
    monkeypatch.setattr("cifar_core.export.exporting.check_kind", KINDS.__getitem__)
    told = []
    with pytest.raises(ExportStoppedError):
        export_run(subject, "web", tmp_path / "out" / "here", Watch(told.append, lambda: len(told) > 6))
    assert [progress.share for progress in told] == sorted(progress.share for progress in told)
    monkeypatch.setattr(registry, "package", b"another")
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(ExportError, match="checksum"):
        export_run(subject, "web", tmp_path / "out" / "here")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_is_packed_where_a_zip_is_wanted(subject, registry, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "write_networks", write_two)
    monkeypatch.setattr("cifar_core.export.exporting.check_kind", KINDS.__getitem__)
    made = export_run(subject, "web", tmp_path / "mine.zip")
    assert read_file(made.path, "page.js")
    with zipfile.ZipFile(made.path) as archive:
        assert set(archive.namelist()) == {f"mine/{name}" for name in FILES}
    assert [path.name for path in tmp_path.glob("*mine*")] == ["mine.zip"]


def test_it_says_what_to_install():
    kind = KINDS["web"]
    assert kind.packages == KINDS["onnx"].packages
    if kind.missing:
        with pytest.raises(ExportError, match=r"web needs .* requirements-export.txt"):
            check_kind("web")


def test_the_page_has_the_dashboards_colours():
    css = (LIVE / "page.css").read_text()
    assert f"--lab-against: {colours.AGAINST};" in css
    assert f"--lab-for: {colours.FOR};" in css
