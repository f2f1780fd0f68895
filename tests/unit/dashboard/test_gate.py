"""python -m pytest tests/unit/dashboard/test_gate.py. Who may pass, at every kind of address and at sockets."""

import asyncio
import runpy
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from dashboard.gate import create_gate, why_not_pass


def connection(host):
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8501", "LOCALHOST"])
def test_the_hosts_of_the_settings_may_pass(host):
    assert why_not_pass(connection(host)) is None


@pytest.mark.parametrize(
    "host", [None, "", "elsewhere.example", "localhost.elsewhere.example", "localhost@elsewhere", "x" * 9000]
)
def test_other_hosts_are_refused_in_a_sentence(host):
    reason = why_not_pass(connection(host))
    assert reason.startswith("host ")
    assert "allowed: those of the setting server.allowedHosts" in reason
    assert len(reason) < 200


def test_a_name_that_was_added_may_pass(monkeypatch):
    monkeypatch.setattr("streamlit.config.get_option", {"server.allowedHosts": ["lab.example.org"]}.get)
    assert why_not_pass(connection("lab.example.org")) is None
    assert why_not_pass(connection("localhost")) is not None


def answer(request):
    return PlainTextResponse("seen")


async def talk(socket):
    await socket.accept()
    await socket.close()


def served(path, kind, why_not):
    """What is sent for a request, or for a socket that is to be opened."""
    routes = [WebSocketRoute("/_stcore/stream", talk), Route("/{rest:path}", answer)]
    app, sent = Starlette(routes=routes, middleware=[create_gate(why_not)]), []

    async def receive():
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "headers": [], "query_string": b"", "root_path": "", "method": "GET"}
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    return sent


@pytest.mark.parametrize("path", ["/live/x", "/", "/Runs", "/static/js/index.js", "/_stcore/health"])
def test_what_the_one_question_refuses_is_answered_nowhere(path):
    start, body = served(path, "http", lambda request: f"sign in first: {request.url.path}")
    assert (start["status"], body["body"]) == (403, f"sign in first: {path}".encode())
    assert served(path, "http", lambda request: None)[0]["status"] == 200


def test_nor_is_a_socket_opened():
    (close,) = served("/_stcore/stream", "websocket", lambda request: "sign in first")
    assert close == {"type": "websocket.close", "code": 1008, "reason": "sign in first"}
    assert served("/_stcore/stream", "websocket", lambda request: None)[0]["type"] == "websocket.accept"


def test_the_server_has_the_gate_before_everything(monkeypatch):
    made = []
    monkeypatch.setattr(st, "App", lambda script, **parts: made.append(parts))
    runpy.run_path("app.py")
    gate, *_ = made[0]["middleware"]
    assert gate.cls is create_gate().cls
    assert gate.kwargs == {"why_not": why_not_pass}
