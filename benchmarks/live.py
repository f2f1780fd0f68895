"""What watching costs a training: its throughput with Train open in two tabs against nobody watching.

python -m benchmarks.live [--quick]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set. Needs a Chromium.

One training goes on all the time; windows with and without tabs take turns. The browser runs on the same cores, which
a user's does only when they train on the machine they look at, so the processor time of server and browser is told
apart: the server's share is what watching costs when the browser is elsewhere.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunRecord, RunStore
from tests.browser.app import App
from tests.browser.chromium import FLAGS, find_chromium

_GOAL = 0.03
_NUM_TABS = 2


def main(arguments: list[str]) -> int:
    """Measure in turn and print a JSON line last."""
    is_quick = "--quick" in arguments
    seconds, repeats = (8.0, 1) if is_quick else (20.0, 5)
    watched, alone, server_shares, browser_shares = [], [], [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = App(Path(folder), os.environ.get("CIFAR_DATA_DIR"))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            record = _start_training(app)
            server = psutil.Process(app.process.pid)
            for _ in range(repeats):
                alone.append(_throughput(record, seconds))
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                for _ in range(_NUM_TABS):
                    page = context.new_page()
                    page.goto(f"{app.url}/Train?run={record.run_id}")
                    page.get_by_text("Train is measured on").wait_for(timeout=60_000)
                before = _cpu(server), _browser_cpu(browser)
                watched.append(_throughput(record, seconds))
                capacity = seconds * (psutil.cpu_count() or 1)
                server_shares.append((_cpu(server) - before[0]) / capacity)
                browser_shares.append((_browser_cpu(browser) - before[1]) / capacity)
                context.close()
            RunStore(Path(app.env["CIFAR_RUNS_DIR"])).stop(record.run_id)
        finally:
            browser.close()
            app.close()
    ratios = [1 - with_tabs / without for with_tabs, without in zip(watched, alone, strict=True)]
    print(f"alone {statistics.median(alone):,.0f} images a second, two tabs {statistics.median(watched):,.0f}")
    server, client = statistics.median(server_shares), statistics.median(browser_shares)
    print(f"processor time: server {server:.1%}, browser {client:.1%} of all cores")
    goals = [
        {"what": "share of all cores the server takes with two tabs", "value": server, "goal": _GOAL},
        {"what": "throughput lost with two tabs, browser elsewhere or not", "value": statistics.median(ratios)},
    ]
    goals[0]["met"] = server <= _GOAL
    print(json.dumps({"name": "live", "goals": goals, "lost_each_time": ratios}))
    return 0


def _start_training(app: App) -> RunRecord:
    os.environ |= {"CIFAR_DATA_DIR": app.env["CIFAR_DATA_DIR"]}
    config = with_overrides(PRESETS["notebook"].config, {"training.num_epochs": 1000, "training.device": "cpu"})
    store = RunStore(Path(app.env["CIFAR_RUNS_DIR"]))
    record = store.record(store.submit(config, name="watched"))
    while not record.epoch_rows():
        time.sleep(0.5)
    return record


def _throughput(record: RunRecord, seconds: float) -> float:
    """Images a second over a window, val and checkpoints included."""
    batch_size = record.config().training.batch_size
    first, started = record.status().step, time.perf_counter()
    time.sleep(seconds)
    return (record.status().step - first) * batch_size / (time.perf_counter() - started)


def _browser_cpu(browser: Browser) -> float:
    """Processor time of all Chromium processes that descend from this one."""
    children = psutil.Process().children(recursive=True)
    return sum(_cpu(child) for child in children if "chrom" in child.name())


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
