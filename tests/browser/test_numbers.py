"""python -m pytest tests/browser/test_numbers.py. Number boxes read a decimal comma, and say what they do not read."""

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from tests.browser.app import expect_drawn


@pytest.fixture
def form(app, page):
    page.goto(f"{app.url}/Train?part=new&preset=notebook")
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    expect_drawn(page)
    page.wait_for_timeout(1_000)
    return page


def box(page, label):
    return page.get_by_role("spinbutton", name=label, exact=True)


def write(page, label, text, key="Enter"):
    box(page, label).click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press(key)


@pytest.mark.timeout(120)
def test_a_decimal_comma_is_trained_with(app, form):
    write(form, "Learning rate", "0,05")
    expect(box(form, "Learning rate")).to_have_value("0.05")
    expect(form.get_by_text("learning rate 0.001 → 0.05")).to_be_visible()
    write(form, "Dropout", "0,25", "Tab")
    expect(box(form, "Dropout")).to_have_value("0.25")
    form.get_by_role("button", name="Start training").click()
    discard = form.get_by_role("button", name="Discard").first
    expect(discard).to_be_visible()
    config = RunStore(app.runs_dir).list_runs()[0].config
    discard.click()
    form.get_by_role("button", name="Stop and discard it").click()
    assert (config.optimizer.learning_rate, config.model.dropout) == (0.05, 0.25)
    expect(discard).to_have_count(0)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("label", "text", "problem", "kept"),
    [
        ("Learning rate", "1,000", "can be read in two ways", "0.001"),
        ("Learning rate", "abc", "abc is not a number", "0.001"),
        ("Learning rate", "50", "50 is not allowed", "0.001"),
        ("Learning rate", "", "nothing was typed", "0.001"),
        ("Epochs", "1,5", "1,5 is not a whole number", "10"),
        ("Batch size", "1.000", "1.000 is not a whole number", "64"),
    ],
)
def test_what_is_no_number_is_said_and_the_last_one_stays(form, label, text, problem, kept):
    write(form, "Seeds", "2")
    box(form, label).click()
    form.keyboard.press("Control+a")
    form.keyboard.press("Delete")
    form.keyboard.type(text)
    form.keyboard.press("Tab")
    word = form.get_by_role("alert").filter(has_text=label)
    expect(word).to_contain_text(problem)
    expect(word).to_contain_text("allowed: ")
    expect(box(form, label)).to_have_value(kept)
    expect(box(form, "Seeds")).to_have_value("2")
    expect(form.get_by_text("Nothing changed against the preset.")).to_be_visible()
    write(form, label, kept)
    expect(word).to_have_count(0)


@pytest.mark.timeout(120)
def test_start_hears_the_press_that_leaves_a_box_which_was_wrong_until_then(app, page):
    known = {run.run_id for run in RunStore(app.runs_dir).list_runs()}
    page.goto(f"{app.url}/Train?part=new&preset=resnet")
    expect_drawn(page)
    page.wait_for_timeout(1_000)
    write(page, "Depth", "21")
    expect(page.get_by_text("depth 21 is not 6n + 2").first).to_be_visible()
    start = page.get_by_role("button", name="Start training")
    start.click()
    expect(page.get_by_text("Not started, it waits for this")).to_be_visible()
    box(page, "Depth").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("8")
    start.click()
    discard = page.get_by_role("button", name="Discard").first
    expect(discard).to_be_visible()
    (run,) = (run for run in RunStore(app.runs_dir).list_runs() if run.run_id not in known)
    discard.click()
    page.get_by_role("button", name="Stop and discard it").click()
    assert run.config.model.depth == 8
    expect(discard).to_have_count(0)


@pytest.mark.timeout(120)
def test_arrows_and_buttons_go_on_from_what_was_typed(form):
    write(form, "Learning rate", "0,05", "ArrowUp")
    expect(box(form, "Learning rate")).to_have_value("0.0501")
    write(form, "Learning rate", "1e-2", "Enter")
    expect(box(form, "Learning rate")).to_have_value("0.01")
    write(form, "Epochs", "20", "ArrowDown")
    expect(box(form, "Epochs")).to_have_value("19")


@pytest.mark.timeout(120)
def test_what_is_typed_after_the_tab_key_takes_the_place_of_what_was_there(form):
    box(form, "Epochs").click()
    form.keyboard.press("Tab")
    while form.evaluate("document.activeElement.ariaLabel") != "Batch size":
        form.keyboard.press("Tab")
    form.keyboard.type("48")
    form.keyboard.press("Enter")
    expect(box(form, "Batch size")).to_have_value("48")
