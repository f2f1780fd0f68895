"""python -m pytest tests/browser/test_steering.py. A run on the practice set, steered as a person does."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_loop import start_tiny_run

CHANGED = re.compile("Learning rate x 0.5 from step")
RUNNING = re.compile(r"Running.*of 300")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).filter(visible=True).first.click()


@pytest.mark.timeout(300)
def test_pause_rate_reload_queue_stop_fork_extend(app, page):
    start_tiny_run(app, page, 300, "long")
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=90_000)

    press(page, "Pause")
    expect(page.get_by_text(re.compile("Paused, epoch")).first).to_be_visible(timeout=10_000)
    press(page, "Go on")
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=10_000)

    press(page, "Learning rate")
    press(page, "x 0.5")
    expect(page.get_by_text(CHANGED)).to_be_visible(timeout=20_000)
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=20_000)
    expect(page.get_by_text(CHANGED)).to_be_visible(timeout=20_000)

    for view, word in (
        ("Steps", "Gradient norm"),
        ("Classes", "Share of each class's val images"),
        ("Layers", "First layer's filters"),
        ("Confusion", "on the diagonal"),
        ("Curves", "Train is measured on the augmented batches"),
    ):
        page.get_by_role("radio", name=view, exact=True).click()
        expect(page.get_by_text(re.compile(word)).first).to_be_visible(timeout=20_000)

    page.get_by_text("New run", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("second")
    page.get_by_role("textbox", name="Name", exact=True).press("Enter")
    press(page, "Start training")
    expect(page.get_by_text(re.compile("Number 1 in the queue"))).to_be_visible(timeout=20_000)
    press(page, "Remove from the queue")
    expect(page.get_by_text(re.compile("Removed from the queue")).first).to_be_visible(timeout=20_000)

    page.goto(f"{app.url}/Train")
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=20_000)
    press(page, "Stop")
    expect(page.get_by_text(re.compile("Stopped on request")).first).to_be_visible(timeout=30_000)

    press(page, "Extend")
    page.get_by_role("spinbutton", name="Epochs more").fill("1")
    page.get_by_role("spinbutton", name="Epochs more").press("Enter")
    press(page, "Train on")
    expect(page.get_by_text(re.compile("Completed .* epochs"))).to_be_visible(timeout=90_000)

    press(page, "Fork")
    page.get_by_role("button", name=re.compile("From its last epoch")).click()
    expect(page.get_by_text(re.compile("Starts from the last weights"))).to_be_visible(timeout=20_000)
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill("2")
    page.get_by_role("spinbutton", name="Epochs", exact=True).press("Enter")
    press(page, "Start training")
    expect(page.get_by_text(re.compile("Completed 2 epochs"))).to_be_visible(timeout=90_000)

    press(page, "See its errors")
    expect(page.get_by_role("heading", name="Errors", exact=True)).to_be_visible(timeout=20_000)


@pytest.mark.timeout(240)
def test_a_killed_server_comes_back_with_the_run_as_it_was_and_everything_can_be_stopped(app, page):
    start_tiny_run(app, page, 300, "survivor")
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=90_000)
    app.kill()
    app.start()
    page.goto(f"{app.url}/Train")
    expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=60_000)
    press(page, "Stop all")
    press(page, "Stop everything")
    expect(page.get_by_text(re.compile("Stopped on request")).first).to_be_visible(timeout=60_000)
