"""python -m pytest tests/browser/test_address.py. What the address holds survives a reload, and follows Back."""

import re

from playwright.sync_api import expect

from tests.browser.app import expect_drawn


def title(page):
    return page.locator(".inspector .title")


def marked(page):
    return page.get_by_role("listbox", name=re.compile("^Images ")).locator('[aria-selected="true"]')


def expect_marked(page, index):
    expect(marked(page)).to_have_count(1)
    expect(marked(page)).to_have_attribute("aria-label", re.compile(rf"image {index}\b"))


def test_the_mark_of_the_gallery_follows_the_chosen_image(app, page):
    page.goto(f"{app.url}/Explore?image=98")
    expect_marked(page, 98)
    page.get_by_role("option", name=re.compile(r"image 97\b")).first.click()
    expect(title(page)).to_have_text(re.compile("image 97$"))
    expect_marked(page, 97)
    for index in (98, 99, 100):  # the last step leads to the gallery's next page
        page.locator("canvas.image").focus()
        page.keyboard.press("ArrowRight")
        expect(title(page)).to_have_text(re.compile(f"image {index}$"))
        expect_marked(page, index)
    expect(page).to_have_url(re.compile(r"page=2.*image=100|image=100.*page=2"))
    page.get_by_role("button", name="Filters and order").click()
    jump = page.get_by_role("spinbutton", name="Jump to index")
    jump.fill("1234")
    jump.press("Enter")
    expect_marked(page, 1234)
    page.get_by_role("button", name="Surprise me").click()
    expect(title(page)).not_to_have_text(re.compile("image 1234$"))
    expect_marked(page, re.search(r"image (\d+)$", title(page).inner_text())[1])


def test_an_image_that_is_not_on_show_takes_the_mark_away(app, page):
    page.goto(f"{app.url}/Explore?image=5")
    expect_marked(page, 5)
    neighbours = page.get_by_role("listbox", name="Most alike").get_by_role("option")
    labels = [tile.get_attribute("aria-label") for tile in neighbours.all()]
    place = next(place for place, label in enumerate(labels) if int(re.search(r"image (\d+)", label)[1]) > 100)
    neighbours.nth(place).click()
    expect(marked(page)).to_have_count(0)


def test_who_goes_through_views_quickly_is_asked_for_no_file_that_is_gone(app, trained_run, page):
    missing = []
    page.on("response", lambda response: missing.append(response.url) if response.status == 404 else None)
    page.goto(f"{app.url}/Errors?run={trained_run}")
    expect_drawn(page)
    expect(page.locator('link[rel="shortcut icon"]')).to_have_attribute("href", re.compile("^data:image/png"))
    for view in ["Classes", "Calibration", "Learning", "Mistakes"] * 3:
        page.get_by_role("radio", name=view, exact=True).click()
    expect_drawn(page)
    assert not missing


def test_back_from_where_a_link_led_to_is_one_step(app, trained_run, page):
    page.goto(f"{app.url}/Errors?run={trained_run}&show=Robust")
    expect_drawn(page)
    page.get_by_role("link", name=re.compile("^Explain it under")).click()
    expect(page).to_have_url(re.compile("/Explain.*under="))
    expect_drawn(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/Errors.*show=Robust"))
    expect(page.get_by_role("radio", name="Robust")).to_be_checked()


def test_a_change_of_the_picture_and_a_setting_of_a_method_outlive_a_reload(app, trained_run, page):
    page.goto(f"{app.url}/Explain?run={trained_run}&image=1&see=What if&method=Occlusion")
    expect_drawn(page)
    brightness = page.get_by_role("slider", name="Brightness")
    brightness.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"what_if_brightness=0\.95"))
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("slider", name="Window").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"explain_occlusion_window=7"))
    expect_drawn(page)
    page.reload()
    expect_drawn(page)
    expect(brightness).to_have_value("0.95")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("slider", name="Window")).to_have_value("7")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="As it was").click()
    expect(page).not_to_have_url(re.compile("what_if"))
    page.go_back()
    expect(brightness).to_have_value("0.95")


def set_batch_size(page, value):
    box = page.get_by_role("spinbutton", name="Batch size")
    box.fill(value)
    box.press("Enter")
    expect(page).to_have_url(re.compile(f"settings=.*{value}"))


