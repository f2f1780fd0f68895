"""python -m pytest tests/browser/test_live_page.py. A run's network as a page, opened from disk and from a server.

Needs what is in requirements-export.txt, and onnxruntime-web on this machine; skipped without.
"""

import base64
import functools
import http.server
import io
import os
import threading

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cifar_core.config import AdamConfig, RunConfig, SimpleCNNConfig, TrainingConfig
from cifar_core.data import load_dataset
from cifar_core.data.upload import read_upload
from cifar_core.export import KINDS, Subject, export_run
from cifar_core.export.web import runtime
from cifar_core.runs import RunStore
from cifar_core.runs.status import change_status
from cifar_core.runs.worker import run_worker
from tests.browser.test_accessibility import AXE, find_violations
from tests.unit.runs_helpers import IdleExecutor

# Of each of many images, one by one, the probabilities that the page computes.
ASK = """async (text) => {
  const pictures = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const found = [];
  for (let start = 0; start < pictures.length; start += 3072) {
    found.push(Array.from(await cifarLab.ask(pictures.slice(start, start + 3072))));
  }
  return found;
}"""
# The picture as the network gets it, as it is painted.
SEEN = """() => {
  const canvas = document.querySelector(".seen canvas");
  return Array.from(canvas.getContext("2d").getImageData(0, 0, 32, 32).data);
}"""


CONFIG = RunConfig(
    model=SimpleCNNConfig(width=8, hidden_size=32),
    optimizer=AdamConfig(learning_rate=0.003),
    training=TrainingConfig(num_epochs=5, batch_size=50, device="cpu", precision="float32", num_threads=1),
)


@pytest.fixture(scope="session")
def subject(tmp_path_factory):
    """A small run that has learned something of the practice set."""
    if missing := KINDS["web"].missing:
        pytest.skip(f"not installed: {', '.join(missing)}, of requirements-export.txt")
    if runtime.find_kept() is None and not os.environ.get("CI"):  # which fetches it, as it does all that it needs
        pytest.skip(f"no {runtime.TITLE} here: the first `cifar-lab export RUN_ID --as web` brings it")
    data_dir = tmp_path_factory.mktemp("practice")
    load_dataset(data_dir)
    store = RunStore(tmp_path_factory.mktemp("runs"), IdleExecutor())
    record = store.record(store.submit(CONFIG, name="Shapes", data_dir=data_dir))
    change_status(record.run_dir, status="running")
    assert run_worker(record.run_dir, executor=IdleExecutor()) == 0
    return Subject(record)


@pytest.fixture(scope="session")
def exported(subject, tmp_path_factory):
    """The folder of its network's page, and the run."""
    return export_run(subject, "web", tmp_path_factory.mktemp("site") / "my network"), subject


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(params=["disk", "server"])
def address(request, exported):
    """Where the page is: on the disk, and in a folder of a plain server."""
    made, _ = exported
    if request.param == "disk":
        yield (made.path / "index.html").as_uri()
        return
    handler = functools.partial(Quiet, directory=made.path.parent)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{made.path.name.replace(' ', '%20')}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(open_window):
    """Open the page, and hold it to asking nobody else for anything, and complaining of nothing."""
    outside, complaints = [], []

    def open_it(address, **window):
        page = open_window(**window)
        home = address.rpartition("/")[0]

        def answer(route):
            if route.request.url.startswith((home, "blob:", "data:")):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        page.route("**/*", answer)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(address)
        return page

    yield open_it
    assert not outside
    assert not complaints


def test_it_says_what_the_run_saved_and_asks_nobody(visit, address, exported):
    _, subject = exported
    split, saved = subject.said
    assert split == "test"
    images = np.ascontiguousarray(subject.load_images().images[saved.indices[:100]])
    page = visit(address)
    expect(page.locator(".sentence")).to_contain_text("The network takes this for")
    probs = np.array(page.evaluate(ASK, base64.b64encode(images.tobytes()).decode()), np.float32)
    said = saved.probs[:100]
    np.testing.assert_allclose(probs, said, atol=2e-3)  # as exactly as predictions are saved
    assert (saved.preds[:100] == saved.targets[:100]).mean() > 0.2  # it has learned something
    lead = np.diff(np.sort(said, axis=1)[:, -2:], axis=1)[:, 0]
    np.testing.assert_array_equal(probs.argmax(axis=1)[lead > 2e-3], saved.preds[:100][lead > 2e-3])
    assert page.evaluate("globalThis.crossOriginIsolated") is False  # no threads, so no headers are needed
    expect(page.locator(".where")).to_contain_text("grey square")
    page.get_by_role("group", name="Examples").get_by_role("button").nth(3).click()
    expect(page.locator(".known")).to_contain_text("The run itself saved")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_dropped_picture_becomes_what_the_dashboard_makes_of_it(visit, exported):
    made, _ = exported
    pixels = np.random.default_rng(0).integers(0, 256, (90, 130, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    page = visit((made.path / "index.html").as_uri() + "#from=picture")
    page.locator("input[type=file]").set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    expect(page.locator(".sentence")).to_contain_text("The network takes this for")
    shown = np.array(page.evaluate(SEEN), np.uint8).reshape(32, 32, 4)[..., :3].transpose(2, 0, 1)
    np.testing.assert_array_equal(shown, read_upload(file.getvalue()).image)
    page.locator("input[type=file]").set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"no"})
    expect(page.locator("#picture .trouble")).to_contain_text("no picture that the browser can read")


def test_by_keyboard_a_drawing_is_answered_and_the_address_keeps_the_way(visit, exported):
    made, _ = exported
    page = visit((made.path / "index.html").as_uri(), width=390, height=844, color_scheme="dark")
    expect(page.locator(".sentence")).to_contain_text("The network takes this for")
    page.get_by_role("button", name="Draw").press("Enter")
    paper = page.locator(".canvas")
    paper.focus()
    paper.press("Space")
    for _ in range(9):
        paper.press("Shift+ArrowRight")
    paper.press("Space")
    expect(page.locator(".known")).to_be_empty()
    page.reload()
    expect(page.get_by_role("button", name="Draw")).to_have_attribute("aria-pressed", "true")
    expect(paper).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Examples")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))  # the page lets no script in that is not its own
        assert not find_violations(page, "dark phone")


def test_a_refused_camera_is_said(visit, exported):
    made, _ = exported
    page = visit((made.path / "index.html").as_uri() + "#from=camera")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("alert")).to_contain_text("camera")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
