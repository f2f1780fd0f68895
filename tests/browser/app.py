"""The dashboard as a process with folders of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def expect_drawn(page):
    """Return once the server has drawn the open page to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)


def heavy_scripts(page):
    """Which of Streamlit's charts and tables a page loaded: each over a megabyte, which nothing overtakes."""
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name.split('/').pop())")
    return {name.partition(".")[0] for name in names} & {"DataFrame", "PlotlyChart"}


class App:
    """The dashboard on a port of its own; it can be killed and started again."""

    def __init__(self, folder, data_dir=None, script="app.py", has_demo=False, base=""):
        self.port = free_port()
        self.base = base
        self.script = script
        data_dir = data_dir or folder / "data"
        self.runs_dir = folder / "runs"
        self.env = {**os.environ, "CIFAR_DATA_DIR": str(data_dir), "CIFAR_RUNS_DIR": str(self.runs_dir)}
        self.env["CIFAR_DEMO"] = "1" if has_demo else "0"
        self.env["STREAMLIT_SERVER_BASE_URL_PATH"] = base
        self.log = (folder / "server.log").open("ab")
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}" + (f"/{self.base}" if self.base else "")

    def start(self):
        command = [sys.executable, "-m", "streamlit", "run", self.script, "--server.port", str(self.port)]
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

    def close(self):
        self.kill()
        self.log.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
