"""How fast a network runs in a browser, as the page that a run is taken along as: how large, how soon, how often.

python -m benchmarks.live_page [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a
Chromium, what is in requirements-export.txt, and onnxruntime-web, which is fetched once.

Networks train for a moment as runs do, and are exported; Chromium opens each page from the disk, asks it about single
images and about the places of a map, and watches a camera that is drawn by code.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks._report import judge, print_report
from benchmarks.exports import train_shortly
from cifar_core.data import load_dataset
from cifar_core.export import KINDS, Exported, export_run
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from tests.browser.chromium import FLAGS, find_chromium

_PRESETS = ("notebook", "quick", "speed")
_LEAST_RATE = 15.0  # images a second
_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
_CAMERA_SECONDS = 8.0
_PATIENCE_MS = 180_000
# Milliseconds of each of some single images, and of a portion of squares.
_ASK = """async ([single, together]) => {
  const took = [];
  for (let turn = 0; turn < single; turn += 1) {
    const start = performance.now();
    await cifarLab.ask(new Uint8Array(3072).map((_, place) => (place * (turn + 7)) % 256));
    took.push(performance.now() - start);
  }
  const start = performance.now();
  await cifarLab.ask(new Uint8Array(3072 * together));
  return [took, (performance.now() - start) / together];
}"""


def main(arguments: list[str]) -> int:
    """Print a line a network, and JSON last."""
    quick = "--quick" in arguments
    dataset = load_dataset()
    goals: list[dict[str, Any]] = []
    if KINDS["web"].missing:
        print(KINDS["web"].refusal)
    else:
        for name in _PRESETS[: 1 if quick else None]:
            with tempfile.TemporaryDirectory() as folder:
                config = with_overrides(PRESETS[name].config, {"training.num_threads": 1})
                subject = train_shortly(config, dataset, Path(folder) / "runs", quick=True)
                goals += _measure(name, export_run(subject, "web", Path(folder)))
    print_report("live_page", goals, data_source=dataset.source)
    return 0


def _measure(name: str, made: Exported) -> list[dict[str, Any]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *_CAMERA])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        began = time.perf_counter()
        page.goto((made.path / "index.html").as_uri())
        page.locator("main.answered").wait_for()
        first = time.perf_counter() - began
        page.locator(".where:not(:empty)", has_not_text="Covering").wait_for()
        mapped = time.perf_counter() - began - first
        single, square = page.evaluate(_ASK, [30, 49])
        rate, map_seconds = _watch(page)
        browser.close()
    found = {
        "MB": (made.num_bytes / 1e6, None),
        "seconds to the first answer": (first, None),
        "seconds from there to the whole map": (mapped, None),
        "ms a single image": (statistics.median(single), 1000 / _LEAST_RATE),
        "ms a square of a map": (square, None),
        "seconds a map of the camera": (map_seconds, None),
    }
    print(f"{name}: {made.num_bytes / 1e6:.1f} MB, " + ", ".join(f"{what} {it[0]:.2f}" for what, it in found.items()))
    print(f"{name}: {rate:.1f} images a second from the camera, a map every {map_seconds:.1f} s", flush=True)
    return [
        *(judge(f"{name}: {what}", value, goal) for what, (value, goal) in found.items()),
        judge(f"{name}: images a second from the camera", rate, _LEAST_RATE, at_least=True),
    ]


def _watch(page: Page) -> tuple[float, float]:
    """Return images a second and seconds a map, as the page says."""
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_timeout(1000 * _CAMERA_SECONDS)
    words = (page.locator(".speed").text_content() or "").split()
    return float(words[0]), float(words[-2]) if "map" in words else float("nan")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
