"""python -m pytest tests/browser/test_first_visit.py. A new user, and nothing trained by hand."""

import re

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from tests.browser.app import App

NUM_PICTURES = 5  # of a mistake on Explain: the image, its map, and three maps beneath


@pytest.fixture(scope="module")
def new_app(tmp_path_factory):
    """A server that has never trained anything, and may train a demo."""
    app = App(tmp_path_factory.mktemp("new"), has_demo=True)
    yield app
    RunStore(app.runs_dir).stop_all()  # its worker would go on, beside later tests
    app.close()


@pytest.mark.timeout(240)
def test_an_explained_error_is_two_clicks_away(new_app, page):
    page.goto(new_app.url)
    expect(page.get_by_text(re.compile("Worst mistake: "))).to_be_visible(timeout=120_000)
    worst = page.get_by_text(re.compile("Worst mistake: ")).inner_text()
    true_name, pred_name = re.search(r"Worst mistake: (.*) → (.*) \d+\s%", worst).groups()
    page.get_by_role("link", name="4 Explain").click()
    expect(page.locator("figure canvas")).to_have_count(NUM_PICTURES, timeout=60_000)
    expect(page).to_have_url(re.compile(r"run=.*image=\d+"))
    expect(page.get_by_text(re.compile(f"{true_name}, image \\d+, val split"))).to_be_visible()
    assert pred_name != true_name


@pytest.mark.timeout(240)
def test_the_whole_of_a_card_is_its_link(new_app, page):
    page.goto(new_app.url)
    expect(page.get_by_text(re.compile("Worst mistake: "))).to_be_visible(timeout=120_000)
    card = page.locator('[class*="st-key-step_"]').filter(has_text="3 Errors")
    card.locator("img").click(force=True)  # the link lies over it
    expect(page).to_have_url(re.compile(r"/Errors\?.*run="))
    expect(page.get_by_text(re.compile("val images right"))).to_be_visible()


def test_no_page_is_empty_and_the_cross_removes_the_choice(new_app, page):
    page.goto(f"{new_app.url}/Errors")
    expect(page.get_by_text(re.compile("val images right"))).to_be_visible(timeout=120_000)
    expect(page).to_have_url(re.compile("run="))
    page.get_by_test_id("stSidebar").get_by_role("button", name=re.compile("Clear")).click()
    expect(page.get_by_text("No run is chosen.")).to_be_visible()
    expect(page).to_have_url(re.compile("run=none"))
    page.reload()
    expect(page.get_by_text("No run is chosen.")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explain").click()
    expect(page.locator("figure canvas")).to_have_count(NUM_PICTURES, timeout=60_000)


def test_back_leads_out_of_a_page_that_chose_a_run_by_itself(new_app, page):
    page.goto(new_app.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Errors").click()
    expect(page.get_by_text(re.compile("val images right"))).to_be_visible(timeout=120_000)
    expect(page).to_have_url(re.compile("run="))
    page.go_back()  # what the page opened on, and its epoch, are no steps of their own
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
