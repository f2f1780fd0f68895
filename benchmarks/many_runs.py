"""What two thousand runs in one folder cost: listed, pages opened and drawn again, their table in a browser.

python -m benchmarks.many_runs [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice set. Needs a Chromium.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks._app import get_store, opened_app
from benchmarks._report import judge, print_report
from benchmarks._store import IdleExecutor, fill_with_ended
from benchmarks._viewer import Viewer
from benchmarks._waiting import wait
from cifar_core.runs import RunStore
from tests.browser.app import App, expect_drawn

_GOAL_LISTED, _GOAL_DRAWN, _GOAL_FRAME = 0.2, 0.3, 1 / 30
# As somebody opens them: plain, sorted, filtered, with seeds folded, with as many rows as there can be.
_VIEWS = {
    "Overview": ("", ""),
    "Train": ("Train", "part=this"),
    "Runs": ("Runs", ""),
    "Runs, sorted": ("Runs", "by=-best_val"),
    "Runs, one person's": ("Runs", "whose=of:Ada"),
    "Runs, seeds grouped": ("Runs", "bundled=on"),
    "Runs, 500 rows": ("Runs", "most=500"),
}
# The longest and the median time between two frames while the table is scrolled from top to bottom, in milliseconds.
_SCROLL = """async (element) => {
    const box = element.shadowRoot ? element.shadowRoot.querySelector(".box") : element;
    const taken = [];
    let last = performance.now();
    for (let frame = 0; frame < 90; frame += 1) {
        box.scrollTop = (box.scrollHeight - box.clientHeight) * frame / 89;
        await new Promise(requestAnimationFrame);
        taken.push(performance.now() - last);
        last = performance.now();
    }
    return taken.slice(5);
}"""


def main(arguments: list[str]) -> int:
    """Measure and print a JSON line last."""
    quick = "--quick" in arguments
    num_runs, repeats = (60, 1) if quick else (2_000, 7)
    with opened_app() as (app, browser):
        goals = _measure_listing(Path(app.env["CIFAR_RUNS_DIR"]), num_runs, repeats)
        get_store(app)
        for name, (page, query) in _VIEWS.items():
            goals += _measure_page(app, name, page, query, repeats)
        goals += _measure_table(app, browser, repeats)
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3f}")
    print_report("many_runs", goals, runs=num_runs)
    return 0


def _measure_listing(runs_dir: Path, num_runs: int, repeats: int) -> list[dict[str, Any]]:
    store = fill_with_ended(runs_dir, num_runs)
    store.list_runs()
    again = _median(store.list_runs, repeats)
    fresh = _median(lambda: RunStore(runs_dir, executor=IdleExecutor()).list_runs(), repeats)
    return [
        judge(f"{num_runs} runs listed again: seconds", again, _GOAL_LISTED),
        judge(f"{num_runs} runs listed by a new process's store: seconds", fresh, _GOAL_LISTED),
    ]


def _measure_page(app: App, name: str, page: str, query: str, repeats: int) -> list[dict[str, Any]]:
    """Timed at the server, by a session that draws nothing."""
    with Viewer(app.port, page, query) as viewer:
        viewer.wait(1)
        viewer.rerun()
        taken = [viewer.rerun() for _ in range(repeats)]
    return [
        judge(f"{name}, for the first time: seconds", viewer.response_seconds[0], None),
        judge(f"{name}, drawn again: seconds", statistics.median(taken), _GOAL_DRAWN),
    ]


def _measure_table(app: App, browser: Browser, repeats: int) -> list[dict[str, Any]]:
    """In a browser: a click on a column until the rows are there, and frames while the table is scrolled."""
    goals = []
    for rows in (50, 500):
        with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            page = context.new_page()
            page.goto(f"{app.url}/Runs?most={rows}")
            page.locator("table tbody tr").first.wait_for(timeout=60_000)
            expect_drawn(page)
            taken = [_sort(page) for _ in range(2 * repeats)]
            frames = [milliseconds / 1000 for milliseconds in page.locator(".box").first.evaluate(_SCROLL)]
        goals += [
            judge(f"{rows} rows, sorted by a click: seconds", statistics.median(taken), 1.0),
            judge(f"{rows} rows, a frame while they are scrolled: seconds", statistics.median(frames), _GOAL_FRAME),
            judge(f"{rows} rows, the longest frame: seconds", max(frames), None),
        ]
    return goals


def _sort(page: Page) -> float:
    """Click on the best accuracy's column, and wait until the list says that it is sorted otherwise."""
    heading = page.locator("table thead th button", has_text="Best val").first
    before = heading.inner_text()
    started = time.perf_counter()
    heading.click()
    wait(lambda: heading.inner_text() != before)
    return time.perf_counter() - started


def _median(act: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
