"""The glossary at an address of its own, which a browser asks once, and the button that lists its words."""

import hashlib
import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.components.words import watch_words
from dashboard.drawing.glossary import GLOSSARY, list_labels
from dashboard.routes import own_address, own_route

_TERMS = json.dumps(
    [
        {"name": term.name, "says": term.says, "words": list(term.words), "labels": list_labels(term)}
        for term in GLOSSARY
    ],
    separators=(",", ":"),
).encode()
# The address changes with the words: what it brings never does.
_PATH = f"words/{hashlib.blake2b(_TERMS, digest_size=8).hexdigest()}"


def render_words() -> None:
    """Draw the button that lists the words of the page, each of which is explained where it is tapped."""
    watch_words(own_address(_PATH))


def create_routes() -> list[Route]:
    """Return the glossary's address."""
    return [own_route(_PATH, _answer)]


def _answer(request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(_TERMS, media_type="application/json", headers=headers)
