"""The dashboard below a path of somebody else's address. python -m pytest tests/browser/test_base_path.py."""

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from tests.browser.app import App, expect_drawn


@pytest.fixture
def below(tmp_path):
    app = App(tmp_path, base="a/lab")
    yield app
    for run in RunStore(app.runs_dir).list_runs():
        RunStore(app.runs_dir).stop(run.run_id)
    app.close()


def test_pages_components_and_live_charts_work_below_a_path(below, page):
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    page.goto(f"{below.url}/Explore")
    expect(page.locator("canvas").first).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).first.click()
    expect_drawn(page)
    with page.expect_response(lambda response: response.url.startswith(f"{below.url}/live")) as answered:
        page.get_by_role("button", name="Start training").first.click()
    assert answered.value.ok
    own = [url for url in asked if url.startswith("http://127.0.0.1")]
    assert [url for url in own if not url.startswith(f"{below.url}/")] == []
    assert [url for url in failed if "/_stcore/" not in url] == []
