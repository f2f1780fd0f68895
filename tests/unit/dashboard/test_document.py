"""The document that a browser opens first. python -m pytest tests/unit/dashboard/test_document.py."""

import asyncio
import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import pytest
import streamlit as st
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from streamlit.file_util import get_static_dir
from streamlit.web.server.starlette.starlette_routes import create_host_config_routes
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from dashboard import document
from dashboard.components.modules import module_address
from dashboard.session.links import SECTIONS


@pytest.mark.parametrize(("base", "first", "below"), [("", "/", "/"), ("a/lab", "/a/lab/", "/a/lab/")])
def test_every_page_has_it(monkeypatch, base, first, below):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    paths = {route.path for route in document.create_routes() if route.endpoint is document._answer}
    titles = {title for section in SECTIONS.values() for title in section}
    assert paths == {first} | {below + title for title in titles - {"Overview"}}


@pytest.mark.parametrize("base", ["", "a/lab"])
@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("train?run=x%26y&part=this", "Train?run=x%26y&part=this"),
        ("labels", "Labels"),
        ("Overview", ""),
        ("overview", ""),
    ],
)
def test_who_guesses_a_pages_address_is_led_there(monkeypatch, base, asked, page):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    below = f"/{base}/" if base else "/"
    path, _, query = f"{below}{asked}".partition("?")
    (route,) = (each for each in document.create_routes() if each.path == path)
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    sent = []

    async def ask():
        async def send(message):
            sent.append(message)

        await route.app(scope, None, send)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, ask()).result()
    assert sent[0]["status"] == 307
    assert urljoin(path, dict(sent[0]["headers"])[b"location"].decode()) == f"{below}{page}"


def test_it_says_what_streamlit_would_answer_before_any_of_its_scripts():
    request = Request({"type": "http", "headers": [], "method": "GET"})
    answer = document.create_routes()[0].endpoint(request)
    text = answer.body.decode()
    assert text.index("window.__streamlit") < text.index("history.pushState =") < text.index("static/js/index")
    said = json.loads(re.search(r"HOST_CONFIG: ({.*}) }", text)[1])
    (host_config,) = create_host_config_routes(None)
    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a running loop in this thread
        answered = thread.submit(asyncio.run, host_config.endpoint(request)).result()
    assert said.items() <= json.loads(answered.body).items()
    assert answer.headers["cache-control"] == "no-cache"  # as Streamlit has it: an update is seen at once


STREAMLITS = (Path(get_static_dir()) / "index.html").read_bytes()


OPENS, ASKS = b"text/html,application/xhtml+xml,*/*;q=0.8", b"*/*"  # an address in a window, and from a page


def ask(app, path, accept=OPENS):
    """Return status, headers and body of what an ASGI app answers to a browser."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()  # the browser stays

    async def run():
        headers = [(b"accept", accept), (b"accept-encoding", b"gzip")]  # as all browsers do
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
        await app(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("name", ["Nope", "index.html"])
def test_where_there_is_no_page_it_takes_the_place_of_streamlits(name):
    streamlit = GZipMiddleware(create_streamlit_static_handler(get_static_dir(), None))
    assert gzip.decompress(ask(streamlit, f"/{name}")[2]) == STREAMLITS
    middleware = document.create_documents()
    status, headers, body = ask(middleware.cls(streamlit), f"/{name}")
    page = document.create_routes()[0].endpoint(Request({"type": "http", "headers": [], "method": "GET"}))
    assert (status, body) == (200, page.body)
    assert headers[b"content-length"] == str(len(body)).encode()


@pytest.mark.parametrize("body", [STREAMLITS.replace(b"Streamlit", b"Strimlight"), b"<html></html>", b""])
def test_no_other_answer_is_touched(body):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})

    assert ask(document.create_documents().cls(app), "/x")[2] == body


def test_what_open_pages_ask_for_stays_packed():
    streamlit = GZipMiddleware(create_streamlit_static_handler(get_static_dir(), None))
    answered = ask(document.create_documents().cls(streamlit), "/activity", ASKS)
    assert gzip.decompress(answered[2]) == STREAMLITS


def test_it_says_of_which_release_it_is(monkeypatch):
    text = document.create_routes()[0].endpoint(Request({"type": "http", "headers": [], "method": "GET"})).body.decode()
    assert f'<meta name="cifar-lab-release" content="{document.release()}">' in text
    first = document.release()
    document.release.cache_clear()
    monkeypatch.setattr(document, "module_address", lambda name: f"/modules/of-another-release/{name}")
    assert document.release() != first
    document.release.cache_clear()


def test_it_brings_how_pages_look_after_streamlits_own_styles_and_what_listens():
    text = document.create_routes()[0].endpoint(Request({"type": "http", "headers": [], "method": "GET"})).body.decode()
    assert text.index("</head>") < text.index('<div id="root">') < text.index('[data-testid="stHeader"]')
    for name in ("numbers/numbers.js", "opener/opener.js"):
        assert f'from "{module_address(name)}"' in text
