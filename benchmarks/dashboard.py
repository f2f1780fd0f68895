"""How quick the pages are: first paint, pages opened, warm reruns; alone, beside a training, with 20 sessions.

python -m benchmarks.dashboard [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice set. Needs a Chromium.

Reruns are timed at the server, by sessions that draw nothing; all else in real browser windows with empty caches. A
page is drawn when the server has sent all of it, and usable when the browser has made all of that: a chart's library
may keep it busy for a second between the two.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks._app import get_store, opened_app, start_training
from benchmarks._report import judge, print_report
from benchmarks._store import write_run
from benchmarks._viewer import Viewer
from benchmarks._waiting import wait
from tests.browser.app import App

# All but Labels: who opens it has labels doubted in the background, which is in the way of what is timed after it.
_PAGES = {
    "Overview": "",
    "Explore": "Explore",
    "Augment": "Augment",
    "Train": "Train",
    "Runs": "Runs",
    "Sweeps": "Sweeps",
    "Lessons": "Lessons",
    "Errors": "Errors",
    "Explain": "Explain",
    "Compare": "Compare",
}
_NUM_SESSIONS = 20
_GALLERIES = (100, 400)
_GOAL_OPENED, _GOAL_SESSIONS = 0.8, 0.25

# Seconds from the address until the server has drawn a page to its end, by the browser's own clock; 0 if it has not.
_DRAWN_AFTER = """(title) => {
    const isThere = [...document.querySelectorAll("h2")].some((heading) => heading.textContent.trim() === title);
    const app = document.querySelector('[data-testid="stApp"]');
    const isDrawn = isThere && app?.dataset.testScriptState === "notRunning";
    return isDrawn ? performance.now() / 1000 : 0;
}"""
# Whether all components have their own code, Plotly's charts are drawn, and nothing is still to come.
_IS_USABLE = """() => {
    const all = [...document.querySelectorAll("*")];
    const hosts = all.filter((element) => element.shadowRoot);
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
    return hosts.length > 0 && hosts.every((host) => "ready" in host.dataset)
        && document.querySelector('[data-testid="stSkeleton"]') === null
        && charts.every((chart) => chart.querySelector(".main-svg"));
}"""

# Notes how long it takes from a question for what is new in a run to its picture on the screen.
_WATCH_REFRESHES = """
    window.refreshes = [];
    const ask = window.fetch;
    window.fetch = async (...parts) => {
        const began = performance.now();
        const answer = await ask(...parts);
        if (String(parts[0]).includes("live/")) {
            const seen = () => window.refreshes.push(performance.now() - began);
            const read = answer.json.bind(answer);
            answer.json = async () => {
                const body = await read();
                requestAnimationFrame(() => requestAnimationFrame(seen));
                return body;
            };
        }
        return answer;
    };
"""


def main(arguments: list[str]) -> int:
    """Measure and print a JSON line last."""
    quick = "--quick" in arguments
    repeats, num_opened = (2, 1) if quick else (9, 5)
    with opened_app() as (app, browser):
        goals = [_measure_first_paint(browser, num_opened)]
        record = start_training(app, quick=quick)
        wait(lambda: len(record.epoch_rows()) >= 2, 300)
        goals += _measure_reruns(app, record.run_id, "beside a training", repeats, None)
        goals += _measure_opens(app, browser, record.run_id, "beside a training", num_opened, None)
        goals.append(_measure_refreshes(app, browser, record.run_id, repeats))
        get_store(app).stop(record.run_id)
        wait(lambda: not record.status().is_active, 60)
        goals += _measure_reruns(app, record.run_id, "alone", repeats, 0.1)
        goals += _measure_opens(app, browser, record.run_id, "alone", num_opened, _GOAL_OPENED)
        goals += _measure_galleries(app, browser, num_opened)
        goals.append(_measure_sessions(app, record.run_id, repeats))
        goals += _measure_long_run(app, 1_000 if quick else 100_000)
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
            with _new_window(browser) as page:
                started = time.perf_counter()
                page.goto(app.url)
                page.get_by_role("heading", name="Overview", exact=True).wait_for(timeout=60_000)
                taken.append(time.perf_counter() - started)
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
    return judge(what, statistics.median(taken), _GOAL_SESSIONS)


def _measure_long_run(app: App, num_rows: int) -> list[dict[str, Any]]:
    """A run of 200 epochs that this server has not read yet, opened by a session that draws nothing."""
    goals = []
    for name in ("Train", "Runs"):
        run_id = write_run(get_store(app).runs_dir, num_rows, 200, has_ended=True)
        with Viewer(app.port, name, f"run={run_id}&runs={run_id}") as viewer:
            viewer.wait(1)
        what = f"{name} of a run of 200 epochs and {num_rows} rows, for the first time: seconds"
        goals.append(judge(what, viewer.response_seconds[0], 0.3))
    return goals


def _measure_opens(
    app: App, browser: Browser, run_id: str, situation: str, repeats: int, goal: float | None
) -> list[dict[str, Any]]:
    """From the address to a page that the server has drawn to its end, and to one that can be used."""
    drawn: dict[str, list[float]] = {name: [] for name in _PAGES}
    usable: dict[str, list[float]] = {name: [] for name in _PAGES}
    for _ in range(repeats):
        for name, path in _PAGES.items():
            with _new_window(browser) as page:
                page.goto(f"{app.url}/{path}?run={run_id}", wait_until="commit")
                drawn[name].append(page.wait_for_function(_DRAWN_AFTER, arg=name, timeout=60_000).json_value())
                page.wait_for_function(_IS_USABLE, timeout=60_000)
                usable[name].append(page.evaluate("performance.now() / 1000"))
    opened = f"opened in a new browser {situation}: seconds"
    return [
        *(judge(f"{name}, {opened}", statistics.median(seconds), goal) for name, seconds in drawn.items()),
        *(judge(f"{name}, usable, {opened}", statistics.median(seconds), None) for name, seconds in usable.items()),
    ]


def _measure_refreshes(app: App, browser: Browser, run_id: str, repeats: int) -> dict[str, Any]:
    with _new_window(browser) as page:
        page.add_init_script(_WATCH_REFRESHES)
        page.goto(f"{app.url}/Train?run={run_id}")
        page.wait_for_function("(count) => window.refreshes.length >= count", arg=repeats, timeout=60_000)
        taken = [milliseconds / 1000 for milliseconds in page.evaluate("window.refreshes")]
    return judge("live refresh, from the question to the screen: seconds", statistics.median(taken), None)


def _measure_galleries(app: App, browser: Browser, repeats: int) -> list[dict[str, Any]]:
    taken: dict[int, list[float]] = {count: [] for count in _GALLERIES}
    for _ in range(repeats):
        for count in _GALLERIES:
            with _new_window(browser) as page:
                started = time.perf_counter()
                page.goto(f"{app.url}/Explore?per={count}")
                page.get_by_role("option").nth(count - 1).wait_for(timeout=60_000)
                taken[count].append(time.perf_counter() - started)
    return [
        judge(f"Explore opened with {count} images: seconds", statistics.median(seconds), None)
        for count, seconds in taken.items()
    ]


@contextmanager
def _new_window(browser: Browser) -> Iterator[Page]:
    """A window of a laptop's size, with an empty cache."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        yield context.new_page()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
