"""What page tests read off a page and find on it."""

import io
import json

import numpy as np
from PIL import Image


def texts(at):
    """All words of a page, one element a line."""
    groups = (at.markdown, at.caption, at.info, at.success, at.warning, at.error)
    return "\n".join(element.value for group in groups for element in group)


def component_messages(at):
    """The messages of all components, as sent: bytes where pictures travel along, parsed JSON else."""
    return [_message(element.proto) for element in at.get("bidi_component")]


def galleries(at):
    """The headers of all galleries on a page."""
    return [header for header, _ in _packed(at) if "ids" in header]


def inspector(at):
    """What the large view of an image says, and the image."""
    header, rest = next((header, rest) for header, rest in _packed(at) if "hint" in header)
    return header | {"image": decode_pictures(rest)[0]}


def maps(at, place=0):
    """The maps of a component, their values and images as arrays."""
    return [decoded_maps(header, rest) for header, rest in _packed(at) if "maps" in header][place]


def pulse(at):
    """The line on how far a run is, as sent: what it says, and where it asks for more."""
    return next(message for message in component_messages(at) if isinstance(message, dict) and "pulse" in message)


def line_charts(at):
    """The line charts of a page, as sent."""
    texts = [message for message in component_messages(at) if isinstance(message, str)]
    return [json.loads(text) for text in texts if '"lines"' in text]


def bars(at, place=0):
    """What a chart of bars draws: of each row its name, its notes and what stands at the end of each bar."""
    charts = [message for message in component_messages(at) if isinstance(message, dict) and "series" in message]
    rows = [(row["name"], row["notes"], [bar["text"] for bar in row["bars"]]) for row in charts[place]["rows"]]
    assert rows, "a chart of nothing"
    return rows


def dot_charts(at):
    """The charts of dots of a page, as sent."""
    return [message for message in component_messages(at) if isinstance(message, dict) and "balance" in message]


def drawn_boxes(at):
    """The boxes of the drawing of a network, as sent; none where it is not drawn."""
    messages = (message for message in component_messages(at) if isinstance(message, dict))
    return next((message["boxes"] for message in messages if "boxes" in message), [])


def run_rows(at):
    """The rows of the Runs page's list, as sent, by the runs' names; of namesakes the last."""
    return {row["name"]: row for group in run_list(at)["groups"] for row in group["rows"]}


def run_list(at):
    """The Runs page's list, as sent."""
    return next(message for message in component_messages(at) if isinstance(message, dict) and "groups" in message)


def cells(at, name):
    """What stands in the further columns of a run's row, by their titles."""
    return dict(zip([column["title"] for column in run_list(at)["columns"]], run_rows(at)[name]["cells"], strict=True))


def decoded_maps(header, rest):
    """Maps as sent, of each its values and the image below it as arrays."""
    end = 2 * 32 * 32 * header["numValues"]
    values = np.frombuffer(rest[:end], "<i2").reshape(-1, 32 * 32)
    images = decode_pictures(rest[end:])
    return [
        part
        | {"values": None if part["values"] is None else values[part["values"]]}
        | {"image": images[part["picture"]]}
        for part in header["maps"]
    ]


def decode_pictures(sprite):
    """Pictures of a sprite that are below one another, as (N, 3, 32, 32)."""
    return np.asarray(Image.open(io.BytesIO(sprite))).reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2)


def unpack(message):
    """The header of a message, and the bytes that follow."""
    end = 4 + int.from_bytes(message[:4], "little")
    return json.loads(message[4:end]), message[end:]


def labelled(elements, label):
    """The one element with this label."""
    return next(element for element in elements if element.label == label)


def _message(proto):
    return json.loads(proto.json) if proto.json else proto.bytes


def _packed(at):
    return [unpack(message) for message in component_messages(at) if isinstance(message, bytes)]
