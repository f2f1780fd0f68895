"""Streamlit's own scripts, answered from memory and packed once."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from dashboard import static_files
from dashboard.static_files import create_static_files

FOLDER = Path(get_static_dir()) / "static"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*") if path.is_file())
SCRIPT = next(name for name in NAMES if name.startswith("js/index."))
FONT = next(name for name in NAMES if name.endswith(".woff2"))
STYLE = next(name for name in NAMES if name.endswith(".css"))


def play_streamlit(request):
    return PlainTextResponse("left to Streamlit")


def ask(path, method="GET", accepted="gzip, deflate, br"):
    """What the server answers, Streamlit's part played by one sentence: status, headers, body, number of messages."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"accept-encoding", accepted.encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b"", "root_path": ""}
    rest = Route(
        "/{rest:path}", lambda request: PlainTextResponse("left to Streamlit"), methods=["GET", "HEAD", "POST"]
    )
    served = Starlette(routes=[rest], middleware=[create_static_files()])
    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a running loop in this thread
        thread.submit(asyncio.run, served(scope, receive, send)).result()
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part["body"] for part in parts), len(parts)


@pytest.mark.parametrize("name", [SCRIPT, STYLE, FONT, next(name for name in NAMES if name.endswith(".png"))])
def test_a_file_comes_whole_in_one_message_and_may_be_kept(name):
    status, headers, body, num_messages = ask(f"/static/{name}", accepted="identity")
    assert (status, num_messages) == (200, 1)
    assert body == (FOLDER / name).read_bytes()
    assert headers["content-length"] == str(len(body))
    assert "immutable" in headers["cache-control"]
    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers


@pytest.mark.parametrize("name", [SCRIPT, STYLE])
def test_a_script_is_packed_for_who_can_unpack_it(name):
    _, headers, body, _ = ask(f"/static/{name}")
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert gzip.decompress(body) == (FOLDER / name).read_bytes()
    assert len(body) < 0.5 * (FOLDER / name).stat().st_size


def test_what_is_packed_already_is_left_as_it_is():
    _, headers, body, _ = ask(f"/static/{FONT}")
    assert "content-encoding" not in headers
    assert body == (FOLDER / FONT).read_bytes()


def test_a_script_is_packed_once(monkeypatch):
    ask(f"/static/{SCRIPT}")
    monkeypatch.setattr(static_files, "_read", None)
    assert ask(f"/static/{SCRIPT}")[0] == 200


def test_kinds_of_files_are_told_as_browsers_need_them():
    assert ask(f"/static/{SCRIPT}")[1]["content-type"] == "text/javascript; charset=utf-8"
    assert ask(f"/static/{STYLE}")[1]["content-type"] == "text/css; charset=utf-8"
    assert ask(f"/static/{FONT}")[1]["content-type"] == "font/woff2"


ELSEWHERE = ["/", "/Train", f"/{SCRIPT}", f"/lab/static/{SCRIPT}", "/static/", "/static/js/", "/static/js/none.js"]
OUTSIDE = ["/static/../index.html", "/static//etc/passwd"]


@pytest.mark.parametrize("path", [*ELSEWHERE, *OUTSIDE])
def test_all_else_is_left_to_streamlit(path):
    assert ask(path)[2] == b"left to Streamlit"


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_all_but_reading_is_left_to_streamlit(method):
    assert ask(f"/static/{SCRIPT}", method)[3] == 1
    assert "immutable" not in ask(f"/static/{SCRIPT}", method)[1].get("cache-control", "")


def test_files_lie_below_the_base_path(monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "lab"}.get)
    assert ask(f"/lab/static/{SCRIPT}")[1]["content-encoding"] == "gzip"
    assert ask(f"/static/{SCRIPT}")[2] == b"left to Streamlit"
