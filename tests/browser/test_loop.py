"""python -m pytest tests/browser/test_loop.py. The whole loop on the practice set, as a person clicks it."""

import re

import pytest
from playwright.sync_api import expect


def start_tiny_run(app, page, epochs, name):
    page.goto(f"{app.url}/Train?part=new&preset=notebook")
    for label, value in (("Epochs", epochs), ("Width", 4), ("Batch size", 256)):
        box = page.get_by_role("spinbutton", name=label, exact=True)
        box.fill(str(value))
        box.press("Enter")
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Name", exact=True).press("Enter")
    page.get_by_role("button", name="Start training").click()


@pytest.mark.timeout(240)
def test_train_errors_cell_images_explain(app, page):
    start_tiny_run(app, page, 2, "tiny")
    expect(page.get_by_text(re.compile("Completed 2 epochs"))).to_be_visible(timeout=120_000)

    page.get_by_role("button", name="See its errors").click()
    expect(page.get_by_text(re.compile("val images right:"))).to_be_visible()
    cells = page.locator("td button:not(.empty)")
    expect(cells.first).to_be_visible()
    cells.first.click()
    tiles = page.get_by_role("option")
    expect(page.get_by_text(re.compile(r" taken for .*: \d+ (images?|mistakes?), "))).to_be_visible()
    expect(tiles.first).to_be_visible()
    assert "true=" in page.url
    assert "pred=" in page.url

    tiles.first.click()
    page.get_by_role("link", name="Explain this image").click()
    expect(page).to_have_url(re.compile("/Explain"))
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    assert "image=" in page.url

    page.set_viewport_size({"width": 390, "height": 844})
    last_view = page.get_by_role("radio", name="Class", exact=True)
    expect(last_view).to_be_visible()
    page.wait_for_function("(at) => at.getBoundingClientRect().right <= innerWidth", arg=last_view.element_handle())


@pytest.mark.timeout(240)
def test_a_reload_in_mid_run_loses_nothing(app, page):
    start_tiny_run(app, page, 40, "reloaded")
    expect(page.get_by_text(re.compile(r"Running.*of 40")).first).to_be_visible(timeout=90_000)
    page.reload()
    expect(page.get_by_text(re.compile(r"Running.*of 40")).first).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile("Stopped on request")).first).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("name", ["", "Explore", "Augment", "Train", "Runs", "Lessons", "Errors", "Explain"])
def test_every_page_opens_cold(app, page, name):
    page.goto(f"{app.url}/{name}")
    expect(page.get_by_role("heading", name=name or "Overview", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_explore_opens_by_link_and_by_keyboard(app, page):
    page.goto(f"{app.url}/Explore?split=test&cls=ring&page=1")
    tiles = page.get_by_role("option")
    expect(tiles).to_have_count(100)
    expect(tiles.first).to_have_attribute("aria-label", re.compile("ring, image 5"))
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(tiles.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("canvas.image")).to_be_visible()
    assert "image=" in page.url
