"""python -m pytest tests/browser/test_live.py. A running run on the screen stays up to date by itself."""

import http.client
import re
import statistics
import time
from contextlib import closing
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.test_loop import start_tiny_run
from tests.unit.runs_helpers import wait_until

RUNNING = re.compile(r"Running, epoch \d+ of 300")


@pytest.fixture
def watched(app, page):
    """The page of a run that goes on all the time."""
    start_tiny_run(app, page, 300, "watched")
    try:
        expect(page.get_by_text(RUNNING).first).to_be_visible(timeout=90_000)
        expect(page.get_by_text("Train is measured on")).to_be_visible(timeout=30_000)
        yield page
    finally:  # whatever failed: a training left behind would slow every later test
        page.unroute_all(behavior="wait")  # an answer in the making is given before the page is its own again
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text(re.compile("Stopped on request")).first).to_be_visible(timeout=60_000)


def words(page):
    return page.locator(".pulse .words").inner_text()


def curve(page):
    return page.get_by_role("img", name=re.compile("^accuracy of train and val")).get_attribute("aria-label")


@pytest.mark.timeout(240)
def test_words_and_curves_grow_and_curves_hold_still_when_asked_to(watched):
    before = words(watched), curve(watched)
    wait_until(lambda: words(watched) != before[0] and curve(watched) != before[1], 20)
    assert watched.get_by_role("progressbar", name=RUNNING).count() == 1
    watched.get_by_text("Follow", exact=True).click()
    watched.wait_for_timeout(2_000)
    before = words(watched), curve(watched)
    wait_until(lambda: words(watched) != before[0], 20)
    assert curve(watched) == before[1]


@pytest.mark.timeout(240)
def test_without_an_answer_the_page_is_drawn_anew(watched):
    watched.route("**/live/**", lambda route: route.fulfill(status=404, body="{}"))
    before = words(watched), curve(watched)
    wait_until(lambda: words(watched) != before[0] and curve(watched) != before[1], 30)


@pytest.mark.timeout(240)
def test_the_page_asks_as_seldom_as_the_last_answer_says(watched):
    """Of a run that waits: each epoch may bring findings, for which the page is drawn anew and asks at once."""
    watched.get_by_role("button", name="Pause", exact=True).click()
    expect(watched.get_by_text(re.compile("Paused, epoch")).first).to_be_visible(timeout=30_000)
    watched.wait_for_timeout(2_000)  # it is drawn once more for that
    asked = []

    def answer(route):
        asked.append(time.monotonic())
        headers = {name: value for name, value in route.request.headers.items() if name != "if-none-match"}
        reply = route.fetch(headers=headers)
        body = reply.json()
        body["pulse"]["interval"] = 0.2 if len(asked) < 10 else 4
        route.fulfill(response=reply, json=body)

    watched.route("**/live/**", answer)
    wait_until(lambda: watched.wait_for_timeout(100) or len(asked) >= 12, 60)
    waited = [later - before for before, later in pairwise(asked)]
    assert statistics.median(waited[:9]) < 0.9 < 3.5 < min(waited[9:]), waited


@pytest.mark.timeout(240)
def test_two_tabs_ask_as_often_as_one_and_the_second_goes_on_when_the_first_is_left(watched):
    asked, address = [], watched.url
    second = watched.context.new_page()
    second.goto(address)
    expect(second.get_by_text("Train is measured on")).to_be_visible(timeout=30_000)
    for page in (watched, second):
        page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    before = [(words(page), curve(page)) for page in (watched, second)]
    watched.wait_for_timeout(10_000)
    assert 4 <= len(asked) <= 13, asked
    assert all(
        now != then
        for now, then in zip([(words(page), curve(page)) for page in (watched, second)], before, strict=True)
    )
    watched.goto("about:blank")
    before = words(second), curve(second)
    wait_until(lambda: words(second) != before[0] and curve(second) != before[1], 20)
    second.close()
    watched.goto(address)
    expect(watched.get_by_text("Train is measured on")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("127.0.0.1", "/live/20250101-0000-no-run", 404),
        ("127.0.0.1", "/live/..%2f..%2fetc", 400),
        ("elsewhere.example", "/live/20250101-0000-no-run", 403),
    ],
)
def test_the_feed_answers_its_own_pages_alone(app, host, path, status):
    with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Host": f"{host}:{app.port}"})
        assert connection.getresponse().status == status
