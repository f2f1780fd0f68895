"""python -m pytest tests/browser/test_components.py. The components by mouse, by keyboard, on a phone, in the dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import expect_drawn
from tests.unit.runs_helpers import wait_until

PAGES = [
    "",
    "Explore",
    "Explore?view=Map",
    "Explore?view=Statistics",
    "Explore?view=Near-duplicates",
    "Explore?view=Selections",
    "Augment",
    "Train",
    "Runs",
    "Lessons",
    "Sweeps",
    "Sweeps?sweep=new",
    "Errors",
    "Explain",
    "Compare",
    "Labels",
    "Labels?labels=Game",
]

TOLD = re.compile(r": (less than |more than )?\d+\.\d\d+ %$")  # of a row of bars, exactly

# How many different values the pixels of a canvas have; a blank one has a single value.
COUNT_COLOURS = """canvas => new Set(
  new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)
).size"""


def is_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_gallery_tells_its_captions_to_mouse_and_keyboard(app, page):
    page.goto(f"{app.url}/Explore?split=test")
    tiles, caption = page.get_by_role("option"), page.locator(".caption")
    expect(tiles).to_have_count(100)
    names = [tile.get_attribute("aria-label") for tile in tiles.all()]
    tiles.nth(3).hover()
    expect(caption).to_have_text(names[3])
    page.mouse.move(0, 0)
    expect(caption).to_have_text("")

    tiles.first.focus()
    expect(caption).to_have_text(names[0])
    for key, place in (("ArrowRight", 1), ("End", 99), ("ArrowLeft", 98), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        expect(tiles.nth(place)).to_be_focused()
        expect(caption).to_have_text(names[place])
    page.keyboard.press("ArrowDown")
    below = next(place for place in range(100) if tiles.nth(place).evaluate("tile => tile.matches(':focus')"))
    boxes = tiles.first.bounding_box(), tiles.nth(below).bounding_box()
    assert boxes[1]["y"] > boxes[0]["y"]
    assert abs(boxes[1]["x"] - boxes[0]["x"]) < 1
    page.keyboard.press("Enter")
    expect(tiles.nth(below)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"image=\d+"))


def test_one_tile_of_a_gallery_is_on_the_way_of_the_tab_key(app, page):
    page.goto(f"{app.url}/Explore")
    expect(page.get_by_role("option")).to_have_count(100)
    assert page.locator('.tile[tabindex="0"]').count() == 1


def test_tiles_are_painted_and_never_blurred(app, page):
    page.goto(f"{app.url}/Explore")
    canvas = page.locator(".tile canvas").nth(99)
    expect(canvas).to_be_visible()
    wait_until(lambda: canvas.evaluate(COUNT_COLOURS) > 3)
    assert canvas.evaluate("canvas => getComputedStyle(canvas).imageRendering") == "pixelated"


def test_a_matrix_is_walked_by_arrow_keys_and_opened_by_enter(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}")
    cell = page.locator('td button[data-row="2"][data-column="4"]')
    expect(cell).to_be_visible()
    page.locator('td button[data-row="1"][data-column="4"]').focus()
    page.keyboard.press("ArrowDown")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator('button[aria-pressed="true"]')).to_have_attribute("data-column", "4")
    expect(page).to_have_url(re.compile("true=.*pred="))
    assert re.search(r"True \w+, predicted \w+: \d+", cell.get_attribute("aria-label"))

    page.locator('th button[data-row="2"]').click()
    expect(page.locator('button[aria-pressed="true"]')).to_have_attribute("data-column", "")
    expect(page).not_to_have_url(re.compile("pred="))


def test_every_name_of_the_matrix_can_be_read(app, open_window, trained_run):
    for width in (1440, 390):
        page = open_window(width)
        page.goto(f"{app.url}/Errors?run={trained_run}")
        expect(page.locator("thead button")).to_have_count(10)
        cut = page.locator("th button").evaluate_all(
            "names => names.filter(name => name.scrollWidth > name.clientWidth + 1"
            " || name.scrollHeight > name.clientHeight + 1).map(name => name.textContent)"
        )
        assert cut == []


def test_maps_follow_the_overlay(app, page, trained_run):
    page.goto(f"{app.url}/Explain?run={trained_run}&image=5001")
    canvases = page.locator("figure canvas")
    expect(canvases).to_have_count(5)  # the image, its map, and three maps below
    before = [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in canvases.all()]
    assert all(canvas.evaluate(COUNT_COLOURS) > 3 for canvas in canvases.all())
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("slider", name="Overlay").press("Home")
    wait_until(lambda: canvases.nth(1).evaluate("canvas => canvas.toDataURL()") != before[1])
    last = canvases.nth(4)
    wait_until(lambda: last.evaluate("canvas => canvas.toDataURL()") != before[4])
    image, *uncovered = [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in canvases.all()]
    assert image == before[0]
    assert len(set(uncovered)) == 1  # without a map, the same grey image four times


def test_probabilities_are_told_exactly_to_mouse_and_keyboard_and_stay_from_image_to_image(app, page, trained_run):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app.url}/Explain?run={trained_run}")
    chart = page.get_by_role("list", name="Probability of each class")
    rows, tip = chart.get_by_role("listitem"), page.locator(".tip:visible").filter(has_text=TOLD)
    expect(rows).to_have_count(10)
    expect_drawn(page)
    assert not [url for url in asked if "PlotlyChart" in url], "4.7 MB, before anything can be pressed"
    expect(rows.first).to_have_text(re.compile(r"^\w+, predicted: \d+\.\d %"))
    expect(tip).to_have_count(0)
    rows.nth(7).hover()
    expect(tip).to_contain_text(f"{rows.nth(7).locator('.name').text_content()}: ")
    page.mouse.move(0, 0)
    expect(tip).to_have_count(0)

    rows.first.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(rows.nth(8)).to_be_focused()
    before = tip.text_content()
    chart.evaluate("list => { list.kept = true; list.children[8].kept = true; }")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile("^mistake 2 of "))).to_be_visible()
    expect(tip).not_to_have_text(before)
    expect(rows.nth(8)).to_be_focused()
    assert chart.evaluate("list => list.kept && list.children[8].kept"), "drawn anew"
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_tap_tells_a_probability_within_the_window_of_a_phone(app, browser, trained_run):
    context = browser.new_context(viewport={"width": 320, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(f"{app.url}/Explain?run={trained_run}")
    rows = page.get_by_role("list", name="Probability of each class").get_by_role("listitem")
    tip = page.locator(".tip:visible").filter(has_text=TOLD)
    expect(rows).to_have_count(10)
    expect_drawn(page)
    for place in (0, 9):
        rows.nth(place).tap()
        expect(tip).to_contain_text(rows.nth(place).locator(".name").text_content())
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    ends = rows.evaluate_all("rows => rows.map(row => row.querySelector('.line span').getBoundingClientRect().right)")
    assert max(ends) <= 320
    page.get_by_text(re.compile("^Image from")).first.tap()
    expect(tip).to_have_count(0)
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone(app, open_window, trained_run, name):
    page = open_window(390, 844)
    page.goto(f"{app.url}/{name}{'&' if '?' in name else '?'}run={trained_run}")
    heading = name.partition("?")[0] or "Overview"
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect_drawn(page)
    assert not is_wider_than_the_window(page)


def test_components_follow_the_dark_theme(app, open_window):
    brightness = {}
    for scheme in ("light", "dark"):
        page = open_window(color_scheme=scheme)
        page.goto(f"{app.url}/Explore")
        caption = page.locator(".caption")
        expect(caption).to_be_attached()
        colour = caption.evaluate("element => getComputedStyle(element).color")
        brightness[scheme] = sum(int(part) for part in re.findall(r"\d+", colour)[:3])
    assert brightness["light"] < 200
    assert brightness["dark"] > 500


def picture_of(chart):
    return chart.evaluate("canvas => canvas.toDataURL()")


def test_a_line_chart_is_read_by_keys_and_zoomed_by_mouse(app, page, trained_run):
    page.goto(f"{app.url}/Train?run={trained_run}")
    chart = page.get_by_role("img", name=re.compile("accuracy of train and val over epochs"))
    expect(chart).to_be_visible()
    expect_drawn(page)
    tip = page.locator(".tip").first
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(tip).to_be_visible()
    first = tip.text_content()
    page.keyboard.press("ArrowRight")
    expect(tip).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    chart.evaluate("canvas => canvas.blur()")

    whole = picture_of(chart)
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 90, steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)
    wait_until(lambda: picture_of(chart) != whole)
    zoomed = picture_of(chart)
    page.wait_for_timeout(1500)  # the page has refreshed in between
    assert picture_of(chart) == zoomed
    chart.dblclick()
    page.mouse.move(5, 5)
    wait_until(lambda: picture_of(chart) == whole)
