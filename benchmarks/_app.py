"""What benchmarks of the dashboard share: a server, a real browser, a training beside."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks._waiting import wait
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import RunRecord, RunStore
from tests.browser.app import App
from tests.browser.chromium import FLAGS, find_chromium


@contextmanager
def served_app(*, has_demo: bool = False) -> Iterator[App]:
    """Start a server on CIFAR_DATA_DIR (without it, the practice set) with runs of its own; stop it afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app = App(Path(folder), os.environ.get("CIFAR_DATA_DIR"), has_demo=has_demo)
        try:
            yield app
        finally:
            app.close()


@contextmanager
def opened_app(*, has_demo: bool = False) -> Iterator[tuple[App, Browser]]:
    """Start such a server and a browser; stop both afterwards."""
    with served_app(has_demo=has_demo) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            yield app, browser
        finally:
            browser.close()


def get_store(app: App) -> RunStore:
    """Return the store of the app's runs."""
    os.environ |= {"CIFAR_DATA_DIR": app.env["CIFAR_DATA_DIR"]}
    return RunStore(Path(app.env["CIFAR_RUNS_DIR"]))


def start_training(app: App, *, quick: bool = False) -> RunRecord:
    """Start a run of the notebook's settings that goes on until it is stopped; return it once it makes steps.

    Args:
        app: Whose runs it joins.
        quick: Whether its epochs are short.
    """
    changes = {"training.num_epochs": 1000, "training.device": "cpu", "data.train_fraction": 0.05 if quick else 1.0}
    config = with_overrides(PRESETS["notebook"].config, changes)
    store = get_store(app)
    record = store.record(store.submit(config, name="beside"))
    wait(lambda: record.status().step > 0, 60)
    return record
