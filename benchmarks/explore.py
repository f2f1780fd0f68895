"""How long Explore takes to show images after a click, in a real browser, alone and while a run is training.

python -m benchmarks.explore [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from tests.browser.app import App
from tests.browser.chromium import FLAGS, find_chromium

_GOAL_SECONDS = 0.6
# What the gallery holds, without its pixels: another text, other images.
_LABELS = "(list) => list.getAttribute('aria-label') + list.children[0]?.getAttribute('aria-label')"


def main(arguments: list[str]) -> int:
    """Measure each interaction and print a JSON line last."""
    repeats = 2 if "--quick" in arguments else 9
    data_dir = os.environ.get("CIFAR_DATA_DIR")
    goals: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = App(Path(folder), data_dir)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        try:
            for situation in ("alone", "beside a training"):
                run_id = _start_training(app) if situation != "alone" else None
                for what, seconds in _measure(page, app, repeats).items():
                    value = statistics.median(seconds)
                    print(f"{what}, {situation}: {value:.2f} s (slowest {max(seconds):.2f} s)", flush=True)
                    met = value <= _GOAL_SECONDS
                    goals.append({"what": f"{what}, {situation}", "value": value, "goal": _GOAL_SECONDS, "met": met})
                if run_id is not None:
                    RunStore(Path(app.env["CIFAR_RUNS_DIR"])).stop(run_id)
        finally:
            browser.close()
            app.close()
    print(json.dumps({"name": "explore", "goals": goals}))
    return 0


def _start_training(app: App) -> str:
    os.environ |= {"CIFAR_DATA_DIR": app.env["CIFAR_DATA_DIR"]}
    config = with_overrides(PRESETS["notebook"].config, {"training.num_epochs": 1000, "training.device": "cpu"})
    store = RunStore(Path(app.env["CIFAR_RUNS_DIR"]))
    run_id = store.submit(config, name="beside")
    until = time.monotonic() + 60
    while store.record(run_id).status().step == 0 and time.monotonic() < until:
        time.sleep(0.2)
    return run_id


def _measure(page: Page, app: App, repeats: int) -> dict[str, list[float]]:
    """Return the seconds of every repeat of each interaction, all warm."""
    page.goto(f"{app.url}/Explore")
    page.get_by_role("option").first.wait_for(timeout=60_000)
    interactions: dict[str, Callable[[int], None]] = {
        "filter by split": lambda turn: _click(page, ("test", "train", "val")[turn % 3]),
        "page turn": lambda turn: page.get_by_role("button", name="Next page").click(),
    }
    seconds: dict[str, list[float]] = {what: [] for what in [*interactions, "large view", "lasso"]}
    for turn in range(repeats + 1):
        for what, act in interactions.items():
            took = _until_gallery_changes(page, lambda act=act, turn=turn: act(turn))  # type: ignore[misc]
            if turn:
                seconds[what].append(took)
        took = _until_large_view_changes(page)
        if turn:
            seconds["large view"].append(took)
    page.goto(f"{app.url}/Explore?view=Map")
    page.locator("canvas.points").wait_for(timeout=60_000)
    page.wait_for_timeout(2000)
    for turn in range(repeats + 1):
        took = _until_lasso_shows_images(page, turn)
        if turn:
            seconds["lasso"].append(took)
    return seconds


def _click(page: Page, split: str) -> None:
    page.get_by_test_id("stButtonGroup").nth(1).get_by_text(split, exact=True).click()


def _until_gallery_changes(page: Page, act: Callable[[], None]) -> float:
    tiles = page.get_by_role("listbox").first
    before = tiles.evaluate(_LABELS)
    began = time.perf_counter()
    act()
    return _wait(lambda: page.get_by_role("listbox").first.evaluate(_LABELS) != before, began)


def _until_large_view_changes(page: Page) -> float:
    tile = page.get_by_role("listbox").first.get_by_role("option").nth(random.randrange(5, 40))
    words = (tile.get_attribute("aria-label") or "").split(",")[1].strip()
    began = time.perf_counter()
    tile.click()
    return _wait(lambda: words in (page.locator(".inspector .title").text_content() or ""), began)


def _until_lasso_shows_images(page: Page, turn: int) -> float:
    box = page.locator("canvas.points").bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] * (0.2 + 0.05 * (turn % 10)), box["y"] + box["height"] * 0.4
    counted = page.get_by_text("images selected")
    before = counted.text_content() if counted.count() else ""
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((80, 0), (80, 80), (0, 80)):
        page.mouse.move(left + x, top + y)
    began = time.perf_counter()
    page.mouse.up()
    return _wait(lambda: counted.count() > 0 and counted.text_content() != before, began)


def _wait(condition: Callable[[], bool], began: float) -> float:
    while not condition():
        if time.perf_counter() - began > 30:
            raise TimeoutError("the page did not change within 30 s")
        time.sleep(0.01)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
