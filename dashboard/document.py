"""The document that a browser opens first: Streamlit's, with what it would ask before it connects, and one step a page.

Streamlit's page does not know how much of its address is the path that the dashboard is served at. On any page but the
first it therefore looks for the server below its own name, learns that there is none, waits a tenth of a second and
looks again; then it asks for its settings; and only then opens its socket. Here the document itself says both, so that
the socket is opened at once and the questions are asked meanwhile.

It also brings `steps.js`, which must be there before Streamlit's scripts make steps of the browser's history.

Streamlit takes `/train` and `/Overview` for pages that do not exist: who writes them is led to `/Train` and `/`. A
document that Streamlit answers with, such as that of an unknown page, works as before.
"""

import json
from functools import cache, partial
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.file_util import get_static_dir

from dashboard.routes import own_route
from dashboard.session.address import PAGES
from dashboard.session.links import FIRST_PAGE

_HEAD = "<head>"
# The document's own address without the page's name, as in those of Streamlit's scripts: also where a proxy adds to it.
_SETTINGS = """
    <script>
      window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href, HOST_CONFIG: %s }
    </script>"""
_STEPS = """
    <script type="module">
%s
keepSteps(window);
    </script>"""


def create_routes() -> list[Route]:
    """Return the addresses of the pages; the first page's is the server's own. Those that people guess lead there."""
    names = {title: "" if title == FIRST_PAGE else title for title in PAGES}
    guesses = {guess: name for title, name in names.items() for guess in (title, title.lower()) if guess != name}
    return [
        *(own_route(name, _answer) for name in names.values()),
        *(own_route(guess, partial(_lead_to, name)) for guess, name in guesses.items()),
    ]


def _answer(request: Request) -> Response:
    return HTMLResponse(_create_document(), headers={"Cache-Control": "no-cache"})


def _lead_to(name: str, request: Request) -> Response:
    """Send a browser to a page's own address beside the one it asked for, also where a proxy adds to both."""
    query = request.url.query
    return RedirectResponse(f"./{name}?{query}" if query else f"./{name}")


@cache
def _create_document() -> str:
    """Return Streamlit's document with the settings before all of its scripts; as it is where it is built otherwise."""
    document = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    steps = Path(__file__).with_name("steps.js").read_text(encoding="utf-8")
    return document.replace(_HEAD, _HEAD + _SETTINGS % json.dumps(_describe_host()) + _STEPS % steps, 1)


def _describe_host() -> dict[str, object]:
    """Return of `_stcore/host-config` what Streamlit's page must know to do without it; it asks for the rest later."""
    return {"allowedOrigins": list(st.get_option("client.allowedOrigins")), "useExternalAuthToken": False}
