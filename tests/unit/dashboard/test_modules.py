"""The addresses that components load their JavaScript from."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import pytest
import streamlit as st
from starlette.applications import Starlette

from dashboard.components import modules
from dashboard.components.modules import module_address
from dashboard.gate import create_gate
from dashboard.routes import own_address
from tests.browser.app import ROOT

FOLDER = ROOT / "dashboard" / "components"
MODULES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.js"))


def ask(path, host="127.0.0.1", routes=None):
    """What the server answers: status, headers, body."""
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "root_path": ""}
    served = Starlette(routes=routes or modules.create_routes(), middleware=[create_gate()])
    call = served(scope, receive, send)
    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a running loop in this thread
        thread.submit(asyncio.run, call).result()
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part["body"] for part in rest)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_served_as_it_is_and_may_be_kept(name):
    status, headers, body = ask(module_address(name))
    assert status == 200
    assert body == (FOLDER / name).read_bytes()
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in headers["cache-control"]


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_imports_is_served_too(name):
    address = module_address(name)
    for imported in re.findall(r'^[^ *].* from "(.+)";$', ask(address)[2].decode(), re.MULTILINE):
        assert ask(urljoin(address, imported))[0] == 200


@pytest.mark.parametrize("path", ["gallery/component.css", "../colours.py", "../../../app.py", "gallery", ""])
def test_nothing_else_is_served(path):
    folder = module_address("lines/component.js").removesuffix("lines/component.js")
    assert ask(folder + path)[0] == 404


def test_a_module_that_is_not_there_has_no_address():
    with pytest.raises(ValueError, match=r"name: there is no module lines/other\.js; there are activity/"):
        module_address("lines/other.js")


def test_only_own_hosts_are_answered():
    address = module_address("lines/component.js")
    assert ask(address, "localhost:8501")[0] == 200
    assert ask(address, "elsewhere.example")[0] == 403


@pytest.mark.parametrize(("base", "expected"), [("", "/live"), ("lab", "/lab/live"), ("/a/lab/", "/a/lab/live")])
def test_addresses_lie_below_the_base_path(monkeypatch, base, expected):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    assert own_address("live") == expected
