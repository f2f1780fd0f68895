"""The document that a browser opens first: Streamlit's, with what pages need of a browser and one step a page.

Streamlit's page does not know how much of its address is the path that the dashboard is served at. On any page but the
first it therefore looks for the server below its own name, learns that there is none, waits a tenth of a second and
looks again; then it asks for its settings; and only then opens its socket. Here the document itself says both, so that
the socket is opened at once and the questions are asked meanwhile.

It also brings `steps.js`, which must be there before Streamlit's scripts make steps of the browser's history; how
pages look, as `page.css` has it; and what listens to all number boxes and openers. As parts of each page, styles and
listeners would be sent, and mounted, whenever a page is drawn.

Streamlit takes `/train` and `/Overview` for pages that do not exist: who writes them is led to `/Train` and `/`. Of
other addresses without a page it makes the first one, with a word on it, in a document like all others.

A tab that stays open over an update keeps the document it came with. So each says of which release it is, and the
component that is on every page (`components/activity`) has the browser load it again where the server's is another.
"""

import hashlib
import json
from functools import cache, partial
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from dashboard.components.modules import module_address
from dashboard.components.numbers import WHOLE
from dashboard.routes import own_address, own_route
from dashboard.session.address import PAGES
from dashboard.session.links import FIRST_PAGE

_HERE = Path(__file__).parent
_STYLES = ("page.css", "components/opener/opener.css")
_HEAD, _END = "<head>", "</body>"
# The document's own address without the page's name, as in those of Streamlit's scripts: also where a proxy adds to it.
_SETTINGS = """
    <script>
      window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href, HOST_CONFIG: %s }
    </script>"""
_SCRIPTS = """
    <script type="module">
%s
keepSteps(window);
    </script>
    <script type="module">
import { watchNumbers } from "%s";
import { watchOpeners } from "%s";
watchNumbers("%s");
watchOpeners();
    </script>"""
_RELEASE = """
    <meta name="cifar-lab-release" content="%s">"""
# Streamlit's own styles end the head; of two that are as particular, a browser takes the later one.
_STYLE = "<style>\n%s</style>\n  "


def create_routes() -> list[Route]:
    """Return the addresses of the pages; the first page's is the server's own. Those that people guess lead there."""
    names = {title: "" if title == FIRST_PAGE else title for title in PAGES}
    guesses = {guess: name for title, name in names.items() for guess in (title, title.lower()) if guess != name}
    return [
        *(own_route(name, _answer) for name in names.values()),
        *(own_route(guess, partial(_lead_to, name)) for guess, name in guesses.items()),
    ]


def create_documents() -> Middleware:
    """Return what puts the document in the place of Streamlit's, which it answers with where there is no page."""
    return Middleware(_Documents)


class _Documents:
    """An ASGI middleware that lets all else pass as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._prefix = own_address("")
        self._streamlits = _read_streamlits().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold back what is as long as Streamlit's document until it is whole."""
        if not self._may_be_answered_with_it(scope):
            await self._app(scope, receive, send)
            return
        headers = [(key, value) for key, value in scope["headers"] if key != b"accept-encoding"]
        length = (b"content-length", str(len(self._streamlits)).encode())
        held: list[Message] = []

        async def send_or_hold(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if not held and not (is_start and length in message["headers"]):
                await send(message)
                return
            held.append(message)
            if is_start or message.get("more_body", False):
                return
            if b"".join(part.get("body", b"") for part in held) == self._streamlits:
                await _create_answer()(scope, receive, send)
            else:
                for part in held:
                    await send(part)
            held.clear()

        await self._app({**scope, "headers": headers}, receive, send_or_hold)  # unpacked, to be known again

    def _may_be_answered_with_it(self, scope: Scope) -> bool:
        """Whether a browser opens what is no page: not what open pages ask, nor below another's address.

        There Streamlit's document finds none of its scripts.
        """
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return False
        name = scope["path"].removeprefix(self._prefix)
        return name not in ("", *PAGES) and "/" not in name


def _answer(request: Request) -> Response:
    return _create_answer()


def _create_answer() -> Response:
    return HTMLResponse(_create_document(), headers={"Cache-Control": "no-cache"})


def _lead_to(name: str, request: Request) -> Response:
    """Send a browser to a page's own address beside the one it asked for, also where a proxy adds to both."""
    query = request.url.query
    return RedirectResponse(f"./{name}?{query}" if query else f"./{name}")


@cache
def release() -> str:
    """Return what tells the document, with all modules and scripts that it names, from those of other releases."""
    return hashlib.blake2b(_create_document_of_no_release().encode(), digest_size=8).hexdigest()


@cache
def _create_document() -> str:
    """Return Streamlit's document with what is added to it; as it is where it is built otherwise."""
    return _create_document_of_no_release().replace(_HEAD, _HEAD + _RELEASE % release(), 1)


def _create_document_of_no_release() -> str:
    settings = _SETTINGS % json.dumps(_describe_host())
    modules = (module_address("numbers/numbers.js"), module_address("opener/opener.js"))
    scripts = _SCRIPTS % (_read("steps.js"), *modules, WHOLE)
    document = _read_streamlits().replace(_HEAD, _HEAD + settings + scripts, 1)
    return document.replace(_END, _STYLE % "".join(map(_read, _STYLES)) + _END, 1)


@cache
def _read_streamlits() -> str:
    return (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _describe_host() -> dict[str, object]:
    """Return of `_stcore/host-config` what Streamlit's page must know to do without it; it asks for the rest later."""
    return {"allowedOrigins": list(st.get_option("client.allowedOrigins")), "useExternalAuthToken": False}
