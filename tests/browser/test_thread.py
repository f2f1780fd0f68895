"""python -m pytest tests/browser/test_thread.py. From a number to its reason and back, by mouse and by keyboard."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.app import expect_drawn


def expect_image_chosen(page, index):
    expect(page).to_have_url(re.compile(rf"image={index}\b"))


def chosen_index(page):
    """The image that the address names, once it names one."""
    expect(page).to_have_url(re.compile(r"image=\d+"))
    return int(re.search(r"image=(\d+)", page.url)[1])


def test_a_cell_leads_to_its_reason_and_back_with_nothing_lost(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}")
    expect(page.get_by_text(re.compile("val images right"))).to_be_visible()
    page.get_by_role("radio", name=re.compile(r"\b1\b")).click()
    expect(page.get_by_text(re.compile(r"epoch 1\b.*practice"))).to_be_visible()
    page.get_by_role("button", name="Matrix", exact=True).click()
    page.get_by_role("button", name="textures", exact=True).click()
    page.keyboard.press("Escape")
    cells = page.locator("td button:not(.empty)")
    expect(page.get_by_role("button", name="All images of textures")).to_be_visible()
    mistake = next(cell for cell in cells.all() if is_mistake(cell))
    name = mistake.get_attribute("aria-label")
    mistake.click()
    expect(page.get_by_text(re.compile(r" taken for .*: \d+ mistakes?, "))).to_be_visible()
    page.get_by_role("option").first.click()
    index = chosen_index(page)
    expect(page.get_by_text(re.compile(rf", image {index}$")).first).to_be_visible()

    page.get_by_role("link", name="Explain this image").click()
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    expect_image_chosen(page, index)
    page.get_by_role("radio", name="What if", exact=True).click()
    expect(page.get_by_text("As it was", exact=True).first).to_be_visible()

    page.get_by_test_id("stSidebar").get_by_role("link", name="Errors").click()
    expect(page.get_by_text(re.compile(r"epoch 1\b.*practice"))).to_be_visible()
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("aria-label", name)
    expect(page.get_by_role("button", name="All images of textures")).to_be_visible()
    expect(page.get_by_text(re.compile(rf", image {index}$")).first).to_be_visible()


def is_mistake(cell):
    true_name, pred_name = re.match(r"True (.*), predicted (.*): \d+", cell.get_attribute("aria-label")).groups()
    return true_name != pred_name


def test_the_same_by_keyboard(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}")
    cells = page.locator("td button")
    expect(cells).to_have_count(100)
    mistake = next(cell for cell in page.locator("td button:not(.empty)").all() if is_mistake(cell))
    mistake.focus()
    for _ in range(10):  # up to the header of its column
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"Taken for .*: \d+ mistakes?, "))).to_be_visible()
    tile = page.get_by_role("option").first
    tile.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    index = chosen_index(page)
    link = page.get_by_role("link", name="Explain this image")
    expect(link).to_be_visible()
    expect_drawn(page)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    expect_image_chosen(page, index)


VIEWS = {
    "Errors": ["Mistakes", "Classes", "Calibration", "Learning", "Labels", "Robust", "Score card"],
    "Explain": ["Where it looked", "Trust", "How firm", "What if", "Inside", "Class"],
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_opens_by_click_and_fits_a_phone(app, open_window, trained_run, name):
    page = open_window(390, 844, "dark")
    page.goto(f"{app.url}/{name}?run={trained_run}")
    for view in VIEWS[name]:
        page.get_by_role("radio", name=view, exact=True).click()
        expect(page.get_by_role("radio", name=view, exact=True)).to_be_checked()
        expect_drawn(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_every_click_steps_to_the_next_image(app, page, trained_run):
    page.goto(f"{app.url}/Explain?run={trained_run}&image=5")
    for index in (6, 7, 8):
        page.get_by_role("button", name="Increment").click()
        expect(page.get_by_text(re.compile(rf"image {index}, train|image {index}, val"))).to_be_visible()


def test_an_own_picture_is_dropped_in_and_refused(app, page, trained_run, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mine.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "mine.png").read_bytes()[:400])
    page.goto(f"{app.url}/Explain?run={trained_run}")
    page.get_by_role("radio", name="own pictures").click()
    upload = page.locator('input[type="file"]')
    upload.set_input_files(tmp_path / "mine.png")
    expect(page.get_by_text("mine.png, your own")).to_be_visible()
    expect(page.locator("figure canvas")).to_have_count(5, timeout=60_000)
    page.get_by_role("button", name="Remove mine.png").click()
    page.locator('input[type="file"]').set_input_files(tmp_path / "broken.png")
    expect(page.get_by_text(re.compile("broken.png: the picture is broken or cut off"))).to_be_visible()


def test_tables_and_contact_sheets_are_made_when_asked_for(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}")
    page.get_by_role("button", name="Export").click()
    for name, begins in (
        ("Matrix as CSV", b"true_label,"),
        ("Images as CSV", b"index,"),
        ("Contact sheet", b"\x89PNG"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert Path(download.value.path()).read_bytes().startswith(begins)


def test_an_image_grows(app, page, trained_run):
    page.goto(f"{app.url}/Explain?run={trained_run}&see=Inside")
    tiles = page.get_by_role("option")
    expect(tiles.first).to_be_visible(timeout=60_000)
    unit = page.get_by_role("combobox", name="For")
    tiles.first.click()
    expect(unit).to_have_value(re.compile(r"channel \d+"))
    expect_drawn(page)
    unit.click()
    page.get_by_role("option", name="disc", exact=True).click()
    expect(unit).to_have_value("disc")
    expect_drawn(page)
    tiles.first.click()  # the same channel as before
    expect(unit).to_have_value(re.compile(r"channel \d+"))
    page.get_by_role("button", name="Grow it").click()
    expect(page.get_by_text(re.compile(r"Excites channel \d+ with .* after 128 steps"))).to_be_visible(timeout=60_000)
