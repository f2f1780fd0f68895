"""How long Explore takes to show images after a click, in a real browser, alone and while a run is training.

python -m benchmarks.explore [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.
"""

import random
import statistics
import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from benchmarks._app import get_store, opened_app, start_training
from benchmarks._report import judge, print_report
from benchmarks._waiting import wait
from tests.browser.app import App

_GOAL_SECONDS = 0.6
# What the gallery holds, without its pixels: another text, other images.
_LABELS = "(list) => list.getAttribute('aria-label') + list.children[0]?.getAttribute('aria-label')"


def main(arguments: list[str]) -> int:
    """Measure each interaction and print a JSON line last."""
    quick = "--quick" in arguments
    repeats = 2 if quick else 9
    goals: list[dict[str, Any]] = []
    with opened_app() as (app, browser):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for situation in ("alone", "beside a training"):
            record = start_training(app, quick=quick) if situation != "alone" else None
            for what, seconds in _measure(page, app, repeats).items():
                value = statistics.median(seconds)
                print(f"{what}, {situation}: {value:.2f} s (slowest {max(seconds):.2f} s)", flush=True)
                goals.append(judge(f"{what}, {situation}", value, _GOAL_SECONDS))
            if record is not None:
                get_store(app).stop(record.run_id)
    print_report("explore", goals)
    return 0


def _measure(page: Page, app: App, repeats: int) -> dict[str, list[float]]:
    """Return the seconds of every repeat of each interaction, all warm."""
    page.goto(f"{app.url}/Explore")
    page.get_by_role("option").first.wait_for(timeout=60_000)
    interactions: dict[str, Callable[[int], None]] = {
        "filter by class": lambda turn: page.locator(".classes button").nth(turn % 10).click(),
        "page turn": lambda turn: page.get_by_role("button", name="Next page").click(),
    }
    seconds: dict[str, list[float]] = {what: [] for what in [*interactions, "large view"]}
    for turn in range(repeats + 1):
        for what, act in interactions.items():
            took = _until_gallery_changes(page, lambda act=act, turn=turn: act(turn))  # type: ignore[misc]
            if turn:
                seconds[what].append(took)
        took = _until_large_view_changes(page)
        if turn:
            seconds["large view"].append(took)
    return seconds


def _until_gallery_changes(page: Page, act: Callable[[], None]) -> float:
    tiles = page.get_by_role("listbox").first
    before = tiles.evaluate(_LABELS)
    act()
    return wait(lambda: page.get_by_role("listbox").first.evaluate(_LABELS) != before)


def _until_large_view_changes(page: Page) -> float:
    tile = page.get_by_role("listbox").first.get_by_role("option").nth(random.randrange(5, 40))
    words = (tile.get_attribute("aria-label") or "").split(",")[1].strip()
    tile.click()
    return wait(lambda: words in (page.locator(".inspector .title").text_content() or ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
