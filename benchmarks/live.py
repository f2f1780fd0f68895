"""What watching costs a training: its throughput with Train open against nobody watching.

python -m benchmarks.live [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.

One training goes on all the time, and windows take turns: nobody watches, then somebody does. Two viewers that draw
nothing stand for browsers on other machines; tabs of a real browser share the cores with the training. Each window is
held against those without a watcher on its two sides, since the machine's speed drifts; throughput is of the steps
alone, so that it does not matter whether a look at val falls into a window.

Beside the throughput stands the processor time that watching takes, as a share of all cores: less of an effect, but
hardly any noise.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psutil
from playwright.sync_api import Browser

from benchmarks._app import get_store, opened_app, start_training, wait
from benchmarks._report import judge, print_report
from benchmarks._viewer import Viewer
from cifar_core.runs import RunRecord
from dashboard.live_feed import feed_address
from tests.browser.app import App

_GOAL = 0.03
_SETTLING_SECONDS = 8.0  # a browser goes on working for a while after a page is there


def main(arguments: list[str]) -> int:
    """Measure in turn and print a JSON line last."""
    quick = "--quick" in arguments
    seconds, settling, repeats = (2.0, 0.5, 1) if quick else (15.0, _SETTLING_SECONDS, 7)
    lost: dict[str, list[float]] = defaultdict(list)
    taken: dict[str, list[float]] = defaultdict(list)
    with opened_app() as (app, browser):
        record = start_training(app, quick=quick)
        wait(lambda: bool(record.epoch_rows()), 300)
        watchers = _watchers(app, browser, record)
        for watch in watchers.values():  # everything once: a new server imports torch behind its first page
            with watch():
                time.sleep(settling)
        before = _throughput(record, seconds)
        for _ in range(repeats):
            for who, watch in watchers.items():
                with watch():
                    time.sleep(settling)
                    began, worked = time.perf_counter(), _processor_seconds(app)
                    watched = _throughput(record, seconds)
                    worked = _processor_seconds(app) - worked
                    cores = psutil.cpu_count() or 1
                    taken[who].append(worked / (time.perf_counter() - began) / cores)
                after = _throughput(record, seconds)
                lost[who].append(1 - 2 * watched / (before + after))
                before = after
        get_store(app).stop(record.run_id)
        wait(lambda: not record.status().is_active, 60)
    print_report("live", _judge_all(lost, taken))
    return 0


def _judge_all(lost: dict[str, list[float]], taken: dict[str, list[float]]) -> list[dict[str, Any]]:
    goals = []
    for who in lost:
        value, share = statistics.median(lost[who]), statistics.median(taken[who])
        print(f"{who}: throughput lost {value:.1%} ({min(lost[who]):.1%} to {max(lost[who]):.1%}), cores {share:.1%}")
        goals.append(judge(f"{who}: throughput lost", value, _GOAL))
        goals.append(judge(f"{who}: share of all cores", share, _GOAL))
    return goals


def _watchers(app: App, browser: Browser, record: RunRecord) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    return {
        "two viewers elsewhere": lambda: _viewers(app, record, 2),
        "one tab on this machine": lambda: _tabs(app, browser, record, 1),
        "two tabs on this machine": lambda: _tabs(app, browser, record, 2),
    }


@contextmanager
def _viewers(app: App, record: RunRecord, count: int) -> Iterator[None]:
    feed = feed_address(record.run_id, "Curves", [])
    with ExitStack() as stack:
        for _ in range(count):
            viewer = stack.enter_context(Viewer(app.port, "Train", f"run={record.run_id}"))
            viewer.wait()
            viewer.follow(feed)
        yield


@contextmanager
def _tabs(app: App, browser: Browser, record: RunRecord, count: int) -> Iterator[None]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    for _ in range(count):
        page = context.new_page()
        page.goto(f"{app.url}/Train?run={record.run_id}")
        page.get_by_text("Train is measured on").wait_for(timeout=60_000)
    yield
    context.close()


def _throughput(record: RunRecord, seconds: float) -> float:
    """Images a second of the steps that are reported within a window, which lasts until one began and ended in it."""
    seen = len(record.step_rows(sys.maxsize)) + 1  # the first began before
    time.sleep(seconds)
    wait(lambda: len(record.step_rows(sys.maxsize)) > seen)
    rows = record.step_rows(sys.maxsize)[seen:]
    return statistics.harmonic_mean([row["images_per_second"] for row in rows])


def _processor_seconds(app: App) -> float:
    """What the server and the browser have worked so far. The viewers' own work is not theirs."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if process.pid == app.process.pid or "chrom" in process.name():
                total += sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
