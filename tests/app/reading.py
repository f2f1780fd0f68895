"""What page tests read off a page and find on it."""

import base64
import json

import numpy as np


def texts(at):
    """All words of a page, one element a line."""
    groups = (at.markdown, at.caption, at.info, at.success, at.warning, at.error)
    return "\n".join(element.value for group in groups for element in group)


def component_messages(at):
    """The messages of all components, as sent: bytes for a gallery, parsed JSON else."""
    return [_message(element.proto) for element in at.get("bidi_component")]


def galleries(at):
    """The headers of all galleries on a page."""
    return [_header(message) for message in component_messages(at) if isinstance(message, bytes)]


def pulse(at):
    """The line on how far a run is, as sent: what it says, and where it asks for more."""
    return next(message for message in component_messages(at) if isinstance(message, dict) and "pulse" in message)


def line_charts(at):
    """The line charts of a page, as sent."""
    texts = [message for message in component_messages(at) if isinstance(message, str)]
    return [json.loads(text) for text in texts if '"lines"' in text]


def decoded_map(part):
    """A map as sent, its values and its own image as arrays."""
    values, image = (
        part[name] and np.frombuffer(base64.b64decode(part[name]), dtype)
        for name, dtype in (("values", "<i2"), ("image", np.uint8))
    )
    return part | {"values": values, "image": image}


def labelled(elements, label):
    """The one element with this label."""
    return next(element for element in elements if element.label == label)


def _message(proto):
    return json.loads(proto.json) if proto.json else proto.bytes


def _header(message):
    return json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
