"""How fluid the map of all images is in a browser that draws without a GPU, and how soon a selection is listed.

python -m benchmarks.map [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.
"""

import math
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import Locator, Page

from benchmarks._app import opened_app
from benchmarks._report import judge, print_report
from benchmarks._waiting import wait

_GOAL_FRAMES = 30.0
_GOAL_SECONDS = 0.6
# A frame is one that the browser shows; what keeps it from showing the next one is mostly the map's own painting.
_COUNT_FRAMES = """() => {
    const state = (window.cifarLabFrames = { count: 0, began: performance.now(), longest: 0, last: performance.now() });
    const tick = (now) => {
        state.count += 1;
        state.longest = Math.max(state.longest, now - state.last);
        state.last = now;
        if (window.cifarLabFrames === state) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""
_READ_FRAMES = """() => {
    const { count, began, longest } = window.cifarLabFrames;
    window.cifarLabFrames = null;
    return [(1000 * count) / (performance.now() - began), longest];
}"""


def main(arguments: list[str]) -> int:
    """Measure the map from afar, near and beside a selection, and print a JSON line last."""
    seconds, repeats = (1.0, 1) if "--quick" in arguments else (4.0, 5)
    goals: list[dict[str, Any]] = []
    with opened_app() as (app, browser):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        page.goto(f"{app.url}/Explore?view=Map")
        canvas = page.locator("canvas.points")
        canvas.wait_for(timeout=120_000)
        wait(lambda: canvas.evaluate("canvas => canvas.width > 300"), 60)
        goals.append(judge("seconds until the map is there, its data read the first time", _since(began), None))
        for where, steps in (("all points", 0), ("pictures near", 9)):
            _zoom(page, canvas, steps)
            frames = [_pan(page, canvas, seconds) for _ in range(repeats)]
            value = statistics.median(frames)
            print(f"{where}: {value:.0f} frames a second (fewest {min(frames):.0f})", flush=True)
            goals.append(judge(f"frames a second while panning, {where}", value, _GOAL_FRAMES, at_least=True))
        page.get_by_role("button", name="Whole map").click()
        listed = statistics.median(_select(page, canvas, turn) for turn in range(repeats + 1))
        print(f"a lasso is listed after {listed:.2f} s", flush=True)
        goals.append(judge("seconds from a lasso to its list", listed, _GOAL_SECONDS))
    print_report("map", goals)
    return 0


def _since(began: float) -> float:
    return time.perf_counter() - began


def _zoom(page: Page, canvas: Locator, steps: int) -> None:
    canvas.hover()
    for _ in range(steps):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(60)
    page.wait_for_timeout(2_000)  # for pictures to come


def _pan(page: Page, canvas: Locator, seconds: float) -> float:
    """Drag the map in circles and return how many frames a second were shown meanwhile."""
    box = canvas.bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    page.evaluate(_COUNT_FRAMES)
    began = time.perf_counter()
    while (passed := _since(began)) < seconds:
        page.mouse.move(left + 120 * math.sin(3 * passed), top + 60 * math.cos(3 * passed))
    frames, longest = page.evaluate(_READ_FRAMES)
    page.mouse.up()
    print(f"  {frames:.0f} frames a second, the longest took {longest:.0f} ms", flush=True)
    return float(frames)


def _select(page: Page, canvas: Locator, turn: int) -> float:
    """Draw round some points and return the seconds until their images are listed."""
    page.get_by_role("button", name="Lasso", exact=True).click()
    box = canvas.bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] * (0.4 + 0.02 * turn), box["y"] + box["height"] * 0.4
    counted = page.get_by_text("images selected")
    before = counted.text_content() if counted.count() else ""
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((80, 0), (80, 80), (0, 80)):
        page.mouse.move(left + x, top + y)
    page.mouse.up()
    return wait(lambda: counted.count() > 0 and counted.first.text_content() != before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
