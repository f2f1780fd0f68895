"""How quick the pages are: the first paint, warm reruns, a gallery's tiles; alone, beside a training, with 20 sessions.

python -m benchmarks.dashboard [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice set. Needs a Chromium.

Reruns are timed at the server, by sessions that draw nothing; paints in a real browser.
"""

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks._app import get_store, opened_app, start_training, wait
from benchmarks._report import judge, print_report
from benchmarks._viewer import Viewer
from tests.browser.app import App

_PAGES = {
    "Overview": "",
    "Explore": "Explore",
    "Augment": "Augment",
    "Train": "Train",
    "Runs": "Runs",
    "Errors": "Errors",
    "Explain": "Explain",
}
_NUM_SESSIONS = 20


def main(arguments: list[str]) -> int:
    """Measure and print a JSON line last."""
    quick = "--quick" in arguments
    repeats, num_servers = (2, 1) if quick else (9, 5)
    with opened_app() as (app, browser):
        goals = [_measure_first_paint(browser, num_servers)]
        record = start_training(app, quick=quick)
        wait(lambda: len(record.epoch_rows()) >= 2, 300)
        goals += _measure_reruns(app, record.run_id, "beside a training", repeats, None)
        get_store(app).stop(record.run_id)
        wait(lambda: not record.status().is_active, 60)
        goals += _measure_reruns(app, record.run_id, "alone", repeats, 0.1)
        goals.append(_measure_sessions(app, record.run_id, repeats))
        goals += _measure_galleries(app, browser)
    for goal in goals:
        print(f"{goal['what']}: {goal['value']:.3f} s")
    print_report("dashboard", goals)
    return 0


def _measure_first_paint(browser: Browser, num_servers: int) -> dict[str, Any]:
    """From the first request a new server gets to Overview's heading on the screen."""
    taken = []
    for _ in range(num_servers):
        with tempfile.TemporaryDirectory() as folder:
            app = App(Path(folder), os.environ.get("CIFAR_DATA_DIR"))
            context = browser.new_context(viewport={"width": 1440, "height": 900})  # with an empty cache
            page = context.new_page()
            started = time.perf_counter()
            page.goto(app.url)
            page.get_by_role("heading", name="Overview", exact=True).wait_for(timeout=60_000)
            taken.append(time.perf_counter() - started)
            context.close()
            app.close()
    return judge("Overview, first paint of a new server: seconds", statistics.median(taken), 2.0)


def _measure_reruns(app: App, run_id: str, situation: str, repeats: int, goal: float | None) -> list[dict[str, Any]]:
    goals = []
    for name, page in _PAGES.items():
        with Viewer(app.port, page, f"run={run_id}") as viewer:
            viewer.wait(1)
            viewer.rerun()
            taken = [viewer.rerun() for _ in range(repeats)]
        goals.append(judge(f"{name}, warm rerun {situation}: seconds", statistics.median(taken), goal))
    return goals


def _measure_sessions(app: App, run_id: str, repeats: int) -> dict[str, Any]:
    """Twenty sessions over all pages ask at the same time, again and again."""
    pages = [page for _ in range(_NUM_SESSIONS) for page in _PAGES.values()][:_NUM_SESSIONS]
    with ExitStack() as stack, ThreadPoolExecutor(_NUM_SESSIONS) as pool:
        viewers = [stack.enter_context(Viewer(app.port, page, f"run={run_id}")) for page in pages]
        for viewer in viewers:
            viewer.wait(1)
        taken = [seconds for _ in range(repeats) for seconds in pool.map(Viewer.rerun, viewers)]
    what = f"any page, {_NUM_SESSIONS} sessions asking at once: seconds"
    return judge(what, statistics.median(taken), 0.4)


def _measure_galleries(app: App, browser: Browser) -> list[dict[str, Any]]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    goals = []
    for count in (100, 400):
        started = time.perf_counter()
        page.goto(f"{app.url}/Explore?per={count}")
        page.get_by_role("option").nth(count - 1).wait_for(timeout=60_000)
        goals.append(judge(f"Explore opened with {count} images: seconds", time.perf_counter() - started, None))
    page.close()
    return goals


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
