"""python -m pytest tests/browser/test_activity.py. Open pages stay true while runs come, go and end elsewhere."""

import json
import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from tests.browser.app import ROOT, expect_drawn
from tests.unit.runs_helpers import wait_until


@pytest.fixture
def train(app):
    """Start a run on the command line, as somebody else would."""
    processes = []

    def start(name, epochs):
        settings = ("model.width=4", "model.hidden_size=16", f"training.num_epochs={epochs}", "training.batch_size=250")
        command = [sys.executable, "-m", "cifar_core", "train", "--preset", "notebook", "--json", "--name", name]
        command += [part for setting in settings for part in ("--set", setting)]
        processes.append(subprocess.Popen(command, cwd=ROOT, env=app.env, stdout=subprocess.PIPE, text=True))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()  # waits, and closes its pipe


@pytest.mark.timeout(240)
def test_an_open_page_tells_of_a_run_started_elsewhere_until_it_has_ended(app, page, train):
    page.goto(f"{app.url}/Explore")
    expect_drawn(page)
    drawn = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
    page.get_by_role("button", name="Filters and order").click()
    box = page.get_by_role("textbox", name="Indices", exact=True)
    box.fill("7, 9")
    process = train("elsewhere", 12)
    line = page.get_by_role("status").get_by_role("link", name=re.compile("^elsewhere"))
    wait_until(lambda: RunStore(app.runs_dir).list_runs() and is_running(app, "elsewhere"), 90)
    begun = time.monotonic()
    expect(line).to_have_text(re.compile("running|queued"))
    assert time.monotonic() - begun < 5
    run_id = json.loads(process.communicate(timeout=120)[0].splitlines()[-1])["run_id"]
    ended = time.monotonic()
    expect(line).to_have_text(re.compile(r"completed, val \d+\.\d %"))
    assert time.monotonic() - ended < 5
    assert box.input_value() == "7, 9"
    assert drawn == "notRunning"
    line.click()
    expect(page).to_have_url(re.compile(f"/Train.*run={run_id}"))
    expect(page.get_by_text(re.compile("Completed 12 epochs"))).to_be_visible()
    expect(line).to_have_count(0)
    page.evaluate("window.kept = true")
    RunStore(app.runs_dir).delete(run_id)
    begun = time.monotonic()
    expect(page.get_by_text(re.compile(r"Run elsewhere .* is gone: it was deleted"))).to_be_visible()
    assert time.monotonic() - begun < 6
    assert page.evaluate("window.kept")


def test_a_tab_that_stays_open_over_an_update_loads_its_document_again_once(app, page):
    page.goto(f"{app.url}/Explore")
    expect_drawn(page)
    pretend_release("before", page)
    page.get_by_role("link", name="Augment", exact=True).first.click()
    expect(page.locator('meta[name="cifar-lab-release"]')).not_to_have_attribute("content", "before")
    expect_drawn(page)
    assert not page.evaluate("window.kept ?? false"), "it is another document"
    pretend_release("before", page)
    page.get_by_role("link", name="Runs", exact=True).first.click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect_drawn(page)
    assert page.evaluate("window.kept"), "something between may keep the old one"


def pretend_release(release, page):
    """Let the open document say that it is of another release."""
    mark = "document.querySelector('meta[name=cifar-lab-release]')"
    page.evaluate(f"release => {{ {mark}.content = release; window.kept = true }}", release)


@pytest.mark.timeout(240)
def test_the_table_of_runs_stays_true_and_keeps_what_is_done_in_it(app, page, train, trained_run):
    page.goto(f"{app.url}/Runs?runs={trained_run}")
    note = page.get_by_role("textbox", name="Note", exact=True)
    note.fill("half a thou")
    names = page.locator(".runs tbody th.name > button")
    expect(names.first).to_be_visible()
    rows = names.count()
    train("newcomer", 2)
    expect(names).to_have_count(rows + 1, timeout=90_000)
    expect(page.get_by_text(re.compile("newcomer"))).not_to_have_count(0)
    assert note.input_value() == "half a thou"
    assert trained_run in page.url
    wait_until(lambda: not is_running(app, "newcomer"), 90)


def is_running(app, name):
    return any(run.name == name and run.status.is_active for run in RunStore(app.runs_dir).list_runs())
