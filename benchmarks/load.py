"""Many at once: how long a page takes, what memory and how many open files the server needs.

python -m benchmarks.load [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10, the practice set. Fifty sessions, spread
over the pages, ask for theirs again every ten seconds for 150 seconds, beside a run that has ended.
"""

import random
import statistics
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import psutil

from benchmarks._app import get_store, opened_app, wait
from benchmarks._report import judge, print_report
from benchmarks._viewer import Viewer
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from tests.browser.app import App

_GOAL_SECONDS = 1.0
_PAGES = ("", "Explore", "Augment", "Train", "Runs", "Errors", "Explain")
_QUICK_SETTINGS = {"training.num_epochs": 1, "training.device": "cpu", "data.train_fraction": 0.05}


@dataclass(frozen=True)
class _Load:
    """Who asks how often, and for how long, in seconds."""

    num_sessions: int = 50
    interval: float = 10.0
    seconds: float = 150.0


_SMOKE = _Load(num_sessions=7, interval=1.0, seconds=3.0)


@dataclass
class _Server:
    """What the server's process holds."""

    bytes: int
    files: int


def main() -> None:
    """Print what was seen, and judge the slowest twentieth of all answers."""
    load = _SMOKE if "--quick" in sys.argv[1:] else _Load()
    with opened_app() as (app, _):
        run_id = _train(app)
        _warm_up(app, run_id)
        before = _look(app)
        with ExitStack() as stack:
            viewers = [stack.enter_context(_open(app, place, run_id)) for place in range(load.num_sessions)]
            for viewer in viewers:
                viewer.wait(1, 120)
            _ask_again(viewers, load)
            busy = _look(app)
        time.sleep(5)
        after = _look(app)
    seconds = np.array([second for viewer in viewers for second in viewer.response_seconds[1:]])
    share = (busy.bytes - before.bytes) / load.num_sessions
    print(
        f"{load.num_sessions} sessions, {len(seconds)} answers: median {np.median(seconds):.3f} s, "
        f"p95 {np.quantile(seconds, 0.95):.3f} s, longest {seconds.max():.3f} s"
    )
    for words, server in (("before", before), ("meanwhile", busy), ("after they left", after)):
        print(f"{words:<16} {server.bytes / 1e6:6.0f} MB {server.files:5d} open files")
    goals = [
        judge("p95 of an answer", float(np.quantile(seconds, 0.95)), _GOAL_SECONDS),
        judge("memory a session (MB)", share / 1e6, None),
        judge("open files a session", (busy.files - before.files) / load.num_sessions, None),
    ]
    median = statistics.median(seconds)
    print_report("load", goals, sessions=load.num_sessions, answers=len(seconds), median_seconds=median)


def _warm_up(app: App, run_id: str) -> None:
    """What the first visitor brings in, torch above all, is no session's."""
    for place in range(len(_PAGES)):
        with _open(app, place, run_id) as viewer:
            viewer.wait(1, 120)


def _open(app: App, place: int, run_id: str) -> Viewer:
    return Viewer(app.port, _PAGES[place % len(_PAGES)], f"run={run_id}")


def _ask_again(viewers: list[Viewer], load: _Load) -> None:
    """Let each ask in a thread of its own, out of step with the others."""
    until = time.monotonic() + load.seconds
    draws = random.Random(0)

    def ask(viewer: Viewer, delay: float) -> None:
        time.sleep(delay)
        while time.monotonic() < until:
            began = time.monotonic()
            viewer.rerun()
            time.sleep(max(load.interval - (time.monotonic() - began), 0.0))

    delays = [draws.uniform(0, load.interval) for _ in viewers]
    threads = [threading.Thread(target=ask, args=pair) for pair in zip(viewers, delays, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _look(app: App) -> _Server:
    process = psutil.Process(app.process.pid)
    return _Server(process.memory_info().rss, process.num_fds())


def _train(app: App) -> str:
    store = get_store(app)
    run_id = store.submit(with_overrides(PRESETS["notebook"].config, _QUICK_SETTINGS), name="ended")
    wait(lambda: not store.record(run_id).status().is_active, 300)
    return run_id


if __name__ == "__main__":
    main()
