"""python -m pytest tests/browser/test_runs.py. The list of runs under thumb and keys, and charts that go together."""

import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from cifar_core.runs.status import change_status
from tests.browser.app import expect_drawn, heavy_scripts


def test_a_phones_first_screen_shows_name_curve_and_best_numbers(app, open_window, trained_run):
    page = open_window(390, 844)
    page.goto(f"{app.url}/Runs?run={trained_run}&find={trained_run}")
    row = page.locator(".runs tbody tr").first
    expect(row).to_be_visible()
    expect_drawn(page)
    parts = (row.locator("th.name > button"), row.locator("svg"), row.locator("td.number").nth(0))
    for part in (*parts, row.locator("td.number").nth(1), row.locator(".near a").nth(1)):
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844
    assert re.fullmatch(r"\d+\.\d %", row.locator("td.number").nth(1).inner_text())


def test_the_list_is_used_by_keys_and_keeps_ones_place(app, page, trained_run):
    page.goto(f"{app.url}/Runs?find={trained_run}")
    box = page.locator(".runs tbody input").first
    expect(box).to_be_checked()
    expect_drawn(page)
    box.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("runs=none"))
    expect(page.get_by_text("No run is ticked")).to_be_visible()
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(f"runs={trained_run}"))
    page.go_back()
    expect(box).not_to_be_checked()
    link = page.locator(".runs td.links a").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/Errors.*run={trained_run}"))


def test_charts_share_their_cursor_and_look_from_page_to_page(app, page, trained_run):
    page.goto(f"{app.url}/Runs?runs={trained_run}&run={trained_run}")
    charts = page.locator(".plot canvas")
    expect(charts).to_have_count(2)
    expect_drawn(page)
    expect(charts.first).to_be_visible()
    charts.first.focus()
    expect(charts.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    tips = page.locator(".tip")
    expect(tips.nth(0)).to_contain_text("Epoch 1")
    expect(tips.nth(1)).to_contain_text(re.compile(r"Epoch 1.*nats"))
    charts.first.evaluate("canvas => canvas.blur()")
    expect(tips.nth(1)).to_be_hidden()
    logs = page.locator(".log")
    logs.nth(1).click()
    page.locator(".tools input").first.fill("12")
    expect(page.get_by_text("Smooth 12 %")).to_have_count(2)
    page.goto(f"{app.url}/Train?run={trained_run}")
    expect(page.get_by_text("Smooth 12 %")).to_have_count(2)
    expect(logs.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(logs.nth(1)).to_have_attribute("aria-pressed", "true")


def test_taking_along_goes_on_in_place(app, page, trained_run):
    page.goto(f"{app.url}/Runs?run={trained_run}&take={trained_run}")
    dialog = page.get_by_role("dialog")
    make = dialog.get_by_role("button", name=re.compile("Make it")).last
    make.scroll_into_view_if_needed()
    expect_drawn(page)
    box, shown = page.get_by_test_id("stDialog"), dialog.element_handle()
    place = box.evaluate("box => box.scrollTop")
    assert place > 0
    make.click()
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.get_by_text("nothing of it was kept")).to_be_visible()
    make.click()
    expect(dialog.get_by_role("button", name=re.compile("Download"))).to_be_visible()
    assert shown.evaluate("dialog => dialog.isConnected")
    assert abs(box.evaluate("box => box.scrollTop") - place) < 100


def test_a_filter_that_was_taken_off_stays_off(app, page, trained_run):
    page.goto(f"{app.url}/Runs?run={trained_run}")
    filters = page.get_by_role("button", name=re.compile("Filter"))
    box = page.get_by_role("dialog", name="Filter").get_by_role("textbox")
    take_off = (page.get_by_role("button", name="Show all").click, page.go_back)
    expect_drawn(page)
    for undo in take_off:
        filters.click()
        box.fill("notebook")
        box.press("Enter")
        expect(page).to_have_url(re.compile("find=notebook"))
        page.keyboard.press("Escape")
        expect(box).to_be_hidden()
        undo()
        expect(page).not_to_have_url(re.compile("find="))
        expect(page.get_by_role("button", name="Show all")).to_be_hidden()
        expect_drawn(page)
        page.get_by_text("Train loss").click()  # whatever is pressed next tells all that the page has
        expect(page).to_have_url(re.compile("curve="))
        expect_drawn(page)
        expect(page).not_to_have_url(re.compile("find="))
        page.get_by_text("Train loss").click()
        expect(page).not_to_have_url(re.compile("curve="))


@pytest.fixture
def sisters(app, trained_run):
    """The trained run, and a better one of seed 7 with its settings; their ids."""
    other = f"{trained_run[:14]}other-mole"
    run_dir = app.runs_dir / other
    shutil.copytree(app.runs_dir / trained_run, run_dir)
    config = json.loads((run_dir / "config.json").read_text())
    config["training"]["seed"] = 7
    (run_dir / "config.json").write_text(json.dumps(config))
    change_status(run_dir, best_val_accuracy=0.9, last_val_accuracy=0.85)
    yield trained_run, other
    shutil.rmtree(run_dir)


def test_seeds_are_told_to_mouse_and_keys_and_open_their_runs(app, page, sisters):
    first, other = sisters
    page.goto(f"{app.url}/Runs?run={first}")
    dots, tip = page.locator(".dots button"), page.locator(".dots .tip")
    expect(dots).to_have_count(6)
    expect_drawn(page)
    assert not heavy_scripts(page)
    dots.nth(2).hover()
    expect(tip).to_have_text("seed 7, best epoch: 90.0 %open")
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    dots.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("mean of 2")
    page.keyboard.press("ArrowRight")
    expect(dots.nth(2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(tip).to_have_text("seed 7, last epoch: 85.0 %open")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"run={other}"))
    expect_drawn(page)
    expect(dots.nth(5)).to_be_focused()
    dots.nth(0).click()
    expect(page).to_have_url(re.compile(f"run={first}"))


def test_a_first_tap_on_a_seed_tells_and_a_second_opens(app, browser, sisters):
    first, other = sisters
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{app.url}/Runs?run={first}")
    dot, tip = page.locator(".dots button").nth(2), page.locator(".dots .tip")
    dot.scroll_into_view_if_needed()
    expect_drawn(page)
    dot.tap()
    expect(tip).to_have_text("seed 7, best epoch: 90.0 %tap again to open")
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert f"run={first}" in page.url
    dot.tap()
    expect(page).to_have_url(re.compile(f"run={other}"))
    table = page.locator(".lab-table")
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()
