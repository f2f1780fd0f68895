"""How long a new user waits for something to look at, and for an explained error, with nothing trained before.

python -m benchmarks.first_visit [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a
Chromium.

Each visit meets a server that has just started, over an empty runs folder; seconds count from the first address that
the browser opens. The demo trains, the server imports what it needs and the browser draws on the same cores.
"""

import statistics
import sys
import time
from collections.abc import Callable

from playwright.sync_api import Page

from benchmarks._app import get_store, opened_app
from benchmarks._report import judge, print_report
from benchmarks._waiting import wait
from tests.browser.app import App

_GOALS = {"first pictures": None, "first mistake": None, "explained error": 30.0, "end of the demo": 60.0}
_PATIENCE = 120.0  # seconds


def main(arguments: list[str]) -> int:
    """Visit some times and print a JSON line last."""
    is_quick = "--quick" in arguments
    visits = [_visit(awaits_end=not is_quick) for _ in range(1 if is_quick else 3)]
    goals = []
    for what in visits[0]:
        seconds, goal = [visit[what] for visit in visits], _GOALS[what]
        print(f"{what}: {statistics.median(seconds):.1f} s (slowest {max(seconds):.1f} s)", flush=True)
        goals.append(judge(f"{what}, seconds", statistics.median(seconds), goal))
    print_report("first_visit", goals, num_clicks=1)
    return 0


def _visit(*, awaits_end: bool) -> dict[str, float]:
    """Return after how many seconds what was to be seen."""
    with opened_app(has_demo=True) as (app, browser):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(1000 * _PATIENCE)
        began = time.perf_counter()
        steps: dict[str, Callable[[], None]] = {
            "first pictures": lambda: _open(page, app),
            "first mistake": lambda: page.get_by_text("Worst mistake").wait_for(),
            "explained error": lambda: _explain(page),
        }
        if awaits_end:
            steps["end of the demo"] = lambda: _await_end(app)
        seconds = {}
        for what, act in steps.items():
            act()
            seconds[what] = time.perf_counter() - began
        get_store(app).stop_all()
        return seconds


def _open(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("option").first.wait_for()


def _explain(page: Page) -> None:
    page.get_by_role("link", name="4 Explain").click()
    page.locator("figure canvas").nth(2).wait_for()


def _await_end(app: App) -> None:
    store = get_store(app)
    wait(lambda: not any(run.status.is_active for run in store.list_runs()), _PATIENCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
