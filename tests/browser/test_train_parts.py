"""python -m pytest tests/browser/test_train_parts.py. This run and New run as a person sees and reaches them."""

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from cifar_core.config import CustomConfig
from tests.browser.app import expect_drawn, heavy_scripts

SEVEN = [block.model_dump() for block in CustomConfig().blocks]
EIGHT = json.dumps({"model.name": "custom", "model.blocks": [*SEVEN, {"kind": "dense", "units": 64}]})
IS_IN_VIEW = "(at) => { const r = at.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }"


def is_in_view(locator):
    return locator.evaluate(IS_IN_VIEW)


def start(page):
    return page.get_by_role("button", name="Start training")


def drawing_of(page):
    return page.get_by_role("group", name="The network's layers, drawn")


def open_form(app, page, **settings):
    page.goto(f"{app.url}/Train?{urlencode({'part': 'new', 'preset': 'notebook', **settings})}")
    expect(start(page)).to_be_visible()
    expect(drawing_of(page)).to_be_visible()
    expect_drawn(page)


def test_eight_blocks_are_a_line_each_beside_a_drawing_that_stays(app, page):
    open_form(app, page, settings=EIGHT)
    blocks = page.locator('[class*="st-key-block_train_"]')
    expect(blocks).to_have_count(8)
    assert max(block.bounding_box()["height"] for block in blocks.all()) < 48
    drawing = drawing_of(page)
    assert is_in_view(blocks.last)
    assert is_in_view(drawing)
    page.get_by_role("button", name="Share").scroll_into_view_if_needed()
    expect(blocks.first).not_to_be_in_viewport()
    assert is_in_view(drawing)
    assert is_in_view(start(page))


def test_a_box_tells_its_layers_to_mouse_keyboard_and_finger(app, page, browser):
    open_form(app, page)
    boxes, tip = drawing_of(page).get_by_role("button"), page.locator(".tip:popover-open")
    expect(boxes).to_have_count(7)
    boxes.nth(6).hover()
    expect(tip).to_have_text("10classifier: Dense5,130 parameters")
    expect(tip).to_be_in_viewport(ratio=1)
    page.mouse.move(0, 0)
    expect(tip).to_have_count(0)

    boxes.first.focus()
    assert [box.get_attribute("tabindex") for box in boxes.all()] == ["0"] + 6 * ["-1"]
    page.keyboard.press("ArrowRight")
    expect(boxes.nth(1)).to_be_focused()
    expect(tip).to_contain_text("conv1: Convolution 3x3")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        phone = context.new_page()
        open_form(app, phone)
        drawing_of(phone).get_by_role("button").nth(2).tap()
        expect(phone.locator(".tip:popover-open")).to_contain_text("no parameters")
        phone.touchscreen.tap(195, 20)
        expect(phone.locator(".tip:popover-open")).to_have_count(0)


def test_a_new_run_loads_what_draws_tables_once_one_is_opened(app, page):
    open_form(app, page)
    assert heavy_scripts(page) == set()
    page.get_by_text("All layers in numbers").click()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    assert heavy_scripts(page) == {"DataFrame"}
    page.get_by_role("radio", name="One minute").click()
    expect(page.get_by_text("preset One minute")).to_be_visible()
    expect_drawn(page)
    expect(table).to_be_visible()
    page.reload()
    expect(drawing_of(page)).to_be_visible()
    expect_drawn(page)
    expect(table).to_have_count(0)


def test_a_fill_in_leads_to_start_and_back_leads_to_the_run(app, page, trained_run):
    page.goto(f"{app.url}/Train?run={trained_run}")
    expect(page.get_by_text(re.compile("Completed 2 epochs"))).to_be_visible()
    expect(page).to_have_url(re.compile("part=this"))
    page.get_by_role("button", name="New run from its settings").filter(visible=True).click()
    expect(start(page)).to_be_focused()
    expect(page).to_have_url(re.compile(f"part=new.*preset=run%3A{trained_run}"))
    page.reload()
    expect(start(page)).to_be_visible()
    assert not start(page).evaluate("(at) => at === document.activeElement"), "nobody was led here"
    page.go_back()
    expect(page.get_by_text(re.compile("Completed 2 epochs"))).to_be_visible()


@pytest.mark.parametrize("part", ["this", "new"])
def test_a_phone_shows_what_matters_in_its_first_screen(app, open_window, trained_run, part):
    page = open_window(390, 844)
    page.goto(f"{app.url}/Train?run={trained_run}&part={part}")
    if part == "this":
        number = page.get_by_test_id("stMetricValue").first
        expect(number).to_have_text(re.compile(r"\d+\.\d %"))
        assert is_in_view(number)
    else:
        expect(start(page)).to_be_visible()
        expect_drawn(page)
        assert is_in_view(start(page))
        assert is_in_view(page.get_by_role("radio", name="This run's settings"))
