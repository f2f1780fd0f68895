"""The dashboard below a path of somebody else's address. python -m pytest tests/browser/test_base_path.py."""

import http.client
from contextlib import closing

import pytest
from playwright.sync_api import expect

from cifar_core.runs import RunStore
from dashboard.components.modules import module_address
from tests.browser.app import App, expect_drawn

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}
ADDRESSES = (
    "/",
    "/Runs",
    "/_stcore/health",
    "/_stcore/host-config",
    module_address("lines/component.js"),
    "/activity",
    "/live/20260101-0000-none-such",
    "/_stcore/stream",
)


@pytest.fixture(scope="module")
def below(tmp_path_factory):
    app = App(tmp_path_factory.mktemp("below"), base="a/lab")
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
    assert failed == []
    assert [url for url in own if url.endswith("/_stcore/health")] == [f"{below.url}/_stcore/health"]


def test_a_page_is_connected_without_looking_for_the_server_below_its_own_name(below, page):
    answered = []
    page.on("response", lambda response: answered.append((response.url, response.status)))
    with page.expect_websocket() as opened:
        page.goto(f"{below.url}/Runs?run=none")
    assert opened.value.url == f"{below.url.replace('http', 'ws', 1)}/_stcore/stream"
    expect_drawn(page)
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    assert [answer for answer in answered if answer[1] >= 400] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_kind_of_address_is_behind_the_same_check(below, address):
    def ask(host):
        headers = UPGRADE if address.endswith("/stream") else {}
        with closing(http.client.HTTPConnection("127.0.0.1", below.port, timeout=30)) as connection:
            connection.request("GET", f"/a/lab{address}", headers={**headers, "Host": host})
            return connection.getresponse().status

    assert ask("elsewhere.example") == 403
    assert ask("localhost") == {"/_stcore/stream": 101, "/live/20260101-0000-none-such": 404}.get(address, 200)
