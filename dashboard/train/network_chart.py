"""A network as boxes to be drawn: what changes the shape of what passes through begins a new one."""

from typing import Any

import pandas as pd

from dashboard.components import NetworkBox
from dashboard.drawing.colours import RUN_COLOURS, YARDSTICK

# What a box is called, and its colour, in the order of the legend.
KINDS = {
    "input": ("Image", YARDSTICK),
    "conv": ("Convolution", RUN_COLOURS[0]),
    "pool": ("Pooling", RUN_COLOURS[2]),
    "dense": ("Dense", RUN_COLOURS[8]),
}
_MOST_BOXES = 24


def drawing_frame(layers: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each box: what changes the shape of what passes through begins a new one.

    Args:
        layers: As `cifar_core.models.summary_frame` returns them.

    Returns:
        Columns label (the shape), kind (of `KINDS`), channels, side (1 for vectors),
        layers (names and kinds of the layers in the box, one a line), parameters. At most 24 boxes: of deeper networks,
        neighbours of one shape share one.
    """
    boxes: list[dict[str, Any]] = [_box("input", (3, 32, 32), "The image", 0)]
    for row in layers.to_dict("records"):
        shape = tuple(int(part) for part in row["output"].split(" x "))
        kind, words = _kind(row["kind"]), f"{row['layer']}: {row['kind']}"
        if kind == "other" or (kind == "pool" and shape == boxes[-1]["shape"]):
            _join(boxes[-1], words, row["parameters"])
        else:
            boxes.append(_box(kind, shape, words, row["parameters"]))
    while len(boxes) > _MOST_BOXES:
        merged = _merge_neighbours(boxes)
        if len(merged) == len(boxes):
            break
        boxes = merged
    frame = pd.DataFrame(boxes)
    frame["channels"] = [shape[0] for shape in frame["shape"]]
    frame["side"] = [shape[1] if len(shape) == 3 else 1 for shape in frame["shape"]]
    frame["label"] = [" x ".join(map(str, shape)) for shape in frame["shape"]]
    return frame[["label", "kind", "channels", "side", "layers", "parameters"]]


def boxes_of(frame: pd.DataFrame) -> list[NetworkBox]:
    """Return the rows of a `drawing_frame` as the component takes them."""
    return [NetworkBox(**(row | {"layers": tuple(row["layers"].split("\n"))})) for row in frame.to_dict("records")]


def _kind(words: str) -> str:
    lower = words.lower()
    for kind, starts in (("conv", ("convolution", "depthwise", "whitening")), ("dense", ("dense",))):
        if lower.startswith(starts):
            return kind
    return "pool" if "pool" in lower else "other"


def _box(kind: str, shape: tuple[int, ...], words: str, parameters: int) -> dict[str, Any]:
    return {"kind": kind, "shape": shape, "layers": words, "parameters": parameters}


def _join(box: dict[str, Any], words: str, parameters: int) -> None:
    box["layers"] += f"\n{words}"
    box["parameters"] += parameters


def _merge_neighbours(boxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join each second box with the one before it where both have one kind and one shape."""
    merged: list[dict[str, Any]] = []
    may_join = False
    for box in boxes:
        last = merged[-1] if merged else None
        if may_join and last is not None and (last["kind"], last["shape"]) == (box["kind"], box["shape"]):
            _join(last, box["layers"], box["parameters"])
            may_join = False
        else:
            merged.append(dict(box))
            may_join = True
    return merged
