"""python -m pytest tests/browser/test_selections.py. Images are ticked by pointer and by keyboard, and put aside."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.unit.runs_helpers import wait_until


@pytest.fixture(autouse=True)
def no_selections(app):
    """A second try finds nothing that the first has kept."""
    yield
    shutil.rmtree(app.runs_dir / "selections", ignore_errors=True)


def test_ticked_images_are_put_aside_opened_and_shown_alone(app, page):
    page.goto(f"{app.url}/Explore?split=train")
    tiles = page.get_by_role("listbox", name=re.compile("^Images ")).get_by_role("option")
    expect(tiles).to_have_count(100)
    tiles.nth(2).hover()
    tiles.nth(2).locator(".tick").click()
    expect(tiles.nth(2)).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("button", name="Put this ticked one aside")).to_be_visible()
    assert "image=" not in page.url, "a tick opens nothing"
    tiles.nth(4).focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ ")
    ticked = page.locator('[role="option"][aria-checked="true"]')
    expect(ticked).to_have_count(4)
    chosen = [tile.get_attribute("aria-label") for tile in ticked.all()]

    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("listbox", name="Images 101 to 200 of")).to_be_visible()
    expect(page.get_by_role("button", name="Put these 4 ticked aside")).to_be_visible()
    page.get_by_role("button", name="Put these 4 ticked aside").click()
    page.get_by_label("Name", exact=True).fill("Four by hand")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_text("Four by hand: 4 images.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^Put these [\d,]+ aside$")).first).to_be_visible()
    page.get_by_role("button", name="Previous page").click()
    expect(tiles.first).to_have_attribute("aria-checked", "false")
    wait_until(lambda: ticked.count() == 0)

    page.get_by_role("button", name="Open it").click()
    own = page.get_by_role("listbox", name="Images of Four by hand").get_by_role("option")
    expect(own).to_have_count(4)
    assert [tile.get_attribute("aria-label") for tile in own.all()] == chosen
    expect(page).to_have_url(re.compile("selection=four-by-hand"))
    page.reload()
    expect(own).to_have_count(4)
    page.get_by_role("button", name="Filter and sort them").click()
    expect(tiles).to_have_count(4)
    expect(page).not_to_have_url(re.compile("view="))  # as one sees it before one goes back
    page.go_back()
    expect(own).to_have_count(4)

    own.nth(1).focus()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Put this ticked one aside").click()
    page.get_by_role("combobox", name="Into").click()
    page.get_by_role("option", name="Four by hand (4)").click()
    page.get_by_text("Take these out").click()
    page.get_by_role("button", name="Keep them").click()
    expect(own).to_have_count(3)
    expect(page.get_by_text("Four by hand, 3 images: 3 train")).to_be_visible()
    assert [tile.get_attribute("aria-label") for tile in own.all()] == [chosen[0], *chosen[2:]]
