"""python -m pytest tests/browser/test_labels.py. Labels are judged by mouse and by keyboard; the game has a clock."""

import re

from playwright.sync_api import expect

from tests.browser.app import expect_drawn


def tally(page, words):
    return page.get_by_text(re.compile(f"You have judged {words}"))


def marked(page, judgement):
    return page.get_by_role("option", name=re.compile(f"marked {judgement}$"))


def test_labels_are_judged_by_key_and_mouse_and_stay_judged(app, page, trained_run):
    page.goto(f"{app.url}/Labels?run={trained_run}")
    tiles = page.locator(".tile")
    expect(tiles.first).to_be_visible(timeout=90_000)  # the last layer is fitted behind the page
    expect_drawn(page)
    expect(tally(page, "none of the")).to_be_visible()
    expect(page.locator(".place")).to_have_text(re.compile("^1 of "))
    for key in "wru":
        page.keyboard.down(key)
        page.keyboard.down(key)  # as of a key that is held down: it judges once
        page.keyboard.up(key)
    expect(page.locator(".place")).to_have_text(re.compile("^4 of "))
    for judgement in ("wrong", "right", "unsure"):
        expect(marked(page, judgement)).to_have_count(1)
    expect(tally(page, r"3 of [\d,]+: 1 wrong, 1 right, 1 unsure")).to_be_visible()
    page.keyboard.press("z")
    expect(tally(page, r"2 of [\d,]+: 1 wrong, 1 right\.")).to_be_visible()
    tiles.nth(5).click()
    page.get_by_role("button", name="Label is wrong").click()
    page.keyboard.press("ArrowLeft")
    expect(tally(page, r"3 of [\d,]+: 2 wrong, 1 right")).to_be_visible()

    page.reload()
    expect(marked(page, "wrong")).to_have_count(2)
    expect(marked(page, "right")).to_have_count(1)
    expect(page.get_by_role("button", name="Put these 2 aside")).to_be_enabled()


def test_the_game_hides_its_labels_until_it_starts_and_counts_when_it_ends(app, page, trained_run):
    page.goto(f"{app.url}/Labels?run={trained_run}&labels=Game")
    start = page.get_by_role("button", name=re.compile("^Start: 80 images"))
    expect(start).to_be_visible()
    tiles = page.get_by_role("group", name="Labelled images").get_by_role("button")
    expect(tiles).to_have_count(0)
    start.click()
    expect(tiles).to_have_count(80)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^(2:00|1:5\d)$"))
    for place in (0, 3, 3, 7):
        tiles.nth(place).click()
    expect(page.get_by_text("2 clicked; 8 of 80")).to_be_visible()
    page.get_by_role("button", name="I am done").click()
    expect(page.get_by_text(re.compile("With 2 clicks you found"))).to_be_visible()
    expect(page).to_have_url(re.compile("flagged=81"))
    page.reload()
    expect(page.get_by_text(re.compile("With 2 clicks you found"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("(found|missed): labelled"))).to_have_count(8)
    page.get_by_role("button", name="Again, with other images").click()
    expect(start).to_be_visible()
    expect(page).to_have_url(re.compile("game=1"))
