"""What watching costs a training: its throughput with Train open twice against nobody watching.

python -m benchmarks.live [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.

One training goes on all the time; windows take turns: nobody watches, two viewers that draw nothing (as if the browsers
were on another machine), two tabs of a real browser that shares the cores with the training.
"""

import json
import statistics
import sys
import time
from typing import Any

import psutil

from benchmarks._app import get_store, judge, opened_app, start_training, wait
from benchmarks._viewer import Viewer
from cifar_core.runs import RunRecord
from dashboard.live_feed import feed_address

_GOAL = 0.03


def main(arguments: list[str]) -> int:
    """Measure in turn and print a JSON line last."""
    seconds, repeats = (6.0, 1) if "--quick" in arguments else (20.0, 5)
    lost: dict[str, list[float]] = {"two viewers elsewhere": [], "two tabs on this machine": []}
    server_shares = []
    with opened_app() as (app, browser):
        record = start_training(app)
        wait(lambda: bool(record.epoch_rows()), 300)
        server = psutil.Process(app.process.pid)
        query = f"run={record.run_id}"
        feed = feed_address(record.run_id, "Curves", [])
        with Viewer(app.port, "Train", query) as first:  # a new server imports torch behind its first page
            first.wait()
            time.sleep(15)
        for _ in range(repeats):
            alone = _throughput(record, seconds)
            with Viewer(app.port, "Train", query) as first, Viewer(app.port, "Train", query) as second:
                for viewer in (first, second):
                    viewer.wait()
                    viewer.follow(feed)
                before = _cpu(server)
                lost["two viewers elsewhere"].append(1 - _throughput(record, seconds) / alone)
                server_shares.append((_cpu(server) - before) / seconds / (psutil.cpu_count() or 1))
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            for _ in range(2):
                page = context.new_page()
                page.goto(f"{app.url}/Train?{query}")
                page.get_by_text("Train is measured on").wait_for(timeout=60_000)
            lost["two tabs on this machine"].append(1 - _throughput(record, seconds) / alone)
            context.close()
        get_store(app).stop(record.run_id)
    goals: list[dict[str, Any]] = []
    for what, shares in lost.items():
        value = statistics.median(shares)
        print(f"throughput lost with {what}: {value:.1%} ({min(shares):.1%} to {max(shares):.1%})")
        goals.append(judge(f"throughput lost, {what}", value, _GOAL))
    value = statistics.median(server_shares)
    print(f"processor time of the server: {value:.1%} of all cores")
    goals.append(judge("server's share of all cores", value, None))
    print(json.dumps({"name": "live", "goals": goals}))
    return 0


def _throughput(record: RunRecord, seconds: float) -> float:
    """Images a second over a window, val and checkpoints included."""
    batch_size = record.config().training.batch_size
    first, started = record.status().step, time.perf_counter()
    time.sleep(seconds)
    return (record.status().step - first) * batch_size / (time.perf_counter() - started)


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
