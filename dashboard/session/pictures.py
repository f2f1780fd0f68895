"""Pictures of images at an address beside Streamlit's: what a map of all images shows of those that come near."""

import base64

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cifar_core.data import DataError, Dataset
from dashboard.components.messages import encode_sprite
from dashboard.routes import own_address, own_route
from dashboard.session.cache import get_dataset

_PATH = "pictures"
_MOST = 256
_COLUMNS = 16  # as in the component's album.js
# Lossy: small on a map, and kept by the browser.
_QUALITY = 75


def pictures_address(dataset: Dataset) -> str:
    """Return where the browser asks for a dataset's pictures: "/" and packed indices follow."""
    return own_address(f"{_PATH}/{dataset.fingerprint}")


def create_routes() -> list[Route]:
    """Return the pictures' address."""
    return [own_route(f"{_PATH}/{{fingerprint}}/{{packed}}", _answer)]


def read_indices(packed: str, num_images: int) -> NDArray[np.int64]:
    """Return the indices in an address: 4 bytes each, little endian, in base64.

    Raises:
        ValueError: There are none, too many, or some that are no image's.
    """
    try:
        content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    except ValueError as error:
        raise ValueError(f"indices cannot be unpacked: {error}") from error
    if len(content) % 4 or not 4 <= len(content) <= 4 * _MOST:
        raise ValueError(f"indices: {len(content)} bytes; allowed: 4 for each, up to {_MOST} of them")
    indices = np.frombuffer(content, "<u4").astype(np.int64)
    if indices.max() >= num_images:
        raise ValueError(f"indices up to {indices.max()}; allowed: below {num_images}")
    return indices


def _answer(request: Request) -> Response:
    try:
        dataset = get_dataset()
        if dataset.fingerprint != request.path_params["fingerprint"]:
            return PlainTextResponse("these images are not here any more", status_code=404)
        indices = read_indices(request.path_params["packed"], dataset.num_images)
    except (DataError, ValueError) as error:
        return PlainTextResponse(str(error), status_code=404)
    # The address names the images by their content and place: what it brings never changes.
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(
        encode_sprite(dataset.images[indices], _COLUMNS, _QUALITY), media_type="image/webp", headers=headers
    )
