"""Settings as an address takes them: readable while they are few, compressed where they are many."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

_MOST_READABLE = 300
# Longer addresses are cut by mail programs, proxies and some browsers.
_MOST = 1_800
_MOST_UNPACKED = 100_000
_PACKED = "~"


def pack(settings: Mapping[str, Any]) -> str | None:
    """Return settings as text for an address; None if even compressed they are too long for one."""
    text = json.dumps(settings, separators=(",", ":"))
    if len(text) > _MOST_READABLE:
        text = _PACKED + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return text if len(text) <= _MOST else None


def unpack(text: str) -> dict[str, Any]:
    """Return the settings in an address.

    Raises:
        ValueError: The text holds none.
    """
    try:
        value = json.loads(_inflate(text[1:]) if text.startswith(_PACKED) else text)
    except RecursionError as error:
        raise ValueError("settings are nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("settings are not a JSON object")
    return value


def _inflate(text: str) -> bytes:
    """A link may be anybody's: what would unpack to more than settings ever need is refused."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        inflater = zlib.decompressobj()
        content = inflater.decompress(packed, _MOST_UNPACKED)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"settings cannot be unpacked: {error}") from error
    if not inflater.eof:
        raise ValueError("settings are cut off, or longer than any are")
    return content
