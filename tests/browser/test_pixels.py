"""python -m pytest tests/browser/test_pixels.py. What components paint, read back pixel by pixel.

Each check is also made of a page whose JavaScript was spoilt on its way to the browser: there it has to fail.
"""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from dashboard.components.colours import AGAINST, FOR, RIGHT_MARK, WRONG_MARK
from tests.browser.app import App
from tests.browser.pixel_scenes import COLOURS, CORNERS, CURVES, HEIGHTS
from tests.unit.runs_helpers import wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = App(tmp_path_factory.mktemp("pixels"), script="tests/browser/pixel_app.py")
    yield server
    server.close()


def rgb(colour):
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])


def read_canvas(canvas):
    """The pixels of a canvas once there are some: (height, width, 4)."""

    def read():
        address = canvas.evaluate("canvas => canvas.toDataURL()")  # PNG: every pixel as it is
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA"))

    expect(canvas).to_be_visible()
    wait_until(lambda: read().any())
    return read()


def read_screen(element):
    """What of an element is on the screen: (height, width, 3)."""
    expect(element).to_be_visible()
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB"))


def is_like(pixels, colour, tolerance=12):
    """Where pixels have a colour."""
    near = (np.abs(pixels[..., :3].astype(int) - rgb(colour)) <= tolerance).all(axis=-1)
    return near & (pixels[..., 3] > 100) if pixels.shape[-1] == 4 else near


def assert_halves(pixels):
    """A picture of `draw_halves`, the right way up and round."""
    assert pixels.shape[:2] == (32, 32)
    assert is_like(pixels[:16], "#ff0000", 0).all()
    assert is_like(pixels[16:, :16], "#00ff00", 0).all()
    assert is_like(pixels[16:, 16:], "#0000ff", 0).all()


def check_scatter(page):
    canvas = page.locator("canvas.points")
    pixels = read_canvas(canvas)
    middle = np.array(pixels.shape[:2]) / 2
    for name, (x, y) in CORNERS.items():
        places = np.argwhere(is_like(pixels, COLOURS[name]))
        assert len(places) >= 9
        down, right = places.mean(axis=0) - middle
        assert (np.sign(np.rint(right / 20)), np.sign(np.rint(down / 20))) == (np.sign(x), -np.sign(y))
    box = canvas.bounding_box()
    rows, columns = np.nonzero(is_like(pixels, COLOURS["top"]))
    # Once its picture is drawn there, the canvas' edge cuts that off: its first rows are the point's in both cases.
    page.mouse.move(box["x"] + columns.mean(), box["y"] + float(rows.min()) + 5)
    expect(page.locator(".tip span")).to_have_text("top, image 0")
    picture = read_canvas(page.locator(".tip canvas"))
    assert is_like(picture[4:12], "#ff0000", 60).all(), "lossy, but the right way up"


def check_gallery(page):
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(3)
    for tile in tiles.all():
        assert_halves(read_canvas(tile.locator("canvas")))
    for place, colour, sign in ((0, WRONG_MARK, "×"), (1, RIGHT_MARK, "✓")):
        mark = tiles.nth(place).locator(".mark")
        assert is_like(read_screen(mark), colour).mean() > 0.4
        assert mark.text_content() == sign
    assert tiles.nth(2).locator(".mark").count() == 0


def check_matrix(page):
    for row in range(2):
        for column in range(2):
            cell = page.locator(f'td button[data-row="{row}"][data-column="{column}"]')
            red, _, blue = read_screen(cell)[:, 4:8].reshape(-1, 3).mean(axis=0)
            assert (blue - red > 60) if row == column else (red - blue > 60)
    for name, is_blue in (("right", True), ("wrong", False)):
        red, _, blue = read_screen(page.locator(f".swatch.{name}")).reshape(-1, 3).mean(axis=0)
        assert (blue > red) == is_blue


def check_inspector(page):
    assert_halves(read_canvas(page.locator("canvas.image")))
    page.locator("canvas.image").hover(position={"x": 3, "y": 3})
    expect(page.locator(".readout")).to_have_text("row 0, column 0: red 255, green 0, blue 0 of 255")
    page.get_by_role("button", name="Green", exact=True).click()
    green = read_canvas(page.locator("canvas.image"))
    assert (green[16:, :16, :3] == 255).all()
    assert (green[:16, :, :3] == 0).all()


def check_maps(page):
    expect(page.locator("figure canvas")).to_have_count(2)
    alone, signed = (read_canvas(canvas) for canvas in page.locator("figure canvas").all())
    assert_halves(alone)
    assert is_like(signed[:8], FOR, 0).all()
    assert is_like(signed[-8:], AGAINST, 0).all()
    middle = signed[8:-8, :, :3]
    assert (np.ptp(middle, axis=-1) == 0).all(), "nothing speaks for or against: grey"
    assert middle[-1, 0, 0] > middle[0, 0, 0] > middle[-1, -1, 0], "green is brighter than red, red than blue"


