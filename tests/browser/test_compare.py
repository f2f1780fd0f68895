"""python -m pytest tests/browser/test_compare.py. A pile and a cell of two runs show exactly their images."""

import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from cifar_core.evaluation import Predictions, compute_confusion_matrix, load_predictions, save_predictions
from cifar_core.evaluation.comparison import sort_into_piles
from cifar_core.runs import RunStore
from tests.browser.app import expect_drawn, heavy_scripts


@pytest.fixture
def pair(app, trained_run):
    """The trained run, and a copy of it that predicts otherwise; both ids, and both predictions of val."""
    store = RunStore(app.runs_dir)
    other = f"{trained_run[:14]}other-mole"
    shutil.copytree(app.runs_dir / trained_run, app.runs_dir / other)
    path = store.record(other).predictions_path("val", "best")
    first = load_predictions(path)
    noise = np.random.default_rng(0).normal(0, 1, first.logits.shape).astype(np.float32)
    save_predictions(path, Predictions(first.logits + noise, first.targets, first.indices))
    yield (trained_run, other), (first, load_predictions(path))
    shutil.rmtree(app.runs_dir / other)


def places(page):
    """The dataset indices of the images in the gallery."""
    names = page.get_by_role("option").evaluate_all("tiles => tiles.map(tile => tile.getAttribute('aria-label'))")
    return {int(re.search(r"image (\d+)", name)[1]) for name in names}


def test_a_pile_and_a_cell_show_exactly_their_images_and_back_restores_them(app, page, pair):
    (first_id, second_id), (first, second) = pair
    broken = sort_into_piles(first, second).broken
    page.goto(f"{app.url}/Compare?a={first_id}&b={second_id}")
    expect(page.get_by_role("list", name="All images").get_by_role("listitem")).to_have_count(5)
    expect_drawn(page)
    assert not heavy_scripts(page)
    for _ in range(2):  # what is chosen stays chosen
        page.get_by_role("radio", name=re.compile("^Broken by B")).click()
        expect(page).to_have_url(re.compile("pile=broken"))
        expect(page.get_by_text(f"Broken by B: {len(broken):,} image")).to_be_visible()
        expect_drawn(page)
    assert places(page) <= set(broken.tolist())
    assert len(places(page)) == min(100, len(broken))

    page.get_by_role("radio", name="Cell by cell").click()
    difference = compute_confusion_matrix(second, 10) - compute_confusion_matrix(first, 10)
    true_idx, pred_idx = np.unravel_index((difference * (1 - np.eye(10, dtype=int))).argmin(), (10, 10))
    page.locator(f'td button[data-row="{true_idx}"][data-column="{pred_idx}"]').click()
    expect(page).to_have_url(re.compile("cell="))
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("data-row", str(true_idx))
    expect_drawn(page)
    is_moved = (first.targets == true_idx) & ((first.preds == pred_idx) != (second.preds == pred_idx))
    assert places(page) == set(first.indices[is_moved].tolist())

    page.get_by_role("option").first.click()
    expect(page.get_by_text(re.compile(": image 1 of "))).to_be_visible()
    opened = page.url
    page.reload()
    expect(page.get_by_text(re.compile(": image 1 of "))).to_be_visible()
    assert page.url == opened
    page.go_back()
    expect(page.get_by_text(re.compile(": image 1 of "))).to_have_count(0)
    expect(page.locator('td button[aria-pressed="true"]')).to_have_attribute("data-row", str(true_idx))


@pytest.mark.timeout(120)
def test_an_open_page_says_that_one_of_its_runs_was_deleted_elsewhere(app, page, pair):
    (first_id, second_id), _ = pair
    third = f"{first_id[:14]}third-mole"
    shutil.copytree(app.runs_dir / second_id, app.runs_dir / third)
    page.goto(f"{app.url}/Compare?a={first_id}&b={third}")
    expect_drawn(page)
    page.evaluate("window.kept = true")
    RunStore(app.runs_dir).delete(third)
    expect(page.get_by_text("is gone: another run is taken")).to_be_visible(timeout=15_000)
    expect(page).not_to_have_url(re.compile(third))
    assert page.evaluate("window.kept"), "the page was loaded anew"
