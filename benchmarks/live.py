"""What watching costs a training: its throughput with Train open against nobody watching.

python -m benchmarks.live [--quick] [--tabs]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a
Chromium.

One training goes on all the time, and windows take turns: somebody looks, then looks away, as a hidden tab does, which
asks for nothing. Two viewers that draw nothing stand for browsers on other machines; tabs of a real browser share the
cores with the training. Each window is held against those on its two sides, since the machine's speed drifts;
throughput is of the steps alone, so that it does not matter whether a look at val falls into a window. All of it is
after the run's first minutes, in which pages ask more often.

With --tabs, two tabs alone and fewer windows: seven minutes instead of twenty.

Beside the throughput stands the processor time that watching takes, as a share of all cores: less of an effect, but
hardly any noise.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from playwright.sync_api import Browser

from benchmarks._app import get_store, opened_app, start_training
from benchmarks._report import judge, print_report
from benchmarks._viewer import Viewer
from benchmarks._waiting import wait
from cifar_core.runs import RunRecord
from dashboard.train.beneath import Beneath
from dashboard.train.feed import feed_address
from tests.browser.app import App

_Look = Callable[[bool], None]

_GOAL, _GOAL_ON_THE_SAME_CORES = 0.03, 0.05
_ERROR_OF_MEDIAN = 1.25  # times as large as that of the mean, for normally distributed values


@dataclass(frozen=True)
class _Pace:
    """How long things take, in seconds, and how often they are done.

    Attributes:
        warm_up: From the run's first epoch to the first window.
        settling: A browser goes on working for a while after a page is there.
        pause: Between looking or looking away and the window that tells of it.
        window: What is measured at once.
        repeats: Windows of each kind, for each who watches.
    """

    warm_up: float = 170.0
    settling: float = 10.0
    pause: float = 2.0
    window: float = 8.0
    repeats: int = 16


_SHORT = _Pace(repeats=7)
_SMOKE = _Pace(warm_up=0.0, settling=0.5, pause=0.2, window=1.0, repeats=2)


@dataclass(frozen=True)
class _Cost:
    """What one window of watching cost: shares of the throughput, and of all cores."""

    throughput: float
    cores: float


def main(arguments: list[str]) -> int:
    """Measure in turn and print a JSON line last."""
    quick, has_tabs_alone = "--quick" in arguments, "--tabs" in arguments
    pace = _SMOKE if quick else _SHORT if has_tabs_alone else _Pace()
    costs: dict[str, list[_Cost]] = {}
    with opened_app() as (app, browser):
        record = start_training(app, quick=quick)
        wait(lambda: bool(record.epoch_rows()), 300)
        time.sleep(pace.warm_up)
        for who, watch in list(_watchers(app, browser, record).items())[-1 if has_tabs_alone else 0 :]:
            with watch() as look:
                time.sleep(pace.settling)
                costs[who] = _measure(app, record, look, pace)
        get_store(app).stop(record.run_id)
        wait(lambda: not record.status().is_active, 60)
    print_report("live", _judge_all(costs))
    return 0


def _measure(app: App, record: RunRecord, look: _Look, pace: _Pace) -> list[_Cost]:
    costs = []
    before = _look_on(app, record, look, pace, is_watched=False)
    for _ in range(pace.repeats):
        watched = _look_on(app, record, look, pace, is_watched=True)
        after = _look_on(app, record, look, pace, is_watched=False)
        speed, usual = watched[0], (before[0] + after[0]) / 2
        costs.append(_Cost(1 - speed / usual, watched[1] - (before[1] + after[1]) / 2))
        before = after
    return costs


def _look_on(app: App, record: RunRecord, look: _Look, pace: _Pace, *, is_watched: bool) -> tuple[float, float]:
    """Images a second within a window, and the share of all cores that server and browser take."""
    look(is_watched)
    time.sleep(pace.pause)
    began, worked = time.perf_counter(), _processor_seconds(app)
    throughput = _throughput(record, pace.window)
    worked = _processor_seconds(app) - worked
    return throughput, worked / (time.perf_counter() - began) / (psutil.cpu_count() or 1)


def _judge_all(costs: dict[str, list[_Cost]]) -> list[dict[str, Any]]:
    goals = []
    for who, seen in costs.items():
        lost, taken = [cost.throughput for cost in seen], [cost.cores for cost in seen]
        value, share = statistics.median(lost), statistics.median(taken)
        error = _ERROR_OF_MEDIAN * statistics.stdev(lost) / math.sqrt(len(lost))
        print(f"{who}: throughput lost {value:.1%}, standard error {error:.1%}; cores {share:.1%}")
        goal = _GOAL if "elsewhere" in who else _GOAL_ON_THE_SAME_CORES
        goals.append(judge(f"{who}: throughput lost", value, goal))
        goals.append(judge(f"{who}: throughput lost, standard error", error, None))
        goals.append(judge(f"{who}: share of all cores", share, goal))
    return goals


def _watchers(app: App, browser: Browser, record: RunRecord) -> dict[str, Callable[[], AbstractContextManager[_Look]]]:
    return {
        "two viewers elsewhere": lambda: _viewers(app, record, 2),
        "one tab on this machine": lambda: _tabs(app, browser, record, 1),
        "two tabs on this machine": lambda: _tabs(app, browser, record, 2),
    }


@contextmanager
def _viewers(app: App, record: RunRecord, count: int) -> Iterator[_Look]:
    feed = feed_address(record.run_id, "Curves", Beneath())
    with ExitStack() as stack:
        viewers = [stack.enter_context(Viewer(app.port, "Train", f"run={record.run_id}")) for _ in range(count)]
        for viewer in viewers:
            viewer.wait()
            viewer.follow(feed)

        def look(is_watched: bool) -> None:
            for viewer in viewers:
                viewer.look(is_watched)

        yield look


@contextmanager
def _tabs(app: App, browser: Browser, record: RunRecord, count: int) -> Iterator[_Look]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.isAway === true })")
    pages = [context.new_page() for _ in range(count)]
    for page in pages:
        page.goto(f"{app.url}/Train?run={record.run_id}")
        page.get_by_text("Train is measured on").wait_for(timeout=60_000)

    def look(is_watched: bool) -> None:
        for page in pages:
            page.evaluate("(isAway) => { window.isAway = isAway; }", not is_watched)

    yield look
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
