"""python -m pytest tests/browser/test_mistakes.py. A mistake opens in place, is explained, and the next one follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import expect_drawn

MISTAKE = re.compile(r"True (\w+), predicted (?!\1:)\w+: (?!1 |0 )\d+ ")


def open_cell(app, page, run):
    """Errors with a cell chosen that holds several mistakes; returns what the cell says."""
    page.goto(f"{app.url}/Errors?run={run}")
    cell = page.get_by_role("button", name=MISTAKE).first
    expect(cell).to_be_visible()
    name = cell.get_attribute("aria-label")
    cell.click()
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("aria-label", name)
    expect_drawn(page)
    return name


def is_in_view(page, locator):
    """Whether all of it lies within the window."""
    box, size = locator.bounding_box(), page.viewport_size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] + box["width"] <= size["width"]


def picture(page):
    return page.locator("figure canvas").first


def test_a_tile_opens_above_the_fold_and_arrow_keys_lead_on_and_back_restores_the_cell(app, page, trained_run):
    name = open_cell(app, page, trained_run)
    page.get_by_role("option").first.click()
    expect(page.locator("figure canvas")).to_have_count(2)  # the image and where the network looked
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    expect_drawn(page)
    page.wait_for_timeout(400)  # what is out of view is scrolled to
    assert is_in_view(page, picture(page))
    page.keyboard.press("ArrowRight")  # the opened mistake has the keyboard
    expect(page.get_by_text(re.compile("^mistake 2 of "))).to_be_visible()
    expect(page).to_have_url(re.compile("image="))
    opened = page.url

    page.get_by_role("link", name="Explain this image").click()
    expect(page.get_by_role("heading", name="Explain")).to_be_visible()
    expect(page.get_by_text(re.compile("^mistake 2 of "))).to_be_visible()
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    page.locator("body").press("ArrowLeft")
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    explained = page.url
    page.reload()
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    assert page.url == explained

    for _ in range(4):  # each image looked at is a step
        page.go_back()
        page.wait_for_timeout(1000)
        if "/Errors" in page.url:
            break
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("aria-label", name)
    expect(page.get_by_text(re.compile("^mistake 2 of "))).to_be_visible()
    assert page.url == opened


def test_one_step_back_undoes_a_choice_that_also_closes_a_mistake(app, page, trained_run):
    open_cell(app, page, trained_run)
    page.get_by_role("option").first.click()
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    expect_drawn(page)
    opened, steps = page.url, page.evaluate("history.length")
    page.get_by_role("button", name=re.compile("^All images predicted as ")).first.click()
    expect(page).not_to_have_url(re.compile("image=|true="))
    expect_drawn(page)
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    assert page.url == opened


def test_the_way_back_and_the_keyboard_alone(app, page, trained_run):
    name = open_cell(app, page, trained_run)
    page.get_by_role("option").first.press("Enter")
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    link = page.get_by_role("link", name="Explain this image")
    for _ in range(8):
        page.keyboard.press("Tab")
        if link.evaluate("link => link.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Explain")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Back to .* taken for ")).press("Enter")
    expect(page.get_by_role("heading", name="Errors")).to_be_visible()
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("aria-label", name)
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_be_visible()
    page.locator("body").press("Escape")
    expect(page.get_by_text(re.compile("^mistake 1 of "))).to_have_count(0)
    expect(page).not_to_have_url(re.compile("image="))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_image_in_its_first_screen(app, open_window, trained_run, scheme):
    page = open_window(390, 844, scheme)
    open_cell(app, page, trained_run)
    page.get_by_role("option").first.click()
    expect(page.locator("figure canvas")).to_have_count(2)
    expect_drawn(page)
    page.wait_for_timeout(400)
    assert is_in_view(page, picture(page))
    page.goto(f"{app.url}/Explain?run={trained_run}")
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    assert is_in_view(page, picture(page))
    assert is_in_view(page, page.locator("figure canvas").nth(1))


def test_charts_have_no_tools_that_cover_them(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}&show=Classes")
    charts = page.locator(".js-plotly-plot")
    expect(charts).to_have_count(2)
    charts.first.hover()
    expect(page.locator(".modebar-btn")).to_have_count(0)
