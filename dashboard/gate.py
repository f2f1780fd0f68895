"""Who may pass: one question before all that the server answers, Streamlit's pages and sockets as well as our own.

A sign-in belongs here: whatever `why_not_pass` refuses is neither shown, nor fed, nor heard.
"""

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

# Closes a socket because of a rule, as RFC 6455, 7.4.1, has it.
_POLICY_VIOLATION = 1008

# Of a request or a socket that is about to be opened, why it is refused; None if it may pass.
WhyNot = Callable[[HTTPConnection], str | None]


def why_not_pass(request: HTTPConnection) -> str | None:
    """Return in one sentence why a request is refused; None if it may pass.

    For now it has to name the server as `server.allowedHosts` does: a page elsewhere cannot reach it by DNS rebinding.
    """
    host = request.headers.get("host")
    if not is_host_allowed(host):
        return f"host {(host or '')[:80]!r} is not allowed; allowed: those of the setting server.allowedHosts"
    return None


def create_gate(why_not: WhyNot | None = None) -> Middleware:
    """Return what `st.App` puts before all of its routes.

    Args:
        why_not: The question; `why_not_pass` if None.
    """
    return Middleware(_Gate, why_not=why_not or why_not_pass)


class _Gate:
    """An ASGI middleware of its own, since Starlette's simple ones see no sockets."""

    def __init__(self, app: ASGIApp, why_not: WhyNot) -> None:
        self._app, self._why_not = app, why_not

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the server's place, or let it."""
        reason = self._why_not(HTTPConnection(scope)) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
        else:
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)
