"""python -m pytest tests/browser/test_data_pages.py. Explore and Augment by pointer and by keyboard."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.app import expect_drawn
from tests.unit.runs_helpers import wait_until


def title(page):
    return page.locator(".inspector .title")


def test_the_large_view_reads_pixels_and_steps_by_keyboard(app, page):
    page.goto(f"{app.url}/Explore?split=test&image=5010")
    canvas, readout = page.locator("canvas.image"), page.locator(".readout")
    expect(title(page)).to_have_text(re.compile("image 5010"))
    canvas.hover(position={"x": 3, "y": 3})
    expect(readout).to_have_text(re.compile(r"row 0, column 0: red \d+, green \d+, blue \d+"))
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Green", exact=True).click()
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text(re.compile("image 5011"))
    expect(page).to_have_url(re.compile("image=5011"))
    expect(page.get_by_role("button", name="Green", exact=True)).to_have_attribute("aria-pressed", "true")
    page.locator("canvas.image").focus()
    page.keyboard.press("ArrowLeft")
    expect(title(page)).to_have_text(re.compile("image 5010"))


def test_the_class_bar_filters_and_the_drawer_is_walked_by_keyboard(app, page):
    page.goto(f"{app.url}/Explore?split=test")
    bar = page.get_by_role("group", name=re.compile("^Classes"))
    gallery = page.get_by_role("listbox", name=re.compile("^Images "))
    bar.get_by_role("button", name="ring 100 images").click()
    expect(page).to_have_url(re.compile("cls=ring"))
    expect(bar.get_by_role("button", pressed=True)).to_have_count(1)
    expect(gallery).to_have_attribute("aria-label", "Images 1 to 100 of 100")
    width = gallery.bounding_box()["width"]

    tile = gallery.get_by_role("option").nth(4)
    tile.press("Enter")
    head = page.get_by_role("group", name="5 of 100")
    expect(head).to_be_focused()
    wait_until(lambda: gallery.bounding_box()["width"] < width)
    covered = page.locator(".st-key-explore_drawer").bounding_box()["x"]
    assert gallery.bounding_box()["x"] + gallery.bounding_box()["width"] <= covered, "it covers no image"
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("group", name="6 of 100")).to_be_visible()
    opened = page.url
    page.reload()
    expect(page.get_by_role("group", name="6 of 100")).to_be_visible()
    assert page.url == opened
    expect(bar.get_by_role("button", pressed=True)).to_have_count(1)
    page.locator("body").press("Escape")
    expect(page.locator(".st-key-explore_drawer")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("image="))
    expect(gallery.get_by_role("option").nth(5)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("group", name="6 of 100")).to_be_visible()


def test_a_phone_shows_images_first_and_the_open_one_at_its_foot(app, open_window):
    page = open_window(390, 844)
    page.goto(f"{app.url}/Explore")
    tiles = page.get_by_role("listbox", name=re.compile("^Images ")).get_by_role("option")
    expect(tiles).to_have_count(100)
    expect_drawn(page)
    rows = {tile.bounding_box()["y"] for tile in tiles.all()[:40] if is_on_screen(page, tile)}
    assert len(rows) >= 3
    tiles.nth(7).click()
    picture = page.locator("canvas.image")
    expect(picture).to_be_visible()
    wait_until(lambda: is_on_screen(page, picture))
    sheet = page.locator(".st-key-explore_drawer").bounding_box()
    assert (sheet["x"], sheet["width"]) == (0, 390)
    wait_until(lambda: bottom_of(tiles.nth(7)) <= sheet["y"])
    expect_drawn(page)
    page.get_by_role("button", name="Close").click()
    expect(picture).to_have_count(0)


def test_the_open_image_stays_in_sight_where_its_sheet_comes_late(app, open_window):
    page = open_window(390, 844)
    is_slow = []

    def pass_on(socket):
        server = socket.connect_to_server()

        def answer(message):
            if is_slow:
                page.wait_for_timeout(500)
            socket.send(message)

        server.on_message(answer)

    page.route_web_socket(re.compile("/_stcore/stream"), pass_on)
    page.goto(f"{app.url}/Explore")
    tiles = page.get_by_role("listbox", name=re.compile("^Images ")).get_by_role("option")
    expect(tiles).to_have_count(100)
    expect_drawn(page)
    lowest = max(range(40), key=lambda place: bottom_of(tiles.nth(place)) * is_on_screen(page, tiles.nth(place)))
    is_slow.append(True)
    tiles.nth(lowest).click()
    sheet = page.locator(".st-key-explore_drawer")
    expect(sheet).to_be_visible()
    wait_until(lambda: bottom_of(tiles.nth(lowest)) <= sheet.bounding_box()["y"])


def test_what_was_closed_is_opened_again_by_the_same_tile(app, page):
    page.goto(f"{app.url}/Explore")
    tile = page.get_by_role("listbox", name=re.compile("^Images ")).get_by_role("option").nth(7)
    picture = page.locator("canvas.image")
    for _ in range(2):
        tile.click()
        expect(picture).to_be_visible()
        expect(page).to_have_url(re.compile("image=7"))
        page.keyboard.press("Escape")
        expect(picture).to_have_count(0)
        expect(page).not_to_have_url(re.compile("image="))


def test_one_jumps_again_to_what_was_closed(app, page):
    page.goto(f"{app.url}/Explore")
    expect_drawn(page)
    picture = page.locator("canvas.image")
    for _ in range(2):
        page.get_by_role("button", name="Filters and order").click()
        box = page.get_by_role("spinbutton", name="Jump to index").or_(
            page.get_by_role("textbox", name="Jump to index")
        )
        expect(box).to_have_value("")
        box.fill("1234")
        box.press("Enter")
        expect(picture).to_be_visible()
        expect(page).to_have_url(re.compile("image=1234"))
        page.get_by_role("button", name="Close").click()
        expect(picture).to_have_count(0)


def test_what_was_set_behind_a_closed_button_stays_set(app, page):
    """The boxes there are not seen by then, and what they held would come back with the next press."""
    page.goto(f"{app.url}/Explore")
    button, box = page.get_by_role("button", name="Filters and order"), page.get_by_role("textbox", name="Indices")
    button.click()
    box.fill("100-299")
    box.press("Enter")
    shown = page.get_by_text(re.compile("^Images 1 to 100 of "))
    expect(shown).to_contain_text("of 200.")
    box.press("Escape")
    expect(box).to_be_hidden()
    expect(button).to_be_focused()
    page.get_by_role("button", name="Show all").click()
    expect(shown).to_contain_text("of 6,000.")
    page.get_by_role("listbox", name=re.compile("^Images ")).get_by_role("option").nth(7).click()
    expect(page.locator("canvas.image")).to_be_visible()
    expect_drawn(page)
    expect(shown).to_contain_text("of 6,000.")
    button.click()
    expect(box).to_have_value("")
    page.get_by_role("heading", name="Explore").click()
    expect(box).to_be_hidden()


def test_an_image_that_was_jumped_to_and_closed_stays_closed_and_is_one_step(app, page):
    page.goto(f"{app.url}/Explore")
    expect_drawn(page)
    page.get_by_role("button", name="Filters and order").click()
    box = page.get_by_role("spinbutton", name="Jump to index").or_(page.get_by_role("textbox", name="Jump to index"))
    box.fill("1234")
    box.press("Enter")
    expect(page).to_have_url(re.compile("image=1234&page=13"))
    page.go_back()
    expect(page).to_have_url(re.compile("/Explore$"))
    expect(page.locator("canvas.image")).to_have_count(0)
    page.get_by_role("group", name=re.compile("^Classes")).get_by_role("button", name="ring 600 images").click()
    expect(page).to_have_url(re.compile(r"/Explore\?cls=ring$"))
    expect(page.locator("canvas.image")).to_have_count(0)


def test_all_of_a_few_pages_are_there_and_a_row_of_them_grows_again(app, page):
    page.goto(f"{app.url}/Explore?indices=0-100")
    row = page.get_by_role("navigation", name="Pagination").get_by_role("button")
    pages = ["Previous page", *(f"Page {number}" for number in (1, 2)), "Next page"]
    expect(row).to_have_count(len(pages))
    assert [button.get_attribute("aria-label") for button in row.all()] == pages
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("Images 1 to 100 of 6,000.")).to_be_visible()
    expect(row.filter(has_text="5")).to_be_visible()
    expect(row.filter(has_text="60")).to_be_visible()


def test_what_back_took_from_the_map_is_marked_again_by_the_same_button(app, page):
    page.goto(f"{app.url}/Explore?view=Map")
    legend = page.get_by_role("group", name="Colours").get_by_role("button").nth(2)
    expect_drawn(page)
    for _ in range(2):
        legend.click()
        expect(legend).to_have_attribute("aria-pressed", "true")
        expect(page).to_have_url(re.compile("marked="))
        expect(page.get_by_text(re.compile(r"[\d,]+ images selected"))).to_be_visible()
        page.go_back()
        expect(page).not_to_have_url(re.compile("marked="))
        expect(legend).to_have_attribute("aria-pressed", "false")


def test_no_button_is_there_before_somebody_hears_it(app, page):
    def come_late(route):
        time.sleep(1.5)
        route.continue_()

    page.route("**/stepper/component.js", come_late)
    page.goto(f"{app.url}/Explore?image=7")
    expect(page.locator("canvas.image")).to_be_visible()
    assert page.get_by_role("button", name="Close").count() == 0
    page.get_by_role("button", name="Close").click()
    expect(page.locator("canvas.image")).to_have_count(0, timeout=10_000)


def bottom_of(element):
    box = element.bounding_box()
    return box["y"] + box["height"]


def is_on_screen(page, element):
    return element.bounding_box()["y"] >= 0 and bottom_of(element) <= page.viewport_size["height"]


def test_a_neighbour_is_opened_by_a_click(app, page):
    page.goto(f"{app.url}/Explore?image=5010")
    neighbours = page.get_by_role("listbox", name="Most alike").get_by_role("option")
    expect(neighbours).to_have_count(12)
    index = re.search(r"image (\d+)", neighbours.nth(2).get_attribute("aria-label"))[1]
    neighbours.nth(2).click()
    expect(title(page)).to_have_text(re.compile(f"image {index}$"))


def test_orders_are_measured_once_and_kept_in_the_address(app, page):
    page.goto(f"{app.url}/Explore?order=brightness&reverse=true&split=test")
    tiles = page.get_by_role("listbox").first.get_by_role("option")
    expect(tiles.first).to_have_attribute("aria-label", re.compile(r"brightness \d+\.\d %"))
    values = [float(re.search(r"brightness ([\d.]+)", tile.get_attribute("aria-label"))[1]) for tile in tiles.all()]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("tool", ["Lasso", "Box"])
def test_points_of_the_map_are_selected_and_shown(app, page, tool):
    page.goto(f"{app.url}/Explore?view=Map")
    points = page.locator("canvas.points")
    expect(points).to_be_visible()
    expect_drawn(page)
    page.get_by_role("button", name=tool, exact=True).click()
    wait_until(lambda: points.evaluate("canvas => canvas.width") > 300)
    points.hover()
    expect(page.locator(".tip")).to_be_visible()
    box = points.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    for right, down in ((0, 60), (30, 60), (60, 60)):
        page.mouse.move(x + right, y + down)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"images selected"))).to_be_visible()
    expect(page.get_by_role("listbox", name="Images selected on the map").get_by_role("option").first).to_be_visible()
    page.get_by_role("button", name="Select nothing").click()
    expect(page.get_by_text("Click a point")).to_be_visible()


def test_what_is_selected_outlives_a_reload_and_is_selected_without_a_mouse_too(app, page):
    page.goto(f"{app.url}/Explore?view=Map")
    expect_drawn(page)
    page.get_by_role("button", name="Zoom in").click()
    page.locator("canvas.points").focus()
    page.keyboard.press("Enter")
    counted = page.get_by_text(re.compile(r"[\d,]+ images selected"))
    expect(counted).to_be_visible()
    words = counted.text_content()
    legend = page.get_by_role("group", name="Colours").get_by_role("button")
    legend.nth(2).focus()
    page.keyboard.press("Enter")
    expect(legend.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(counted).not_to_have_text(words)
    expect(page.get_by_role("listbox", name="Images selected on the map").get_by_role("option").first).to_be_visible()
    words = counted.text_content()
    page.reload()
    expect(counted).to_have_text(words)
    expect(legend.nth(2)).to_have_attribute("aria-pressed", "true")


def test_a_phone_shows_the_map_in_its_first_screen_and_two_fingers_zoom_it(app, open_window):
    page = open_window(390, 844)
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    page.goto(f"{app.url}/Explore?view=Map")
    points = page.locator("canvas.points")
    expect_drawn(page)
    wait_until(lambda: points.evaluate("canvas => canvas.width") > 300)
    box = points.bounding_box()
    assert box["y"] + box["height"] <= 844
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = points.evaluate("canvas => canvas.toDataURL()")
    for kind, away in (("touchStart", 30), ("touchMove", 60), ("touchMove", 90), ("touchEnd", None)):
        places = [] if away is None else [middle[0], middle[0] + away]
        fingers = [{"x": x, "y": middle[1], "id": finger} for finger, x in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    wait_until(lambda: points.evaluate("canvas => canvas.toDataURL()") != before)
    assert page.evaluate("window.scrollY") == 0


def test_a_pointer_that_rests_on_the_map_is_told_of_its_image_once_that_is_there(app, page):
    page.add_init_script("""
        const decode = window.createImageBitmap;
        window.createImageBitmap = async (...parts) => {
            await new Promise((resolve) => { window.letThrough = resolve; });
            return decode(...parts);
        };
    """)
    page.goto(f"{app.url}/Explore?view=Map")
    points = page.locator("canvas.points")
    wait_until(lambda: points.evaluate("canvas => canvas.width") > 300)
    points.hover()
    page.wait_for_function("() => Boolean(window.letThrough)")
    expect(page.locator(".tip")).to_be_hidden()
    page.evaluate("letThrough()")
    expect(page.locator(".tip")).to_be_visible()


def test_the_map_zooms_under_the_pointer_and_by_keyboard(app, page):
    page.goto(f"{app.url}/Explore?view=Map")
    points = page.locator("canvas.points")
    expect(points).to_be_visible()
    shown = []

    def has_changed():
        picture = points.evaluate("canvas => canvas.toDataURL()")
        changed = not shown or picture != shown[-1]
        if changed:
            shown.append(picture)
        return changed

    expect_drawn(page)
    has_changed()
    wait_until(lambda: page.wait_for_timeout(500) or not has_changed())
    shown[:] = shown[-1:]
    points.hover()
    page.mouse.wheel(0, -400)
    wait_until(has_changed)
    points.focus()
    page.keyboard.press("ArrowLeft")
    wait_until(has_changed)
    page.get_by_role("button", name="Whole map").click()
    wait_until(has_changed)
    wait_until(lambda: points.evaluate("canvas => canvas.toDataURL()") == shown[0])


def test_near_duplicates_are_searched_in_the_background(app, page):
    page.goto(f"{app.url}/Explore?view=Near-duplicates")
    expect(page.get_by_text(re.compile("nearly repeat a training image"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_pipeline_is_tried_and_handed_to_training(app, page):
    page.goto(f"{app.url}/Augment")
    tiles = page.get_by_role("listbox").first.get_by_role("option")
    expect(tiles).to_have_count(9)
    card = page.locator('[class*="st-key-effect_"]', has=page.get_by_text("Mixup", exact=True))
    expect(card.get_by_role("img")).to_have_count(2)
    card.get_by_text("Mixup", exact=True).click()
    handle = card.get_by_role("slider")
    expect(handle).to_have_value("1")
    expect(tiles.nth(1)).to_contain_text("%")
    handle.press("ArrowLeft")
    expect(page.get_by_text(re.compile(r"Mixup \(alpha 0.9\)"))).to_be_visible()
    expect(card.locator("figcaption").nth(1)).to_contain_text("alpha 0.9")
    page.get_by_role("button", name="Use this in the next run").click()
    expect(page).to_have_url(re.compile("/Train"))
    expect(page.get_by_text(re.compile("mixup alpha 0 → 0.9"))).to_be_visible()


def test_columns_of_the_preview_shrink_with_the_window(app, open_window):
    page = open_window(390, 844)
    page.goto(f"{app.url}/Augment?look=Preview")
    tiles = page.get_by_role("listbox").first.get_by_role("option")
    expect(tiles).to_have_count(54)
    expect_drawn(page)
    boxes = [tiles.nth(place).bounding_box() for place in (0, 8, 9)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"], "nine in a row"
    assert boxes[1]["x"] + boxes[1]["width"] <= 390