def check_lines(page):
    canvas = page.locator("canvas")
    pixels = read_canvas(canvas)
    top, bottom, left, right = 10, pixels.shape[0] - 38, 52, pixels.shape[1] - 12
    for name, colour in CURVES.items():
        rows, columns = np.nonzero(is_like(pixels, colour, 40))
        assert len(rows), f"{name} is not there"
        assert abs(rows.mean() - (bottom - HEIGHTS[name] * (bottom - top))) < 2
        share = len(np.unique(columns)) / (right - left)
        assert (0.3 < share < 0.8) if name == "dotted" else (0.97 < share < 1.03)


CHECKS = {
    "scatter": check_scatter,
    "gallery": check_gallery,
    "matrix": check_matrix,
    "inspector": check_inspector,
    "maps": check_maps,
    "lines": check_lines,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("show", CHECKS)
def test_what_is_painted(server, open_window, show, scheme):
    page = open_window(color_scheme=scheme)
    page.goto(f"{server.url}/?show={show}")
    CHECKS[show](page)


FLIPPED = """
function flipped(canvas) {
    contextOf(canvas).setTransform(1, 0, 0, -1, 0, SIDE);
    return contextOf(canvas);
}
"""
# What is shown, the module that is spoilt, and how.
MISTAKES = {
    "a map upside down": ("scatter", "shared/screen.js", "height / 2 - (y", "height / 2 + (y"),
    "a map mirrored": ("scatter", "shared/screen.js", "width / 2 + (x", "width / 2 - (x"),
    "groups shifted": ("scatter", "scatter/points.js", "cut(afterNumbers,", "cut(afterNumbers.map((g) => 3 - g),"),
    "pictures upside down": ("gallery", "shared/sprite.js", "contextOf(canvas).drawImage", "flipped(canvas).drawImage"),
    "marks swapped": ("gallery", "gallery/component.js", "${tone}", '${{right: "wrong"}[tone] ?? "right"}'),
    "right and wrong swapped": ("matrix", "confusion_matrix/component.js", "isGood ?", "!isGood ?"),
    "the image upside down": ("inspector", "shared/sprite.js", "colourOf(place)", "colourOf(1023 - place)"),
    "red and blue swapped": ("inspector", "shared/sprite.js", "picture[4 * place],", "picture[4 * place + 2],"),
    "for and against swapped": ("maps", "shared/ramps.js", "value < 0", "value > 0"),
    "values upside down": ("maps", "maps/component.js", "strengthAt(place)", "strengthAt(1023 - place)"),
    "curves not stroked": ("lines", "shared/canvas.js", "context.stroke();", ""),
    "curves upside down": ("lines", "lines/chart.js", "[bottom, EDGES.top]", "[EDGES.top, bottom]"),
    "curves in one colour": ("lines", "lines/drawing.js", "strokeStyle = line.colour", 'strokeStyle = "#d00000"'),
    "nothing dotted": ("lines", "lines/drawing.js", "line.is_dotted ?", "false ?"),
}


def spoil(route, old, new):
    reply = route.fetch()
    text = reply.text()
    assert old in text, "the module has changed: spoil it elsewhere"
    route.fulfill(response=reply, body=text.replace(old, new) + (FLIPPED if "flipped" in new else ""))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_would_be_seen(server, page, mistake):
    show, module, old, new = MISTAKES[mistake]
    spoilt = []

    def spoil_it(route):
        spoil(route, old, new)
        spoilt.append(module)

    page.route(re.compile(rf"/modules/\w+/{module}$"), spoil_it)
    page.goto(f"{server.url}/?show={show}")
    with pytest.raises(AssertionError):
        CHECKS[show](page)
    assert spoilt
    assert page.get_by_text("BidiComponent Error").count() == 0, "spoilt, but not broken"


def test_a_quiz_takes_digits_and_clicks_and_tells_them_at_its_end(server, page):
    page.goto(f"{server.url}/?show=quiz")
    picture = page.locator(".quiz canvas")
    expect(picture).to_be_hidden()
    page.keyboard.press("3")  # before it starts
    page.get_by_role("button", name="Start: 4 images").click()
    assert_halves(read_canvas(picture))
    page.keyboard.press("1")
    page.get_by_role("button", name="cat").click()
    expect(page.get_by_text(re.compile("^3 of 4, 0:0"))).to_be_visible()
    page.get_by_role("textbox").press("7")  # what is typed elsewhere is no answer
    page.locator("body").press("x")
    expect(page.get_by_text(re.compile("^3 of 4, "))).to_be_visible()
    page.get_by_role("button", name="truck").click()
    page.keyboard.press("0")
    expect(page.get_by_text("answers [0, 3, 9, 9], timed: True")).to_be_visible()