def test_trains_form_survives_a_reload_and_opens_in_a_second_tab(app, page):
    page.goto(f"{app.url}/Train?part=new&preset=notebook")
    set_batch_size(page, "48")
    page.reload()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("48")
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_role("spinbutton", name="Batch size")).to_have_value("48")


def test_back_undoes_a_change_of_the_form(app, page):
    page.goto(f"{app.url}/Train?part=new&preset=notebook")
    for value in ("48", "24"):
        set_batch_size(page, value)
    page.go_back()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("48")
    page.go_forward()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("24")


def test_back_from_another_preset_is_one_step_to_the_form_as_it_was(app, page):
    page.goto(f"{app.url}/Train?part=new&preset=notebook")
    set_batch_size(page, "48")
    expect_drawn(page)
    before = page.url
    page.get_by_role("radio", name="Quick").click()
    expect(page).to_have_url(re.compile("preset=quick(?!.*settings)"))
    expect_drawn(page)
    page.go_back()
    expect(page).to_have_url(before)
    expect(page.get_by_text("preset Course notebook, 1 of its settings changed.")).to_be_visible()


def test_a_link_of_a_page_to_itself_is_a_step_of_its_own(app, page):
    page.goto(f"{app.url}/Lessons")
    card = page.get_by_role("link", name=re.compile("How much is luck"))
    card.click()
    expect(page).to_have_url(re.compile("lesson=luck"))
    expect(page.get_by_text("What do you expect?")).to_be_visible()
    expect_drawn(page)
    page.go_back()
    expect(card).to_be_visible()
    expect(page).not_to_have_url(re.compile("lesson="))


def test_back_leads_to_the_page_before_as_it_was(app, page, trained_run):
    page.goto(f"{app.url}/Errors?run={trained_run}&epoch=1")
    expect(page.get_by_role("heading", name="Errors")).to_be_visible()
    expect(page.get_by_text("epoch 1", exact=False).first).to_be_visible()
    page.get_by_role("link", name="Explain", exact=True).click()
    expect(page.get_by_role("heading", name="Explain")).to_be_visible()
    expect_drawn(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Errors")).to_be_visible()
    expect(page).to_have_url(re.compile(f"run={trained_run}"))
    expect(page).to_have_url(re.compile("epoch=1"))


def test_back_leads_to_the_view_that_was_left(app, page, trained_run):
    page.goto(f"{app.url}/Explore")
    page.get_by_role("radio", name="Statistics").click()
    expect(page).to_have_url(re.compile("view=Statistics"))
    for title in ("Runs", "Augment"):
        expect_drawn(page)
        page.get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect_drawn(page)
        page.go_back()
        expect(page).to_have_url(re.compile("/Explore.*view=Statistics"))
        expect(page.get_by_role("radio", name="Statistics")).to_be_checked()


def test_augments_form_and_images_survive_a_reload(app, page):
    page.goto(f"{app.url}/Augment")
    gallery = page.get_by_role("listbox").first
    expect(gallery).to_be_visible()
    page.get_by_role("button", name="Another image").click()
    expect(page).to_have_url(re.compile("draw=1"))
    handle = page.get_by_role("slider", name="Padding at each side")
    handle.press("ArrowRight")
    expect(page).to_have_url(re.compile("pipeline=.*5"))
    first = gallery.get_by_role("option").first.get_attribute("aria-label")
    page.reload()
    expect(page.get_by_role("slider", name="Padding at each side")).to_have_value("5")
    expect(page.get_by_role("listbox").first.get_by_role("option").first).to_have_attribute("aria-label", first)


def test_ticks_survive_a_reload(app, page, trained_run):
    page.goto(f"{app.url}/Runs?runs={trained_run}")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_visible()
    expect(page).to_have_url(re.compile(f"runs={trained_run}"))
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()


def test_an_address_without_a_page_leads_to_the_first_one_which_looks_and_works_as_ever(app, page):
    page.goto(f"{app.url}/Nowhere")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stMainBlockContainer")).to_have_css("padding-left", "35.2px")  # 2.2rem
    page.get_by_role("button", name="Say who you are").click()
    expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).first.click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Your name")).to_be_hidden()
