"""A server with folders of its own, and a real Chromium in front of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from cifar_core.runs import RunStore
from tests.browser.app import ROOT, App
from tests.browser.chromium import FLAGS, find_chromium
from tests.unit.runs_helpers import wait_until

PATIENCE_MS = 45_000  # a cold server on a busy machine draws the practice set first

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    app.close()


@pytest.fixture(autouse=True)
def leave_nothing_running(request):
    """What a test has left training, and may have failed over, would keep the next one's runs waiting."""
    yield
    if "app" in request.fixturenames:
        store = RunStore(request.getfixturevalue("app").runs_dir)
        store.stop_all()
        wait_until(lambda: not any(run.status.is_active for run in store.list_runs()), 60)


@pytest.fixture(scope="session")
def trained_run(app):
    """The id of a small run that was really trained, on the practice set."""
    settings = ["model.width=4", "model.hidden_size=16", "training.num_epochs=2", "training.batch_size=250"]
    command = [sys.executable, "-m", "cifar_core", "train", "--preset", "notebook", "--json"]
    command += [part for setting in settings for part in ("--set", setting)]
    finished = subprocess.run(command, cwd=ROOT, env=app.env, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])["run_id"]


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    if path is None:
        assert not os.environ.get("CI"), "CI needs a Chromium"
        pytest.skip("no Chromium: `make browser` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(browser):
    """Open windows of any size and theme. A script that failed in one of them fails the test."""
    contexts, errors = [], []

    def open_it(width=1440, height=900, color_scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=color_scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def page(open_window):
    """A window of a laptop's size."""
    return open_window()
