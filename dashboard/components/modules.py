"""The components' JavaScript at addresses of its own, so that modules share modules and browsers keep both.

Streamlit serves components by URL too, from the `asset_dir` of an installed package: a checkout is none, each component
would load shared modules for itself, and an address that outlives an update would bring the old module.
"""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.routes import own_address, own_route

_PATH = "modules"
_FOLDER = Path(__file__).parent
# Read once: the addresses promise that what they bring never changes.
_MODULES = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in sorted(_FOLDER.glob("*/*.js"))}
_VERSION = hashlib.blake2b(repr(_MODULES).encode(), digest_size=8).hexdigest()


def module_address(name: str) -> str:
    """Return where the server answers with a module, e.g. "/modules/0f3a91c2/lines/component.js".

    Args:
        name: The module's path below the components' folder.

    Raises:
        ValueError: There is no such module.
    """
    if name not in _MODULES:
        raise ValueError(f"name: there is no module {name}; there are {', '.join(_MODULES)}")
    return own_address(f"{_PATH}/{_VERSION}/{name}")


def create_routes() -> list[Route]:
    """Return the modules' addresses."""
    return [own_route(f"{_PATH}/{_VERSION}/{{name:path}}", _answer)]


def _answer(request: Request) -> Response:
    module = _MODULES.get(request.path_params["name"])
    if module is None:
        return PlainTextResponse("there is no such module", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(module, media_type="text/javascript", headers=headers)
