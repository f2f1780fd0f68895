"""Streamlit's own scripts, styles and fonts, from memory and packed once.

A page's first visit asks for sixty to a hundred of them. Streamlit reads each in pieces of 64 kB, with a change of
thread for each piece, and never packs them, since it would do so anew for everybody. Here an answer is one message, and
a third as many bytes over a class's wireless network.
"""

import gzip
import mimetypes
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from dashboard.routes import own_address

_PATH = "static"
_PACKED = {".js", ".css", ".svg"}  # fonts and pictures are packed already
_LEVEL = 6
# Streamlit's names for them hold a hash of their content: what an address brings never changes.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


def create_static_files() -> Middleware:
    """Return what answers in `st.App`'s place: its routes may not take an address of Streamlit's."""
    return Middleware(_StaticFiles)


class _StaticFiles:
    """An ASGI middleware that answers for files that are there, and leaves all else to Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._prefix = own_address(f"{_PATH}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let Streamlit."""
        name = scope["path"].removeprefix(self._prefix) if scope["type"] == "http" else ""
        if scope.get("method") != "GET" or scope["path"] == name or name not in _list_names():
            await self._app(scope, receive, send)
            return
        media_type, headers = mimetypes.guess_type(name)[0], dict(_HEADERS)
        if Path(name).suffix in _PACKED and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = await _pack(name)
        else:
            content = _read(name)
        await Response(content, media_type=media_type, headers=headers)(scope, receive, send)


_packed: dict[str, bytes] = {}


async def _pack(name: str) -> bytes:
    """Return a file's content, packed; in a thread of its own the first time."""
    if name not in _packed:
        _packed[name] = await run_in_threadpool(lambda: gzip.compress(_read(name), _LEVEL, mtime=0))
    return _packed[name]


def _read(name: str) -> bytes:
    return (_folder() / name).read_bytes()


def _folder() -> Path:
    return Path(get_static_dir()) / _PATH


@cache
def _list_names() -> frozenset[str]:
    """Every file's name as addresses have it: no other can be asked for."""
    return frozenset(path.relative_to(_folder()).as_posix() for path in _folder().rglob("*") if path.is_file())
