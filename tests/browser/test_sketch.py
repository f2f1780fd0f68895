"""python -m pytest tests/browser/test_sketch.py. A drawing by mouse, finger and keyboard, and what the network says."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import expect_drawn

# The mean colour of a quarter of the small picture, its left upper one.
CORNER = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 16, 16);
  const mean = (channel) => data.filter((_, place) => place % 4 === channel).reduce((a, b) => a + b) / 256;
  return [0, 1, 2].map(mean);
}"""


@pytest.fixture
def open_paper(app, trained_run):
    def open_it(page):
        page.goto(f"{app.url}/Explain?run={trained_run}")
        page.get_by_role("radio", name="drawing").click()
        paper = page.locator(".paper .canvas")
        expect(paper).to_be_visible()
        expect_drawn(page)
        return paper

    return open_it


def corner(page):
    return page.locator(".preview").evaluate(CORNER)


def drag(page, paper, *places):
    """Draw a line through places, shares of the paper's side."""
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def test_a_drawing_is_made_changed_taken_back_and_explained(page, open_paper):
    paper = open_paper(page)
    hand_over = page.get_by_role("button", name="Show it to the network")
    expect(hand_over).to_be_disabled()
    assert corner(page) == [255, 255, 255]

    page.get_by_role("button", name="red", exact=True).click()
    page.get_by_role("button", name="very thick").click()
    drag(page, paper, (0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))
    expect(hand_over).to_be_enabled()
    red, green, _ = corner(page)
    assert red > 200
    assert green < 150
    page.get_by_role("button", name="sky").click()
    page.get_by_role("button", name="Eraser").click()
    drag(page, paper, (0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))
    assert corner(page)[2] > 190, "what is rubbed out has the background's colour"
    page.get_by_role("button", name="Undo").click()
    assert corner(page)[2] < 150
    page.get_by_role("button", name="Clear", exact=True).click()
    assert corner(page)[2] > 230
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Undo").click()

    hand_over.click()
    expect(page.get_by_text("drawing 1, your own", exact=False).first).to_be_visible()
    expect(page.get_by_text(re.compile("takes this picture for"))).to_be_visible()
    assert corner(page)[2] < 150, "the drawing is still there, to be drawn on"
    page.get_by_role("radio", name="dataset").click()
    expect(paper).to_have_count(0)
    page.get_by_role("radio", name="drawing").click()
    expect(paper).to_be_visible()
    assert corner(page)[2] < 150


def test_the_keyboard_draws(page, open_paper):
    paper = open_paper(page)
    paper.focus()
    for _ in range(3):
        paper.press("Shift+ArrowLeft")
        paper.press("Shift+ArrowUp")
    paper.press("Space")
    expect(page.get_by_text("Brush down, column 4, row 4.")).to_be_visible()
    for _ in range(8):
        paper.press("ArrowRight")
    paper.press("Space")
    assert corner(page)[0] < 250
    paper.press("Control+z")
    assert corner(page) == [255, 255, 255]
    for name in ("black", "thin", "white", "Undo", "Redo", "Clear"):
        expect(page.get_by_role("button", name=name, exact=True).first).to_have_attribute("type", "button")


def test_a_finger_draws_and_does_not_scroll(browser, open_paper):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    paper = open_paper(page)
    paper.scroll_into_view_if_needed()
    before = page.evaluate("window.scrollY")
    box = paper.bounding_box()
    session = context.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (0.1, 0.1))
    for place in range(1, 9):
        touch("touchMove", (0.1 + 0.04 * place, 0.1 + 0.04 * place))
    touch("touchEnd")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    assert corner(page)[0] < 250
    assert page.evaluate("window.scrollY") == before
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
