"""A server with folders of its own, and a real Chromium in front of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, find_chromium

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class App:
    """The dashboard on a port of its own; it can be killed and started again."""

    def __init__(self, folder):
        self.port = free_port()
        self.env = {**os.environ, "CIFAR_DATA_DIR": str(folder / "data"), "CIFAR_RUNS_DIR": str(folder / "runs")}
        self.log = (folder / "server.log").open("ab")
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).close()
            except OSError:
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.2)
            else:
                return

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    app.kill()
    app.log.close()


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
def page(browser):
    """A page that fails its test if a script of it failed."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(45_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors
