"""python -m pytest tests/browser/test_accessibility.py. Everybody can use the pages, and every word is explained.

axe-core looks at the main views of each page, and at the last of them in the dark on a phone: few loads, several looks.
"""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import ROOT, expect_drawn

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
LOOK = """async () => {
    const found = await axe.run(document, { preload: false, resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target, failureSummary }) => ({ id, impact, target: target.flat().join(" "), failureSummary })));
}"""
VIEWS = {
    "": [""],
    "Explore": ["image=5"],
    "Augment": [""],
    "Train": ["", "part=new", "watch=Layers"],
    "Runs": [""],
    "Lessons": [""],
    "Sweeps": ["", "sweep=new"],
    "Errors": ["", "show=Calibration", "show=Robust"],
    "Explain": ["", "see=Inside"],
    "Labels": ["labels=Known", "labels=Game&flagged=3"],
}
# Streamlit, opened at a page's own address, asks below it for its server first, and then where it is.
PROBES = re.compile(r"/_stcore/(health|host-config)$")
IS_SETTLED = """() => CSS.highlights.has("cifar-lab-words") && !document.querySelector('[data-stale="true"]') &&
    [...document.querySelectorAll('[data-testid="stCaptionContainer"]')].every(
        (words) => getComputedStyle(words).opacity > 0.7)"""
IS_DARK = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(18, 22, 29)'"
WORD = """(wanted) => [...(CSS.highlights.get("cifar-lab-words") ?? [])].flatMap((mark) => {
    const range = document.createRange();
    range.setStart(mark.startContainer, mark.startOffset);
    range.setEnd(mark.endContainer, mark.endOffset);
    const { x, y, width, height } = range.getBoundingClientRect();
    return String(range) === wanted ? [{ x: x + width / 2, y: y + height / 2 }] : [];
})[0]"""
BUSY_MARKS = """[...CSS.highlights.get("cifar-lab-words")].filter(
    ({ startContainer }) => startContainer.parentElement.closest("button, a, summary")).length"""


@pytest.fixture
def watched_page(open_window):
    """A page that may not complain on its console."""
    page, complaints = open_window(), []

    def hear(message):
        if message.type == "error" and not PROBES.search(message.location.get("url", "")):
            complaints.append(message.text)

    page.on("console", hear)
    yield page
    assert not complaints


def find_violations(page, of):
    return [f"{of}: {each}" for each in page.evaluate(LOOK) if each["impact"] in SERIOUS]


@pytest.mark.skipif(not AXE.exists() and not os.environ.get("CI"), reason="no axe-core: `make test-browser` brings it")
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_serious(app, watched_page, trained_run, name):
    page, found = watched_page, []
    for view in VIEWS[name]:
        page.goto(f"{app.url}/{name}?run={trained_run}&{view}")
        expect(page.get_by_role("heading", name=name or "Overview", exact=True)).to_be_visible()
        expect_drawn(page)
        page.wait_for_function(IS_SETTLED)
        page.wait_for_timeout(200)  # components paint what they were sent
        page.add_script_tag(path=AXE)
        found += find_violations(page, f"{view} light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)  # colours change by and by
    found += find_violations(page, "dark phone")
    assert not found, "\n".join(found)


def place_of(page, word):
    """Where a marked word is to be tapped, once it is marked."""
    page.wait_for_function(WORD, arg=word)
    return page.evaluate(WORD, word)


def test_a_word_is_explained_where_it_is_tapped_and_all_words_behind_a_button(app, watched_page, trained_run):
    page = watched_page
    page.goto(f"{app.url}/Errors?run={trained_run}&show=Calibration")
    expect_drawn(page)
    place = place_of(page, "Temperature")
    page.mouse.click(place["x"], place["y"])
    dialog = page.get_by_role("dialog", name="Temperature")
    expect(dialog).to_contain_text("all scores are divided")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    button = page.get_by_role("button", name="Words", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    words = page.get_by_role("dialog", name="Words on this page")
    expect(words.locator("dt", has_text=re.compile("^ECE$"))).to_be_visible()  # of a table that is drawn on a canvas
    expect(words.locator("dt", has_text=re.compile("^Grad-CAM$"))).to_have_count(0)
    if AXE.exists():
        page.add_script_tag(path=AXE)
        assert not find_violations(page, "words")
    page.keyboard.press("Tab")
    page.keyboard.type("grad-cam")
    expect(words.locator("dt").first).to_have_text("Grad-CAM")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(button).to_be_focused()


def test_a_phone_explains_labels_without_opening_its_keyboard_and_leaves_buttons_alone(app, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{app.url}/Train?part=new&run=none")
    expect_drawn(page)
    page.get_by_text("Batch size", exact=True).scroll_into_view_if_needed()
    place = place_of(page, "Batch size")
    page.touchscreen.tap(place["x"], place["y"])
    expect(page.get_by_role("dialog", name="Batch", exact=True)).to_be_visible()
    assert not page.evaluate("document.activeElement.matches('input')")
    box = page.get_by_role("dialog", name="Batch", exact=True).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.touchscreen.tap(380, 20)
    expect(page.get_by_role("dialog", name="Batch", exact=True)).to_be_hidden()
    assert page.evaluate(BUSY_MARKS) == 0
    context.close()
