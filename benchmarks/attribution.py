"""How long an explanation takes, and a click that leads to one.

python -m benchmarks.attribution [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice set. Needs a Chromium.

The engine is timed with one thread, as pages have it, on the notebook's network; the pages on a run of it, in a
browser.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from playwright.sync_api import Locator, Page

from benchmarks._app import get_store, opened_app, start_training
from benchmarks._report import judge, print_report
from benchmarks._waiting import wait
from cifar_core.attribution import METHODS
from cifar_core.attribution.attribute import attribute
from cifar_core.models import Classifier, create_classifier
from cifar_core.presets import PRESETS
from tests.browser.app import App

_GOALS = {"saliency": 0.1, "grad_cam": 0.1, "integrated_gradients": 0.5, "occlusion": 1.0}
_CLICK_GOAL = 0.3
_BATCH_GOAL = 3.0
_MANY = 64


def main(arguments: list[str]) -> int:
    """Measure and print a JSON line last."""
    quick = "--quick" in arguments
    repeats = 1 if quick else 7
    torch.set_num_threads(1)
    goals = _measure_methods(repeats) + _measure_batches(1 if quick else 5)
    goals += _measure_pages(repeats, quick)
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3g}")
    print_report("attribution", goals)
    return 0


def _measure_methods(repeats: int) -> list[dict[str, Any]]:
    model, images, targets = _create_case(1)
    seconds: dict[str, list[float]] = {method: [] for method in METHODS}
    for turn in range(repeats + 1):
        for method, taken in seconds.items():
            took = _time(lambda method=method: attribute(model, images, targets, method))  # type: ignore[misc]
            if turn:
                taken.append(took)
    return [
        judge(f"one image, {method}: seconds", statistics.median(taken), _GOALS.get(method))
        for method, taken in seconds.items()
    ]


def _measure_batches(repeats: int) -> list[dict[str, Any]]:
    """How much faster a batch is than the same images one by one, in turn."""
    model, images, targets = _create_case(_MANY)
    pairs = list(zip(images.split(1), targets.split(1), strict=True))
    goals = []
    for method, goal in (("saliency", None), ("integrated_gradients", _BATCH_GOAL)):
        ratios = []
        for turn in range(repeats + 1):
            alone = _time(lambda method=method: [attribute(model, *pair, method) for pair in pairs])  # type: ignore[misc]
            together = _time(lambda method=method: attribute(model, images, targets, method))  # type: ignore[misc]
            if turn:
                ratios.append(alone / together)
        goals.append(
            judge(f"{_MANY} images at once, {method}: times as fast", statistics.median(ratios), goal, at_least=True)
        )
    return goals


def _create_case(count: int) -> tuple[Classifier, torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(0)
    model = create_classifier(PRESETS["notebook"].config, mean=(0.5,) * 3, std=(0.25,) * 3).eval()
    return model, torch.rand(count, 3, 32, 32, generator=draws), torch.randint(10, (count,), generator=draws)


def _measure_pages(repeats: int, quick: bool) -> list[dict[str, Any]]:
    with opened_app() as (app, browser):
        record = start_training(app, quick=quick)
        wait(lambda: len(record.epoch_rows()) >= 5, 300)  # fewer have buttons, no slider
        get_store(app).stop(record.run_id)
        wait(lambda: not record.status().is_active, 60)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        seconds = _measure_errors(page, app, record.run_id, repeats)
        seconds["another image explained"] = _measure_explain(page, app, record.run_id, repeats)
    return [judge(f"{what}: seconds", statistics.median(taken), _CLICK_GOAL) for what, taken in seconds.items()]


def _measure_errors(page: Page, app: App, run_id: str, repeats: int) -> dict[str, list[float]]:
    page.goto(f"{app.url}/Errors?run={run_id}")
    page.get_by_role("option").first.wait_for(timeout=60_000)
    cells = [cell for cell in page.locator("td button:not(.empty)").all() if _is_mistake(cell)]
    seconds: dict[str, list[float]] = {"confusion click to images": [], "epoch slider": []}
    gallery, summary = page.get_by_role("listbox").first, page.get_by_text("val images right")
    slider = page.get_by_role("slider", name="Epoch")
    for turn in range(repeats + 1):
        took = _until_changed(lambda: gallery.get_attribute("aria-label"), cells[turn % len(cells)].click)
        if turn:
            seconds["confusion click to images"].append(took)
        page.wait_for_timeout(300)
    for turn in range(repeats + 1):
        slider.focus()
        key = "ArrowLeft" if turn % 2 == 0 else "ArrowRight"
        took = _until_changed(summary.text_content, lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
        if turn:
            seconds["epoch slider"].append(took)
        page.wait_for_timeout(300)
    return seconds


def _measure_explain(page: Page, app: App, run_id: str, repeats: int) -> list[float]:
    page.goto(f"{app.url}/Explain?run={run_id}&image=1")
    title = page.locator("figure canvas").first
    title.wait_for(timeout=60_000)
    more = page.get_by_role("button", name="Increment")
    pixels = "canvas => canvas.toDataURL()"
    return [_until_changed(lambda: title.evaluate(pixels), more.click) for _ in range(repeats + 1)][1:]


def _is_mistake(cell: Locator) -> bool:
    words = (cell.get_attribute("aria-label") or "").removeprefix("True ").split(":")[0].split(", predicted ")
    return words[0] != words[1]


def _until_changed(read: Callable[[], Any], act: Callable[[], object]) -> float:
    before = read()
    act()
    return wait(lambda: read() != before)


def _time(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
